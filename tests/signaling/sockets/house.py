"""A small real house: SQLite, the desk, the sockets on loopback; and pages that connect like browsers do."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import socketio
from aiohttp import web

from signaling.clock import SystemClock
from signaling.directory import Directory
from signaling.http.errors import CodedError
from signaling.ids import SystemIds, sha256_of
from signaling.leases import Leases
from signaling.links import Links
from signaling.neighbours import Neighbours
from signaling.notices import Seal
from signaling.recording_keys import RecordingKeys
from signaling.relays import Relays
from signaling.rooms import Rooms
from signaling.sessions import GUEST_COOKIE, MEMBER_COOKIE, STAFF_COOKIE, Sessions
from signaling.sockets.server import Sockets
from signaling.wire import Hub, MemoryWire
from signaling.workers import WorkerNews
from waiting_room.accounts import Clinic, MemoryAccounts, Staff
from waiting_room.core import commands as c
from waiting_room.core.commands_guests import JoinAsGuest
from waiting_room.core.ids import ClinicId, CommandId, DeviceId, LinkId, StaffId, TextId, VisitId
from waiting_room.core.model import Actor, Mode, Role, Visit
from waiting_room.core.patch import fold
from waiting_room.database import Database
from waiting_room.desk import Desk, Done
from waiting_room.line import Line
from waiting_room.migrations import migrate
from waiting_room.people import People
from waiting_room.placements import MemoryPlacements
from waiting_room.reading import Reading
from waiting_room.recordings import Recordings
from waiting_room.sessions import MemorySessions
from waiting_room.store import NewLink
from waiting_room.store_sql import SqlStore
from waiting_room.texts import NewText, TextKey, Vault

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NORTH, SOUTH = ClinicId("north"), ClinicId("south")
BOOKING, CLOCK = Actor(Role.booking, "key-1"), Actor(Role.system, "timekeeper")
WITHIN_SECONDS = 5.0
RECORDING_KEYS = RecordingKeys(bytes(range(32)))
OWN = "own"
"""Where a page that has one visit keeps who of it is here."""

_numbers = itertools.count(1)


@dataclass
class Clock:
    """Tells the time it was told."""

    at: datetime = NINE
    seconds: float = 1000.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


class NoWorkers:
    """A host without media workers."""

    def on_news(self, listener: Callable[[WorkerNews], None]) -> None:
        pass

    async def restart(self, name: str) -> None:
        pass


def command_id() -> str:
    return f"t{next(_numbers)}"


class Page:
    """A page in a browser: connects with its cookie, folds what it is told, waits for what it expects."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self.heard: list[tuple[str, Any]] = []
        self.view: dict[str, Any] = {}
        self.seq = 0
        self.visits: dict[str, dict[str, Any]] = {}
        self.order: list[str] = []
        self.presence: dict[str, dict[str, str]] = {}
        self.reports: dict[str, dict[str, Any]] = {}
        self.standing: dict[str, Any] = {}
        self.visit: str = ""
        self.cookie = ""
        self._news = asyncio.Event()
        self.client.on("*", self._hear, namespace=namespace)
        self.client.on("disconnect", self._closed, namespace=namespace)
        self.closed = asyncio.Event()

    async def _closed(self, *_: Any) -> None:
        self.closed.set()
        self._news.set()

    async def _hear(self, event: str, said: Any = None) -> None:
        self.heard.append((event, said))
        match event:
            case "snapshot":
                self.view, self.seq = said["view"], said["seq"]
            case "record":
                assert said["seq"] == self.seq + 1, "records come in order, each once"
                self.view, self.seq = fold(self.view, said["patch"]), said["seq"]
            case "standing":
                self.standing = said
            case "board":
                self.visits, self.order, self.presence = said["visits"], said["order"], said["presence"]
                self.reports = said.get("reports", {})
            case "row":
                row = fold(self.visits.get(said["visit"], {}), said["patch"])
                self.visits[said["visit"]] = row
                if said.get("removed"):
                    del self.visits[said["visit"]]
            case "order":
                self.order = said["order"]
            case "report":
                self.reports[said["visit"]] = {k: v for k, v in said.items() if k != "visit"}
            case "presence":
                self.presence[said.get("visit", OWN)] = {k: v for k, v in said.items() if k != "visit"}
        self._news.set()

    def all(self, event: str) -> list[Any]:
        """Everything heard of that name."""
        return [said for name, said in self.heard if name == event]

    async def until(self, what: Callable[["Page"], Any]) -> None:
        """Wait for what the page is to show."""
        async with asyncio.timeout(WITHIN_SECONDS):
            while not what(self):
                self._news.clear()
                await self._news.wait()

    async def hears(self, event: str) -> Any:
        """Wait for an event of that name; the first one."""
        await self.until(lambda page: page.all(event))
        return self.all(event)[0]

    async def shows(self, state: str, visit: str | None = None) -> None:
        """Wait for a state: of the member's own visit, or of one on the board."""
        await self.until(
            lambda page: (page.visits.get(visit, {}) if visit else page.view).get("state") == state
        )

    async def asks(self, event: str, *data: Any) -> Any:
        """Send an event and wait for its acknowledgement."""
        said = data if len(data) != 1 else data[0]
        return await self.client.call(event, said, namespace=self.namespace, timeout=2 * WITHIN_SECONDS)

    async def does(self, kind: str, /, **fields: Any) -> Any:
        """Give a command, with a new id unless one is given."""
        return await self.asks("command", {"id": command_id(), "type": kind, **fields})

    async def closes(self) -> None:
        """Leave the page."""
        if self.client.connected:
            await self.client.disconnect()

    async def checks_in(self) -> None:
        """Everything a member does from the first question to the waiting page."""
        for said in (
            {"type": "give_location", "text": "12 Elm Street, Springfield"},
            {"type": "give_callback", "number": "(206) 555-0142"},
            {"type": "give_present", "people": "my son Leo", "others": 1},
            {"type": "give_consent", "consent": "telehealth-1", "language": "en"},
            {
                "type": "check_devices",
                "camera": "ok",
                "microphone": "ok",
                "facing": "assumed",
                "seen": True,
            },
            {"type": "check_in"},
        ):
            answer = await self.asks("command", {"id": command_id(), **said})
            assert answer.get("ok") is True, answer


