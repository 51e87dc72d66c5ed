"""The composition: the only file that names concrete adapters. It builds, starts and stops the house."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from media.sealed_file import DamagedFileError, SealedReader, sealed_path
from signaling.clock import Clock
from signaling.directory import Directory
from signaling.doors.booking import BookingDoor
from signaling.doors.clinician import ClinicianDoor
from signaling.doors.files import FileDoor
from signaling.doors.guest import GuestDoor
from signaling.doors.handover import HandoverDoor
from signaling.doors.member import MemberDoor
from signaling.doors.privacy import PrivacyDoor
from signaling.doors.support import SupportDoor
from signaling.emergency import brand
from signaling.gauges import Disks, Operations, end_of, waited_since
from signaling.http import app as http_app
from signaling.http.figures import Figures
from signaling.http.health import Health, mark_of, operators
from signaling.http.origin import Surroundings
from signaling.http.pages import Pages
from signaling.http.routing import Admit, Doorkeeper, Route
from signaling.http.site import Index, Site
from signaling.ids import Ids
from signaling.leases import Leases
from signaling.links import Links
from signaling.neighbours import Neighbours
from signaling.notices import Seal
from signaling.openapi import describe
from signaling.passwords import Passwords
from signaling.policy import Audience
from signaling.recordings import Reader
from signaling.reference.routes import Reference
from signaling.relays import Relays
from signaling.rooms import Rooms
from signaling.sessions import Sessions
from signaling.settings import Settings
from signaling.signin import SignInDesk
from signaling.snapshot import MemberSnapshots
from signaling.sockets.server import Sockets
from signaling.studio import Studio
from signaling.throttle import Throttle
from signaling.version import VERSION
from signaling.wire import Hub, MemoryWire, Wire
from signaling.workers import Fleet
from waiting_room.accounts import SqlAccounts
from waiting_room.database import Database, Unavailable, parse_url
from waiting_room.desk import Change, Desk
from waiting_room.keys import SqlKeys
from waiting_room.line import Line
from waiting_room.people import People
from waiting_room.placements import MemoryPlacements, SqlPlacements
from waiting_room.reading import Reading
from waiting_room.recordings import Recordings
from waiting_room.sessions import SqlSessions
from waiting_room.settings import WaitingRoomSettings
from waiting_room.store_sql import SqlStore
from waiting_room.throttles import SqlThrottles
from waiting_room.timekeeper import Chore, Timekeeper
from web_client import DIST

CLOSE_SECONDS: Final = 2.0
"""How long any one part may take to stop. Longer delays a restart; shorter cuts what is being written."""

MOVED_SHARE: Final = 0.5
"""Of the time before a process stops: in this part its pages move, in the rest they are gone."""

REFRESH_EVERY: Final = timedelta(seconds=5)
"""How often the directory is read. Longer shows old names; shorter reads more."""

SWEEP_EVERY: Final = timedelta(seconds=10)
"""How often recordings left open are looked for. Longer keeps their files back; shorter reads more."""

PURGE_EVERY: Final = timedelta(minutes=5)
"""How often what need not be kept is deleted."""

log = structlog.get_logger("compose")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts that others start from: the application to serve, and what the demo seeds through."""

    app: web.Application
    health: Health
    desk: Desk
    links: Links
    accounts: SqlAccounts
    keys: SqlKeys
    people: People
    studio: Studio
    drain: Callable[[float], None]
    """Said when the process is to stop in so many seconds."""


