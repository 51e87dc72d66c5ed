"""The house in many processes, as it is run for real.

Two web processes and two media workers on PostgreSQL and Redis, behind the proxy of deploy/nginx.conf: all of
them real programs on free loopback ports.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import psycopg

from signaling import seed
from signaling.clock import SystemClock
from signaling.ids import SystemIds
from signaling.links import Links
from signaling.seeding import Seeder
from tests import postgres, redis_server
from tests.demo_server import write_certificate
from tests.postgres import Postgres
from tests.redis_server import RedisServer, free_port
from waiting_room.accounts import SqlAccounts
from waiting_room.database import Database
from waiting_room.desk import Desk
from waiting_room.keys import SqlKeys
from waiting_room.migrations import migrate
from waiting_room.people import People
from waiting_room.store_sql import SqlStore
from waiting_room.texts import TextKey, Vault

VIDEOVISIT = str(Path(sys.executable).with_name("videovisit"))
HOUSE = Path(__file__).parents[2]
TEXT_KEY = "town:" + "A" * 43 + "="
METRICS_TOKEN = "metrics for the tests alone"
MEDIA_KEY = "a key that the workers want"
WITHIN_SECONDS = 90.0
PIN = "pin"
"""The cookie by which a test's browser says which web process it prefers: `a` or `b`."""


class TownMissingError(Exception):
    """What this machine lacks."""


@dataclass(slots=True)
class Program:
    """One of ours, or the proxy, as a child process; started again it is the same one at the same address."""

    name: str
    command: list[str]
    env: dict[str, str]
    folder: Path
    port: int
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command, env=self.env, cwd=self.folder, stdout=log, stderr=log
            )

    def log(self) -> str:
        return (self.folder / f"{self.name}.log").read_text()

    def told(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    async def kill(self) -> None:
        """As by the kernel: `kill -9`."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    async def ends(self, within: float = 15.0) -> int:
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), within)

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


@dataclass
class Town:
    """Everything that runs; `info` is what the demo would print."""

    folder: Path
    postgres: Postgres
    redis: RedisServer
    web: dict[str, Program]
    media: dict[str, Program]
    proxy: Program
    info: dict[str, Any] = field(default_factory=dict)
    days: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    """The databases made so far."""

    @property
    def base(self) -> str:
        return f"https://127.0.0.1:{self.proxy.port}"

    def direct(self, name: str) -> str:
        """A web process past the proxy, as a load balancer's probe asks it."""
        return f"http://127.0.0.1:{self.web[name].port}"

    async def ready(self, name: str) -> bool:
        async with aiohttp.ClientSession() as session:
            try:
                async with session.get(f"{self.direct(name)}/readyz") as answer:
                    return answer.status == 200
            except aiohttp.ClientError:
                return False

    async def until_ready(self, *names: str) -> None:
        for name in names or self.web:
            await until(lambda name=name: self.ready(name), WITHIN_SECONDS)

    async def figures(self, name: str) -> dict[str, float]:
        """The live figures of a web process."""
        headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(f"{self.direct(name)}/metrics") as answer,
        ):
            text = await answer.text()
        found = re.findall(r'^videovisit_\w+\{figure="(\w+)"\} (\S+)$', text, re.MULTILINE)
        return {figure: float(value) for figure, value in found}

    async def shows(self, name: str, figure: str, value: float) -> None:
        """Wait for one of its figures."""

        async def so() -> bool:
            return (await self.figures(name)).get(figure) == value

        await until(so, WITHIN_SECONDS)

    def worker_of(self, room: str) -> str | None:
        """Which worker has a visit's room, as it is written down."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            row = connection.execute("SELECT worker FROM media_rooms WHERE room = %s", [room]).fetchone()
        address = row[0] if row else None
        return next((name for name, one in self.media.items() if f"127.0.0.1:{one.port}" == address), None)

    @property
    def database_url(self) -> str:
        return self.web["a"].env["VIDEOVISIT_DATABASE_URL"]

    async def fresh_day(self) -> None:
        """Another database with another day; whatever was killed is started again."""
        for program in self.web.values():
            await program.stop()
        if self.redis.process is None:
            self.redis.start()
        database = self.days.enter_context(self.postgres.database())
        self.info = await _seed(database, self.proxy.port)
        for program in self.web.values():
            program.env["VIDEOVISIT_DATABASE_URL"] = database
        await self.start_what_is_not_running()

    async def start_what_is_not_running(self) -> None:
        """Everything, and come back when every process knows the others."""
        for program in (*self.media.values(), *self.web.values(), self.proxy):
            if program.process is None or program.process.returncode is not None:
                await program.start()
        await self.until_ready()
        for which in self.web:
            await self.shows(which, "neighbours", len(self.web) - 1)
            await self.shows(which, "workers_in_reach", len(self.media))

    def workers(self) -> list[int]:
        """Process ids of the media workers that have a room: what the demo's tests kill."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            rows = connection.execute("SELECT DISTINCT worker FROM media_rooms").fetchall()
        busy = {row[0] for row in rows}
        return [
            one.process.pid
            for one in self.media.values()
            if one.process is not None and f"127.0.0.1:{one.port}" in busy
        ]


async def until(what: Any, within: float = 10.0, every: float = 0.02) -> None:
    """Wait until an awaitable question is answered yes."""
    async with asyncio.timeout(within):
        while not await what():  # noqa: ASYNC110 - it is asked of other processes
            await asyncio.sleep(every)


def check() -> None:
    """Raises TownMissingError: says what is missing."""
    try:
        postgres.binaries()
    except postgres.PostgresMissingError as missing:
        raise TownMissingError(str(missing)) from None
    for program, package in (("redis-server", "redis-server"), ("nginx", "nginx-light")):
        if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin") is None:
            raise TownMissingError(f"{program} is not installed (Debian package {package})")


