"""The composition: the only file that names concrete adapters. It builds, starts and stops the house."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from aiohttp import web

from signaling.clock import Clock
from signaling.directory import Directory
from signaling.doors.booking import BookingDoor
from signaling.doors.clinician import ClinicianDoor
from signaling.doors.member import MemberDoor
from signaling.doors.support import SupportDoor
from signaling.emergency import brand
from signaling.http import app as http_app
from signaling.http.figures import Figures
from signaling.http.health import Health, operators
from signaling.http.origin import Surroundings
from signaling.http.pages import Pages
from signaling.http.routing import Doorkeeper
from signaling.http.site import Index, Site
from signaling.ids import Ids
from signaling.links import Links
from signaling.openapi import describe
from signaling.passwords import Passwords
from signaling.policy import Audience
from signaling.rooms import Rooms
from signaling.sessions import Sessions
from signaling.settings import Settings
from signaling.signin import SignInDesk
from signaling.snapshot import MemberSnapshots
from signaling.sockets.server import Sockets
from signaling.throttle import Throttle
from signaling.version import VERSION
from signaling.workers import MediaWorkers
from waiting_room.accounts import SqlAccounts
from waiting_room.database import Database, Unavailable
from waiting_room.desk import Change, Desk
from waiting_room.keys import SqlKeys
from waiting_room.line import Line
from waiting_room.people import People
from waiting_room.reading import Reading
from waiting_room.sessions import SqlSessions
from waiting_room.settings import WaitingRoomSettings
from waiting_room.store_sql import SqlStore
from waiting_room.throttles import SqlThrottles
from waiting_room.timekeeper import Chore, Timekeeper
from web_client import DIST

CLOSE_SECONDS: Final = 2.0
"""How long any one part may take to stop. Longer delays a restart; shorter cuts what is being written."""

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


def build(
    settings: Settings,
    records: WaitingRoomSettings,
    clock: Clock,
    ids: Ids,
    *,
    workers: MediaWorkers,
    surroundings: Surroundings,
    workers_begun: bool = False,
    index: Index | None = None,
) -> House:
    """Put the house together. Nothing is opened before the application starts; it closes what it opened.

    `workers_begun`: the workers start up already; the application waits for them and stops them in any case.
    """
    database = Database(records.database_url.get_secret_value(), pool_size=records.database_pool)
    vault = records.vault()
    store = SqlStore(database, keep_texts=records.keep_texts)
    accounts, keys = SqlAccounts(database), SqlKeys(database)
    session_rows, throttle_rows = SqlSessions(database), SqlThrottles(database)
    people = People(accounts)
    desk = Desk(store, vault, people)
    line = Line(desk, people)
    reading = Reading(store, vault, people)
    directory = Directory(accounts, clock)
    figures = Figures()
    throttle = Throttle(throttle_rows, clock, vault.digest)
    sessions = Sessions(session_rows, directory, clock, ids)
    links = Links(desk, surroundings.public, ids)

    rooms = Rooms(workers)
    sockets = Sockets(
        desk=desk,
        line=line,
        reading=reading,
        people=people,
        clock=clock,
        ids=ids,
        sessions=sessions,
        links=links,
        rooms=rooms,
        origins=surroundings.origins,
    )
    sessions.on_end(sockets.session_ended)

    async def refresh(_at: datetime) -> None:
        await people.refresh()

    purges = {
        "texts": store.purge,
        "sessions": session_rows.purge,
        "keys": keys.purge,
        "tries": throttle_rows.purge,
    }
    timekeeper = Timekeeper(
        desk,
        store,
        clock,
        ids,
        chores=(
            Chore("refresh_directory", timedelta(seconds=5), refresh),
            *(Chore(f"purge_{name}", timedelta(minutes=5), purge) for name, purge in purges.items()),
        ),
    )

    async def records_answer() -> bool:
        try:
            async with asyncio.timeout(CLOSE_SECONDS), database.read() as connection:
                await connection.exec_driver_sql("SELECT 1")
        except (Unavailable, TimeoutError):
            return False
        return True

    async def media_answers() -> bool:
        counts = workers.figures()
        return counts["workers_ready"] == counts["workers"]

    health = Health({"records": records_answer, "media": media_answers}, figures)
    snapshots = MemberSnapshots(reading, sockets.standing_of)
    member = MemberDoor(
        desk=desk,
        store=store,
        vault=vault,
        directory=directory,
        sessions=sessions,
        throttle=throttle,
        surroundings=surroundings,
        figures=figures,
        clock=clock,
        ids=ids,
        brand=brand(settings),
        snapshot=snapshots.of,
    )
    booking = BookingDoor(
        desk=desk,
        keys=keys,
        vault=vault,
        directory=directory,
        links=links,
        throttle=throttle,
        surroundings=surroundings,
        clock=clock,
        ids=ids,
    )
    sign_in = SignInDesk(
        directory=directory,
        sessions=sessions,
        passwords=Passwords(),
        throttle=throttle,
        surroundings=surroundings,
        figures=figures,
    )
    site = Site(Pages(DIST), lambda: describe(VERSION, surroundings.public), index)
    keeper = Doorkeeper(
        surroundings,
        {
            Audience.member: member.admit,
            Audience.clinician: ClinicianDoor(sessions).admit,
            Audience.support: SupportDoor(sessions).admit,
            Audience.booking: booking.admit,
            Audience.operator: operators(surroundings, settings.metrics_token),
        },
    )
    app = http_app.create(
        routes=(*site.routes(), *health.routes(), *member.routes(), *sign_in.routes(), *booking.routes()),
        keeper=keeper,
        figures=figures,
        clock=clock,
        ids=ids,
    )
    sockets.attach(app)
    for name, read in {"sockets": sockets.figures, "media": workers.figures, "rooms": rooms.figures}.items():
        figures.add_live(name, read)

    def count(change: Change) -> None:
        for record in change.records:
            figures.recorded(record.event.type)

    desk.subscribe(count)

    async def lifetime(_app: web.Application) -> AsyncIterator[None]:
        """Start in order, stop in reverse; every stop has a deadline of its own."""
        async with contextlib.AsyncExitStack() as open_parts:
            _on_exit(open_parts, "database", database.close)
            _on_exit(open_parts, "desk", desk.close)
            await people.refresh()
            _on_exit(open_parts, "media workers", workers.stop)
            if not workers_begun:
                workers.begin()
            _on_exit(open_parts, "rooms", rooms.stop)
            await sockets.start()
            _on_exit(open_parts, "sockets", sockets.stop)
            timekeeper.start()
            _on_exit(open_parts, "timekeeper", timekeeper.stop)
            await workers.all_ready()
            yield

    app.cleanup_ctx.append(lifetime)
    return House(app=app, health=health, desk=desk, links=links, accounts=accounts, keys=keys, people=people)


def _on_exit(open_parts: contextlib.AsyncExitStack, name: str, close: Callable[[], Awaitable[None]]) -> None:
    async def close_in_time() -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await close()
        except TimeoutError:
            log.warning("stopping_took_too_long", name_of_task=name)

    open_parts.push_async_callback(close_in_time)