class _Cellar:
    """What is below everything: the database, what is kept in it, and the desk that writes it."""

    def __init__(self, records: WaitingRoomSettings) -> None:
        self.database = Database(records.database_url.get_secret_value(), pool_size=records.database_pool)
        self.vault = records.vault()
        self.store = SqlStore(self.database, keep_texts=records.keep_texts)
        self.accounts = SqlAccounts(self.database)
        self.keys = SqlKeys(self.database)
        self.recordings = Recordings(self.database)
        self.sessions = SqlSessions(self.database)
        self.throttles = SqlThrottles(self.database)
        self.placements = SqlPlacements(self.database)
        self.people = People(self.accounts)
        self.desk = Desk(self.store, self.vault, self.people)
        self.line = Line(self.desk, self.people)
        self.reading = Reading(self.store, self.vault, self.people)

    async def answers(self) -> bool:
        """Whether the database can be asked."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.database.ping()
        except (Unavailable, TimeoutError):
            return False
        return True

    async def refresh(self, _at: datetime) -> None:
        """Read the directory anew."""
        await self.people.refresh()

    def timekeeper(self, clock: Clock, ids: Ids, *others: Chore) -> Timekeeper:
        """Passes time on visits, refreshes the directory, deletes what need not be kept, does `others`."""
        purges = {
            "texts": self.store.purge,
            "sessions": self.sessions.purge,
            "keys": self.keys.purge,
            "tries": self.throttles.purge,
            "placements": self.placements.purge,
        }
        chores = [Chore("refresh_directory", REFRESH_EVERY, self.refresh), *others]
        chores += [Chore(f"purge_{name}", PURGE_EVERY, purge) for name, purge in purges.items()]
        return Timekeeper(self.desk, self.store, clock, ids, chores=chores)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hall:
    """What the doors share."""

    cellar: _Cellar
    clock: Clock
    ids: Ids
    surroundings: Surroundings
    figures: Figures
    directory: Directory
    sessions: Sessions
    throttle: Throttle
    links: Links


def _hall(cellar: _Cellar, clock: Clock, ids: Ids, surroundings: Surroundings) -> _Hall:
    directory = Directory(cellar.accounts, clock)
    return _Hall(
        cellar=cellar,
        clock=clock,
        ids=ids,
        surroundings=surroundings,
        figures=Figures(),
        directory=directory,
        sessions=Sessions(cellar.sessions, directory, clock, ids),
        throttle=Throttle(cellar.throttles, clock, cellar.vault.digest),
        links=Links(cellar.desk, surroundings.public, ids),
    )


def _doors(
    hall: _Hall, settings: Settings, snapshots: MemberSnapshots
) -> tuple[tuple[Route, ...], Mapping[Audience, Admit]]:
    """The doors' addresses, and whom each of them admits."""
    cellar = hall.cellar
    member = MemberDoor(
        desk=cellar.desk,
        store=cellar.store,
        directory=hall.directory,
        sessions=hall.sessions,
        throttle=hall.throttle,
        surroundings=hall.surroundings,
        figures=hall.figures,
        clock=hall.clock,
        ids=hall.ids,
        brand=brand(settings),
        snapshot=snapshots.of,
    )
    guest = GuestDoor(
        desk=cellar.desk,
        store=cellar.store,
        directory=hall.directory,
        sessions=hall.sessions,
        throttle=hall.throttle,
        surroundings=hall.surroundings,
        clock=hall.clock,
        ids=hall.ids,
    )
    handover = HandoverDoor(
        desk=cellar.desk,
        sessions=hall.sessions,
        throttle=hall.throttle,
        surroundings=hall.surroundings,
        clock=hall.clock,
        ids=hall.ids,
    )
    booking = BookingDoor(
        desk=cellar.desk,
        keys=cellar.keys,
        vault=cellar.vault,
        directory=hall.directory,
        links=hall.links,
        throttle=hall.throttle,
        surroundings=hall.surroundings,
        clock=hall.clock,
        ids=hall.ids,
    )
    sign_in = SignInDesk(
        directory=hall.directory,
        sessions=hall.sessions,
        passwords=Passwords(),
        throttle=hall.throttle,
        surroundings=hall.surroundings,
        figures=hall.figures,
        recording=settings.recordings is not None,
    )
    files = FileDoor(
        desk=cellar.desk,
        store=cellar.store,
        vault=cellar.vault,
        throttle=hall.throttle,
        clock=hall.clock,
        ids=hall.ids,
        most_bytes=settings.file_max_mb * 1_000_000,
    )
    hall.figures.add_live("files", files.figures)
    admits = {
        Audience.member: member.admit,
        Audience.clinician: ClinicianDoor(hall.sessions).admit,
        Audience.support: SupportDoor(hall.sessions).admit,
        Audience.privacy: PrivacyDoor(hall.sessions).admit,
        Audience.booking: booking.admit,
        Audience.operator: operators(hall.surroundings, settings.metrics_token),
    }
    doors = (member, guest, handover, sign_in, booking, files)
    return tuple(route for door in doors for route in door.routes()), admits


def _open_sealed(folder: Path, name: str, key: bytes) -> Reader:
    try:
        return SealedReader(sealed_path(folder, name), key)
    except DamagedFileError:
        raise OSError("damaged") from None


def _neighbours(hall: _Hall, settings: Settings) -> Neighbours:
    """Over Redis where one is named; otherwise this process is the whole house."""
    me = hall.ids.new()
    wire: Wire = MemoryWire(Hub())
    if settings.redis_url is not None:
        from signaling.wire_redis import RedisWire  # noqa: PLC0415 - one process starts without it

        wire = RedisWire(settings.redis_url.get_secret_value(), me, hall.clock)
    return Neighbours(wire, Seal(hall.cellar.vault.digest), hall.clock, me)


def _rooms(hall: _Hall, settings: Settings, workers: Fleet) -> Rooms:
    """Who has which room is written in the database where others have to read it."""
    placements = hall.cellar.placements if settings.media_workers_at else MemoryPlacements()
    return Rooms(workers, placements, hall.clock)


def _sockets(
    hall: _Hall, rooms: Rooms, neighbours: Neighbours, leases: Leases | None, relays: Relays | None
) -> Sockets:
    sockets = Sockets(
        desk=hall.cellar.desk,
        line=hall.cellar.line,
        reading=hall.cellar.reading,
        people=hall.cellar.people,
        clock=hall.clock,
        ids=hall.ids,
        sessions=hall.sessions,
        links=hall.links,
        rooms=rooms,
        neighbours=neighbours,
        origins=hall.surroundings.origins,
        recorder=leases,
        relays=relays,
    )
    hall.sessions.on_end(sockets.session_ended)
    return sockets


