"""The whole house as `compose` builds it, on loopback, with a real SQLite file; and everybody who asks."""

import json
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from signaling import compose, seed
from signaling.http.origin import Surroundings
from signaling.ids import SystemIds, sha256_of
from signaling.serve import listening_socket
from signaling.settings import Listen, Settings
from signaling.throttle import Throttle
from signaling.workers import MediaWorkers
from waiting_room.accounts import SqlAccounts
from waiting_room.core import commands as c
from waiting_room.core.ids import CommandId, StaffId, TextId, VisitId
from waiting_room.core.model import Actor, Mode, Role
from waiting_room.core.refusals import Refused
from waiting_room.database import Database
from waiting_room.keys import ApiKey
from waiting_room.migrations import migrate
from waiting_room.settings import WaitingRoomSettings
from waiting_room.texts import NewText
from waiting_room.throttles import SqlThrottles

TEXT_KEY = "test:" + "A" * 43 + "="
NOON = datetime(2026, 6, 1, 19, 0, tzinfo=UTC)
ANA_BORN = date(1987, 4, 12)
BOOKING = Actor(Role.booking, "tests")


class Clock:
    """Stands still until told otherwise; the monotonic half runs, because sockets wait by it."""

    def __init__(self) -> None:
        self.at = NOON
        self._span = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self._span

    def passes(self, **span: float) -> None:
        self.at += timedelta(**span)
        self._span += timedelta(**span).total_seconds()


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, Any]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


def as_json(body: object) -> dict[str, Any]:
    """A body sent as it is, `null` included."""
    return {"data": json.dumps(body).encode(), "headers": {"Content-Type": "application/json"}}


class Asker:
    """A browser of our own pages, or a program with a key: sends what it is told, keeps its cookies."""

    def __init__(self, base: str, session: aiohttp.ClientSession, headers: Mapping[str, str]) -> None:
        self.base = base
        self.session = session
        self.headers = dict(headers)
        self.cookies: dict[str, str] = {}

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        sent = {**self.headers, **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            more["json"] = body
        async with self.session.request(
            method, self.base + path, headers=sent, allow_redirects=False, **more
        ) as got:
            for name, cookie in got.cookies.items():
                self.cookies[name] = cookie.value
            return Answer(got.status, got.headers, dict(got.cookies), await got.text())

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return await self.ask("POST", path, body, **more)

    async def redeem(self, token: str, born: date = ANA_BORN, **more: Any) -> Answer:
        return await self.post("/api/member/redeem", {"token": token, "birth_date": born.isoformat(), **more})

    async def sign_in(self, user: str, password: str = seed.PASSPHRASE, **more: Any) -> Answer:
        return await self.post("/api/staff/sign-in", {"user": user, "password": password}, **more)


@dataclass
class World:
    """A running house and everybody around it."""

    clock: Clock
    house: compose.House
    base: str
    folder: Path
    session: aiohttp.ClientSession
    api_key: str
    throttle: Throttle
    database: Database
    ids: SystemIds = field(default_factory=SystemIds)

    def browser(self, **headers: str) -> Asker:
        """A browser that shows one of our pages."""
        return Asker(
            self.base, self.session, {"Origin": self.base, "Sec-Fetch-Site": "same-origin", **headers}
        )

    def program(self) -> Asker:
        """The health system's booking program."""
        return Asker(self.base, self.session, {"Authorization": f"Bearer {self.api_key}"})

    def stranger(self, **headers: str) -> Asker:
        """Anything else on the network: a scanner, a script, somebody's page."""
        return Asker(self.base, self.session, headers)

    async def books(
        self,
        *,
        minutes_from_now: float = 5,
        born: date = ANA_BORN,
        name: str = "Ana Reyes",
        clinician: str | None = None,
    ) -> tuple[VisitId, str]:
        """A pool visit at the harbor clinic and its link's secret."""
        visit, person = VisitId(self.ids.new()), TextId(self.ids.new())
        at = self.clock.now()
        done = await self.house.desk.execute(
            visit,
            c.BookVisit(
                visit=visit,
                clinic=seed.HARBOR,
                mode=Mode.video,
                start=at + timedelta(minutes=minutes_from_now),
                minutes=20,
                clinician=StaffId(clinician) if clinician else None,
                ref="H-1",
                person=person,
            ),
            BOOKING,
            at,
            CommandId(self.ids.new()),
            texts={
                person: NewText(
                    kind="person", body=json.dumps({"name": name, "birth_date": born.isoformat()})
                )
            },
        )
        assert not isinstance(done, Refused)
        return visit, await self.links(visit)

    async def links(self, visit: VisitId) -> str:
        """A new link of the visit; its secret."""
        url = await self.house.links.issue(visit, BOOKING, CommandId(self.ids.new()), self.clock.now())
        assert isinstance(url, str)
        return url.partition("#")[2]

    async def seq(self, visit: VisitId) -> int:
        """How long the visit's journal is."""
        found = await self.house.desk.visit(visit)
        assert found is not None
        return found.seq


_templates: list[bytes] = []


async def _furnished() -> bytes:
    """A database with the demo's clinics and people, made once per process."""
    if not _templates:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "template.db"
            await furnish(f"sqlite:///{path}")
            _templates.append(path.read_bytes())
    return _templates[0]


async def furnish(url: str) -> None:
    """Lay out a database and put the demo's clinics and people into it."""
    migrate(url)
    database = Database(url)
    accounts = SqlAccounts(database)
    for clinic in seed.CLINICS:
        await accounts.save_clinic(clinic)
    for person in seed.STAFF:
        await accounts.save_staff(person)
    await database.truncate_log()
    await database.close()


@asynccontextmanager
async def running(folder: Path, *, clock: Clock | None = None, **settings: Any) -> AsyncIterator[World]:
    """A house in that folder; started again in the same folder, it is the same house after a restart.

    `database_url`: a furnished database elsewhere; the other settings are the house's.
    """
    clock, ids = clock or Clock(), SystemIds()
    url = settings.pop("database_url", None) or f"sqlite:///{folder / 'house.db'}"
    if url.startswith("sqlite") and not (folder / "house.db").exists():
        (folder / "house.db").write_bytes(await _furnished())
    listener = listening_socket(Listen(host="127.0.0.1", port=0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    options = {"public_url": base, **settings}
    surroundings = Surroundings(
        origins=(base,),
        trusted_proxies=options.get("trusted_proxies", ()),
        proxied=options.pop("proxied", False),
    )
    records = WaitingRoomSettings(database_url=url, text_key=TEXT_KEY)  # type: ignore[arg-type]
    database = Database(url)
    throttle = Throttle(SqlThrottles(database), clock, records.vault().digest)
    house = compose.build(
        Settings(**options),
        records,
        clock,
        ids,
        workers=MediaWorkers(count=0, runtime_dir=folder / "media", clock=clock, spare=False),
        surroundings=surroundings,
    )
    runner = web.AppRunner(house.app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    api_key = "vv_" + ids.token()
    await house.keys.add(
        ApiKey(id=ids.new(), name="tests", scopes=frozenset({"booking"})), sha256_of(api_key), clock.now()
    )
    await house.people.refresh()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        try:
            yield World(clock, house, base, folder, session, api_key, throttle, database)
        finally:
            await runner.cleanup()
            await database.close()