@asynccontextmanager
async def running(**web_settings: str) -> AsyncIterator[Town]:
    """A town for the length of the block, on a fresh day.

    Raises:
        TownMissingError: says what is missing.
    """
    check()
    with (
        tempfile.TemporaryDirectory(prefix="vvtown") as name,
        postgres.running() as database_server,
        redis_server.running() as redis,
        contextlib.ExitStack() as days,
    ):
        folder, port = Path(name), free_port()
        media = {which: _media(which, folder) for which in ("m1", "m2")}
        at = ",".join(f"127.0.0.1:{one.port}" for one in media.values())
        settings = {
            "VIDEOVISIT_TEXT_KEY": TEXT_KEY,
            "VIDEOVISIT_PUBLIC_URL": f"https://127.0.0.1:{port}",
            "VIDEOVISIT_TRUSTED_PROXIES": "127.0.0.1",
            "VIDEOVISIT_REDIS_URL": redis.url,
            "VIDEOVISIT_MEDIA_WORKERS_AT": at,
            "VIDEOVISIT_MEDIA_KEY": MEDIA_KEY,
            "VIDEOVISIT_METRICS_TOKEN": METRICS_TOKEN,
            **web_settings,
        }
        web = {which: _web(which, folder, settings) for which in ("a", "b")}
        proxy = _proxy(folder, port, {which: one.port for which, one in web.items()})
        town = Town(folder, database_server, redis, web, media, proxy, days=days)
        programs = (*media.values(), *web.values(), proxy)
        try:
            await town.fresh_day()
            yield town
        except BaseException:
            for program in programs:
                print(f"--- {program.name}\n{program.log()[-3000:]}")
            raise
        finally:
            for program in reversed(programs):
                await program.stop()


def _environment(settings: dict[str, str]) -> dict[str, str]:
    ours = {key: value for key, value in os.environ.items() if not key.startswith("VIDEOVISIT_")}
    return {**ours, **settings}


def _media(name: str, folder: Path) -> Program:
    port = free_port()
    command = [VIDEOVISIT, "media", "--listen", f"127.0.0.1:{port}", "--udp", "127.0.0.1:0", "--name", name]
    return Program(
        name,
        command,
        _environment({"VIDEOVISIT_MEDIA_KEY": MEDIA_KEY, "VIDEOVISIT_MEDIA_DRAIN_SECONDS": "60"}),
        folder,
        port,
    )


def _web(name: str, folder: Path, settings: dict[str, str]) -> Program:
    port = free_port()
    env = _environment({**settings, "VIDEOVISIT_LISTEN": f"127.0.0.1:{port}"})
    return Program(name, [VIDEOVISIT, "serve"], env, folder, port)


def proxy_configuration(folder: Path, port: int, web: dict[str, int]) -> str:
    """deploy/nginx.conf with this machine's addresses, and the choice of process by the pin."""
    cert, key = write_certificate(folder)
    text = (HOUSE / "deploy" / "nginx.conf").read_text()
    changes = {
        "/run/nginx.pid": str(folder / "nginx.pid"),
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/videovisit/cert.pem": str(cert),
        "/etc/videovisit/key.pem": str(key),
        "web1:8080": f"127.0.0.1:{web['a']}",
        "web2:8080": f"127.0.0.1:{web['b']}",
        "hash $remote_addr$http_user_agent consistent;": "",
        "proxy_pass http://web;": "proxy_pass http://$prefer;",
        "worker_processes auto;": "worker_processes 1; daemon off;",
    }
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    pinned = "".join(
        f"upstream {first} {{ server 127.0.0.1:{web[first]} max_fails=1 fail_timeout=1s;"
        f" server 127.0.0.1:{web[second]} backup; }}\n"
        for first, second in (("a", "b"), ("b", "a"))
    )
    temporary = "".join(
        f"{kind}_temp_path {folder}/nginx-{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    choice = f"map $cookie_{PIN} $prefer {{ default a; b b; }}\n"
    return text.replace("http {", "http {\n" + temporary + pinned + choice, 1)


def _proxy(folder: Path, port: int, web: dict[str, int]) -> Program:
    path = folder / "nginx.conf"
    path.write_text(proxy_configuration(folder, port, web))
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None
    return Program("nginx", [program, "-p", str(folder), "-c", str(path)], dict(os.environ), folder, port)


async def _seed(url: str, port: int) -> dict[str, Any]:
    """The demo's day, in PostgreSQL."""
    await asyncio.to_thread(migrate, url)
    database, clock, ids = Database(url), SystemClock(), SystemIds()
    base = f"https://127.0.0.1:{port}"
    try:
        accounts = SqlAccounts(database)
        people = People(accounts)
        desk = Desk(SqlStore(database), Vault(TextKey.parse(TEXT_KEY)), people)
        house: Any = SimpleNamespace(
            accounts=accounts, keys=SqlKeys(database), desk=desk, links=Links(desk, base, ids)
        )
        day = await Seeder(house, clock, ids).day()
        await desk.close()
    finally:
        await database.close()
    passphrase = seed.PASSPHRASE
    info = {
        "base_url": base,
        "member_link": day.first.link,
        "member_birth_date": day.first.birth_date,
        "member2_link": day.second.link,
        "member2_birth_date": day.second.birth_date,
        "clinician_link": f"{base}/clinician",
        "clinician": {"user": "okafor", "password": passphrase},
        "clinician2": {"user": "herrera", "password": passphrase},
        "support_link": f"{base}/support",
        "support": {"user": "desk", "password": passphrase},
        "api_key": day.api_key,
    }
    return dict(json.loads(json.dumps(info)))