def _count(hall: _Hall) -> None:
    def count(change: Change) -> None:
        for record in () if change.elsewhere else change.records:
            hall.figures.recorded(record.event.type)
        admitted, since = change.after.admitted_at, waited_since(change.after)
        if admitted and since and (change.before is None or change.before.admitted_at is None):
            hall.figures.waited((admitted - since).total_seconds())

    hall.cellar.desk.subscribe(count)


def build(
    settings: Settings,
    records: WaitingRoomSettings,
    clock: Clock,
    ids: Ids,
    *,
    workers: Fleet,
    surroundings: Surroundings,
    workers_begun: bool = False,
    index: Index | None = None,
) -> House:
    """Put the house together. Nothing is opened before the application starts; it closes what it opened.

    `workers_begun`: the workers start up already; the application waits for them and stops them in any case.
    """
    cellar = _Cellar(records)
    hall = _hall(cellar, clock, ids, surroundings)
    rooms = _rooms(hall, settings, workers)
    studio = Studio(
        shelf=cellar.recordings,
        keys=settings.keys_of_recordings(),
        folder=settings.recordings,
        opener=_open_sealed,
        desk=cellar.desk,
        directory=hall.directory,
        rooms=rooms,
        clock=clock,
        ids=ids,
    )
    neighbours = _neighbours(hall, settings)
    sockets = _sockets(hall, rooms, neighbours, studio.leases, settings.relays())
    sockets.on_look(lambda: hall.sessions.sweep(sockets.session_keys()))
    timekeeper = cellar.timekeeper(clock, ids, Chore("sweep_recordings", SWEEP_EVERY, studio.sweep))
    _count(hall)

    async def media_answers() -> bool:
        return workers.able()

    mark = mark_of(cellar.vault, surroundings.public)
    health = Health({"records": cellar.answers, "media": media_answers}, hall.figures, mark)
    routes, admits = _doors(hall, settings, MemberSnapshots(cellar.reading, sockets.standing_of))
    site = Site(Pages(DIST), lambda: describe(VERSION, surroundings.public), index)
    reference = Reference(lambda: describe(VERSION, surroundings.public))
    app = http_app.create(
        routes=(*site.routes(), *reference.routes(), *health.routes(), *routes, *studio.door.routes()),
        keeper=Doorkeeper(surroundings, admits),
        figures=hall.figures,
        clock=clock,
        ids=ids,
    )
    sockets.attach(app)
    live = {
        "sockets": sockets.figures,
        "media": workers.figures,
        "rooms": rooms.figures,
        "recordings": studio.figures,
        "house": neighbours.figures,
    }
    for name, read in live.items():
        hall.figures.add_live(name, read)
    disks = Disks(_folders(settings, records))
    watched = Operations(
        now=clock.now,
        line=cellar.line,
        workers=rooms,
        sockets=sockets,
        disks=disks,
        certificate_ends=end_of(settings.tls_cert),
    )
    hall.figures.add(watched, disks.look)

    async def lifetime(_app: web.Application) -> AsyncIterator[None]:
        """Start in order, stop in reverse; every stop has a deadline of its own."""
        async with contextlib.AsyncExitStack() as open_parts:
            _on_exit(open_parts, "database", cellar.database.close)
            _on_exit(open_parts, "desk", cellar.desk.close)
            await cellar.people.refresh()
            _on_exit(open_parts, "media workers", workers.stop)
            if not workers_begun:
                workers.begin()
            _on_exit(open_parts, "rooms", rooms.stop)
            await sockets.start()
            _on_exit(open_parts, "sockets", sockets.stop)
            _on_exit(open_parts, "studio", studio.stop)
            await studio.start()
            timekeeper.start()
            _on_exit(open_parts, "timekeeper", timekeeper.stop)
            await workers.all_ready()
            yield

    def drain(seconds: float) -> None:
        health.drain()
        if seconds:
            sockets.send_away(seconds * MOVED_SHARE)

    app.cleanup_ctx.append(lifetime)
    return House(
        app=app,
        health=health,
        desk=cellar.desk,
        links=hall.links,
        accounts=cellar.accounts,
        keys=cellar.keys,
        people=cellar.people,
        studio=studio,
        drain=drain,
    )


def _folders(settings: Settings, records: WaitingRoomSettings) -> dict[str, Path]:
    """Where something is kept on this machine."""
    url = parse_url(records.database_url.get_secret_value())
    folders = {}
    if url.get_backend_name() == "sqlite" and url.database:
        folders["database"] = Path(url.database).parent
    if settings.recordings is not None:
        folders["recordings"] = settings.recordings
    return folders


def _on_exit(open_parts: contextlib.AsyncExitStack, name: str, close: Callable[[], Awaitable[None]]) -> None:
    async def close_in_time() -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await close()
        except TimeoutError:
            log.warning("stopping_took_too_long", name_of_task=name)

    open_parts.push_async_callback(close_in_time)