@dataclass
class House:
    """Everything that runs, and how a story begins."""

    url: str
    clock: Clock
    desk: Desk
    sockets: Sockets
    sessions: Sessions
    rooms: Rooms
    store: SqlStore
    shelf: Recordings
    leases: Leases | None
    neighbours: Neighbours
    pages: list[Page] = field(default_factory=list)
    next_door: "House | None" = None
    """Another web process of the same house: members and the desk come in here, clinicians there."""

    @property
    def processes(self) -> tuple["House", ...]:
        """All of them."""
        return (self,) if self.next_door is None else (self, self.next_door)

    async def books(
        self, name: str = "Ana Ruiz", *, clinic: ClinicId = NORTH, link: bool = True, **changes: Any
    ) -> VisitId:
        """A booked visit with a link, starting now."""
        visit = VisitId(f"visit-{next(_numbers)}")
        person = TextId(f"person-{visit}")
        booked = c.BookVisit(
            visit=visit,
            clinic=clinic,
            mode=Mode.video,
            start=self.clock.at,
            minutes=20,
            person=person,
            **changes,
        )
        body = json.dumps({"name": name, "birth_date": "1961-04-05"})
        await self.done(visit, booked, BOOKING, texts={person: NewText(kind="person", body=body)})
        if link:
            new = NewLink(id=LinkId(f"link-{visit}"), token_sha256=f"digest-{visit}")
            await self.done(visit, c.IssueLink(link=new.id), BOOKING, links=(new,))
        return visit

    async def redeems(self, visit: VisitId, device: str = "phone") -> str:
        """The member presses the link's button; answers their cookie."""
        now = await self.desk.visit(visit)
        assert now is not None
        assert now.link is not None
        redeem = c.Redeem(link=now.link, device=DeviceId(device), birth_date_matches=True)
        await self.done(visit, redeem, Actor(Role.member, device))
        return f"{MEMBER_COOKIE}={await self.sessions.open_member(visit, DeviceId(device))}"

    async def done(self, visit: VisitId, command: Any, actor: Actor, **more: Any) -> Visit:
        """A command from elsewhere in the house."""
        answer = await self.desk.execute(
            visit, command, actor, self.clock.at, CommandId(command_id()), **more
        )
        assert isinstance(answer, Done), answer
        return answer.visit

    async def member(self, name: str = "Ana Ruiz", *, checked_in: bool = False, **changes: Any) -> Page:
        """A member with an open page."""
        visit = await self.books(name, **changes)
        page = await self.connects("/member", await self.redeems(visit))
        await page.hears("snapshot")
        page.visit = visit
        if checked_in:
            await page.checks_in()
            await page.shows("waiting")
        return page

    async def comes_by(self, join_url: str, device: str = "tablet") -> str:
        """A guest presses the button behind their link; answers their cookie."""
        found = await self.store.link(sha256_of(join_url.partition("#")[2]))
        assert found is not None
        join = JoinAsGuest(link=found.id, device=DeviceId(device))
        await self.done(found.visit, join, Actor(Role.guest, device))
        return f"{GUEST_COOKIE}={await self.sessions.open_guest(found.visit, DeviceId(device))}"

    async def guest(self, join_url: str, device: str = "tablet") -> Page:
        """A guest with an open page."""
        page = await self.connects("/guest", await self.comes_by(join_url, device))
        await page.hears("snapshot")
        page.visit = page.view["visit"]
        return page

    async def signs_in(self, staff: str) -> str:
        """A member of staff's cookie."""
        return f"{STAFF_COOKIE}={await self.sessions.open_staff(StaffId(staff))}"

    async def clinician(self, staff: str = "lee") -> Page:
        """A clinician with an open console."""
        page = await self.connects("/clinician", await self.signs_in(staff))
        await page.hears("board")
        return page

    async def support(self, staff: str = "sam") -> Page:
        """The desk with an open console."""
        page = await self.connects("/support", await self.signs_in(staff))
        await page.hears("board")
        return page

    async def connects(
        self, namespace: str, cookie: str = "", *, auth: Any = None, origin: str | None = "own", **how: Any
    ) -> Page:
        """A page that connects; raises `socketio.exceptions.ConnectionError` if it may not."""
        if self.next_door is not None and namespace == "/clinician":
            return await self.next_door.connects(namespace, cookie, auth=auth, origin=origin, **how)
        page = how.get("page") or Page(namespace)
        page.cookie = cookie
        self.pages.append(page)
        headers = {"Cookie": cookie} if cookie else {}
        if origin is not None:
            headers["Origin"] = self.url if origin == "own" else origin
        try:
            await page.client.connect(
                self.url,
                headers=headers,
                auth=auth,
                namespaces=[namespace],
                transports=how.get("transports", ["websocket"]),
                wait_timeout=WITHIN_SECONDS,
            )
        except socketio.exceptions.ConnectionError:
            if page.client.eio.http is not None:
                await page.client.eio.http.close()
            raise
        return page

    async def passes(self, seconds: float) -> None:
        """Time goes by, and everything that follows from it has happened."""
        self.clock.passes(seconds)
        for house in self.processes:
            house.sockets.watch.pass_time()
            await house.sockets.watch.noted()
        for visit in await self.desk.open_visits():
            await self.desk.execute(visit.id, c.PassTime(), CLOCK, self.clock.at, CommandId(command_id()))


