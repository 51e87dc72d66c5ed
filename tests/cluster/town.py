"""The house in many processes, as it is run for real.

Two web processes and two media workers on PostgreSQL and Redis, behind the proxy of deploy/nginx.conf: all of
them real programs on free loopback ports. They run for as long as the tests do; every test has a day of its
own, with clinics, staff and members of its own, and what a test before it has killed is started again.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import psycopg

from signaling import seed
from signaling.clock import SystemClock
from signaling.ids import SystemIds
from signaling.links import Links
from signaling.notices import AnyNotice, Bye, Moved, Seal
from signaling.seeding import Seeder
from signaling.wire_redis import CHANNEL
from tests import postgres, redis_server
from tests.demo_server import write_certificate
from tests.redis_server import RedisServer, free_port
from waiting_room.accounts import Clinic, SqlAccounts, Staff
from waiting_room.core.ids import ClinicId, StaffId
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
DAYS = 40
"""Days for which there are clinics and staff when the house starts: so many tests."""
RECORDING_KEY = base64.b64encode(bytes(range(32))).decode()
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
    process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def log(self) -> str:
        file = self.folder / f"{self.name}.log"
        return file.read_text() if file.exists() else ""

    def told(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """As by the kernel: `kill -9`."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    async def ends(self, within: float = 30.0) -> int:
        assert self.process is not None
        return await asyncio.to_thread(self.process.wait, within)


@dataclass
class Town:
    """Everything that runs; `info` is what the demo would print."""

    folder: Path
    database_url: str
    redis: RedisServer
    web: dict[str, Program]
    media: dict[str, Program]
    proxy: Program
    info: dict[str, Any] = field(default_factory=dict)
    day: int = 0

    @property
    def programs(self) -> tuple[Program, ...]:
        """All of ours, and the proxy."""
        return (*self.media.values(), *self.web.values(), self.proxy)

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
            assert self.web[name].runs, self.web[name].log()[-2000:]
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

    async def fresh_day(self) -> None:
        """Another day for other people; whatever was killed is started again, and all know of the day."""
        if self.redis.process is None:
            self.redis.start()
        await self.start_what_is_not_running()
        self.day += 1
        assert self.day < DAYS, "as many tests as there are days"
        self.info = await _book(self.database_url, self.redis, self.day, self.proxy.port)
        for which in self.web:
            await self.shows(
                which, "open_visits", self._count("SELECT count(*) FROM visits WHERE ended_at IS NULL")
            )

    async def start_what_is_not_running(self) -> None:
        """Everything, and come back when every process knows the others."""
        for program in self.programs:
            if not program.runs:
                program.start()
        await self.until_ready()
        for which in self.web:
            await self.shows(which, "neighbours", len(self.web) - 1)
            await self.shows(which, "workers_in_reach", len(self.media))

    def workers(self) -> list[int]:
        """Process ids of the media workers that have a room today: what the demo's tests kill."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT DISTINCT worker FROM media_rooms JOIN visits ON visits.id = media_rooms.room"
                " WHERE visits.clinic_id = ANY(%s)",
                [[clinic.id for clinic in _clinics(self.day)]],
            ).fetchall()
        busy = {row[0].removeprefix("tls:") for row in rows}
        return [
            one.process.pid
            for one in self.media.values()
            if one.process is not None and f"127.0.0.1:{one.port}" in busy
        ]

    def _count(self, query: str) -> int:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            row = connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])


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


@contextmanager
def running(**web_settings: str) -> Iterator[Town]:
    """A town for the length of the block. Nothing runs before its first day.

    Raises:
        TownMissingError: says what is missing.
    """
    check()
    with (
        tempfile.TemporaryDirectory(prefix="vvtown") as name,
        postgres.running() as database_server,
        database_server.database() as database,
        redis_server.running() as redis,
    ):
        folder, port = Path(name), free_port()
        (folder / "recordings").mkdir()
        (folder / "media").mkdir()
        vouched = write_certificate(folder / "media")
        media = {"m1": _media("m1", folder), "m2": _media("m2", folder, vouched)}
        at = f"127.0.0.1:{media['m1'].port},tls:127.0.0.1:{media['m2'].port}"
        settings = {
            "VIDEOVISIT_DATABASE_URL": database,
            "VIDEOVISIT_TEXT_KEY": TEXT_KEY,
            "VIDEOVISIT_RECORDINGS": str(folder / "recordings"),
            "VIDEOVISIT_RECORDING_KEY": RECORDING_KEY,
            "VIDEOVISIT_PUBLIC_URL": f"https://127.0.0.1:{port}",
            "VIDEOVISIT_TRUSTED_PROXIES": "127.0.0.1",
            "VIDEOVISIT_REDIS_URL": redis.url,
            "VIDEOVISIT_MEDIA_WORKERS_AT": at,
            "VIDEOVISIT_MEDIA_KEY": MEDIA_KEY,
            "VIDEOVISIT_MEDIA_CA": str(vouched[0]),
            "VIDEOVISIT_METRICS_TOKEN": METRICS_TOKEN,
            **web_settings,
        }
        web = {which: _web(which, folder, settings) for which in ("a", "b")}
        proxy = _proxy(folder, port, {which: one.port for which, one in web.items()})
        migrate(database)
        asyncio.run(_found(database))
        programs = (*media.values(), *web.values(), proxy)
        try:
            yield Town(folder, database, redis, web, media, proxy)
        finally:
            for program in reversed(programs):
                program.kill()


def _environment(settings: dict[str, str]) -> dict[str, str]:
    ours = {key: value for key, value in os.environ.items() if not key.startswith("VIDEOVISIT_")}
    return {**ours, **settings}


def _media(name: str, folder: Path, vouched: tuple[Path, Path] | None = None) -> Program:
    """A worker; with a certificate and its key it speaks TLS, as on another machine."""
    port = free_port()
    command = [VIDEOVISIT, "media", "--listen", f"127.0.0.1:{port}", "--udp", "127.0.0.1:0", "--name", name]
    if vouched is not None:
        command += ["--certificate", str(vouched[0]), "--private-key", str(vouched[1])]
    return Program(
        name,
        command,
        _environment(
            {
                "VIDEOVISIT_MEDIA_KEY": MEDIA_KEY,
                "VIDEOVISIT_MEDIA_DRAIN_SECONDS": "60",
                "VIDEOVISIT_MEDIA_RECORDINGS": str(folder / "recordings"),
            }
        ),
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


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


def _clinics(day: int) -> Sequence[Clinic]:
    return [replace(clinic, id=_on(day, clinic.id)) for clinic in seed.CLINICS]


def _staff(day: int) -> Sequence[Staff]:
    return [
        replace(
            person,
            id=StaffId(f"{person.id}-{day}"),
            login=f"{person.login}-{day}",
            clinics=frozenset(_on(day, clinic) for clinic in person.clinics),
        )
        for person in seed.STAFF
    ]


def _on(day: int, clinic: ClinicId) -> ClinicId:
    return ClinicId(f"{clinic}-{day}")


async def _found(url: str) -> None:
    """The clinics and staff of all days: web processes know them from their start."""
    async with _opened(url) as database:
        accounts = SqlAccounts(database)
        for day in range(1, DAYS):
            for clinic in _clinics(day):
                await accounts.save_clinic(clinic)
            for person in _staff(day):
                await accounts.save_staff(person)


class _DaySeeder(Seeder):
    """The demo's day, for the people of one day."""

    def __init__(self, house: Any, day: int) -> None:
        super().__init__(house, SystemClock(), SystemIds())
        self._day = day

    async def accounts(self) -> None:
        """They are there."""

    def bookings(self) -> Sequence[seed.Booking]:
        return [
            replace(
                booking,
                clinic=_on(self._day, booking.clinic),
                clinician=StaffId(f"{booking.clinician}-{self._day}") if booking.clinician else None,
            )
            for booking in seed.bookings()
        ]