def staff(name: str, *roles: Role, clinics: tuple[ClinicId, ...] = (NORTH,)) -> Staff:
    return Staff(
        id=StaffId(name),
        login=name,
        name=f"Dr. {name.title()}",
        credentials="MD",
        roles=frozenset(roles),
        clinics=frozenset(clinics),
        password_hash="",
    )


async def a_directory() -> MemoryAccounts:
    accounts = MemoryAccounts()
    for clinic, name in ((NORTH, "North Clinic"), (SOUTH, "South Clinic")):
        await accounts.save_clinic(
            Clinic(
                id=clinic,
                name=name,
                tz="America/Los_Angeles",
                phone="+12065550100",
                desk_phone="+12065550101",
                urgent_care="12 Hill Road",
            )
        )
    for person in (
        staff("lee", Role.clinician),
        staff("ortiz", Role.clinician),
        staff("novak", Role.clinician, clinics=(SOUTH,)),
        staff("sam", Role.support, clinics=(NORTH, SOUTH)),
        staff("kim", Role.support, clinics=(SOUTH,)),
    ):
        await accounts.save_staff(person)
    return accounts


@web.middleware
async def coded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """As the real application answers a refusal."""
    try:
        return await handler(request)
    except CodedError as refusal:
        return refusal.response()


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    workers: Any = None,
    clock: Clock | None = None,
    records: bool = False,
    relays: Relays | None = None,
    hub: Hub | None = None,
    sessions_store: MemorySessions | None = None,
    placements: MemoryPlacements | None = None,
    silence: Clock | None = None,
) -> AsyncIterator[House]:
    """A running house whose records are in `folder`; opening it again is a restart.

    `records`: its visits may be recorded.
    Several at once are one house in several processes if they share a clock, a hub, sessions and placements.
    `silence`: the clock by which neighbours are taken for dead.
    """
    database_url = f"sqlite:///{folder}/visits.db"
    migrate(database_url)
    clock = clock or Clock()
    database = Database(database_url)
    store, vault = SqlStore(database), Vault(TextKey("test", bytes(range(32))))
    accounts = await a_directory()
    people, directory = People(accounts), Directory(accounts, clock)
    await people.refresh()
    desk = Desk(store, vault, people)
    ids = SystemIds()
    sessions = Sessions(sessions_store or MemorySessions(), directory, clock, ids)
    rooms = Rooms(workers or NoWorkers(), placements or MemoryPlacements(), SystemClock())
    shelf, leases = Recordings(database), None
    if records:
        leases = Leases(desk=desk, rooms=rooms, shelf=shelf, keys=RECORDING_KEYS, clock=clock, ids=ids)
    neighbours = Neighbours(MemoryWire(hub or Hub()), Seal(vault.digest), silence or SystemClock(), ids.new())
    app = web.Application(middlewares=[coded])
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    site_url: list[str] = []
    origins = ["http://127.0.0.1:1"]
    sockets = Sockets(
        desk=desk,
        line=Line(desk, people),
        reading=Reading(store, vault, people),
        people=people,
        sessions=sessions,
        links=Links(desk, "https://visits.example.org", ids),
        rooms=rooms,
        neighbours=neighbours,
        clock=clock,
        ids=ids,
        origins=origins,
        recorder=leases,
        relays=relays,
    )
    sessions.on_end(sockets.session_ended)
    sockets.on_look(lambda: sessions.sweep(sockets.session_keys()))
    sockets.attach(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    site_url.append(f"http://127.0.0.1:{port}")
    sockets._pipe._server.eio.cors_allowed_origins[:] = site_url  # the port is known only now
    await sockets.start()
    if leases is not None:
        await leases.start()
    house = House(site_url[0], clock, desk, sockets, sessions, rooms, store, shelf, leases, neighbours)
    try:
        yield house
    finally:
        await asyncio.gather(*(page.closes() for page in house.pages), return_exceptions=True)
        await sockets.stop()
        if leases is not None:
            await leases.stop()
        await rooms.stop()
        await runner.cleanup()
        await desk.close()
        await store.close()
        await database.close()


@asynccontextmanager
async def two_processes(folder: Path, **how: Any) -> AsyncIterator[House]:
    """One house in two web processes: members and the desk are connected to one, clinicians to the other."""
    shared = {"clock": Clock(), "hub": Hub(), "sessions_store": MemorySessions(), **how}
    async with open_house(folder, **shared) as one, open_house(folder, **shared) as other:
        one.next_door = other
        yield one