async def _book(url: str, redis: RedisServer, day: int, port: int) -> dict[str, Any]:
    """The demo's day, in PostgreSQL, and said on the wire as any process of the house would."""
    base, passphrase, vault = f"https://127.0.0.1:{port}", seed.PASSPHRASE, Vault(TextKey.parse(TEXT_KEY))
    said: list[AnyNotice] = []
    async with _opened(url) as database:
        accounts = SqlAccounts(database)
        people = People(accounts)
        await people.refresh()
        desk = Desk(SqlStore(database), vault, people)
        desk.subscribe(lambda change: said.append(Moved(visit=change.after.id, seq=change.after.seq)))
        house = SimpleNamespace(
            accounts=accounts, keys=SqlKeys(database), desk=desk, links=Links(desk, base, SystemIds())
        )
        made = await _DaySeeder(house, day).day()
        await desk.close()
    seal, me = Seal(vault.digest), f"day-{day}-{time.time_ns()}"
    redis.publishes(
        CHANNEL, [seal.write(me, at, notice) for at, notice in enumerate((*said, Bye()), start=1)]
    )
    return {
        "base_url": base,
        "member_link": made.first.link,
        "member_birth_date": made.first.birth_date,
        "member2_link": made.second.link,
        "member2_birth_date": made.second.birth_date,
        "clinician_link": f"{base}/clinician",
        "clinician": {"user": f"okafor-{day}", "password": passphrase},
        "clinician2": {"user": f"herrera-{day}", "password": passphrase},
        "support_link": f"{base}/support",
        "support": {"user": f"desk-{day}", "password": passphrase},
        "api_key": made.api_key,
    }
