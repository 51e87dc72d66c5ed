"""Placements: which media worker has which room, as every web process reads it.

The workers themselves know no database. Whoever hears a worker writes that down, and two processes that
place one room at the same moment agree, because only one of them can insert the row.

A room stays where it is for as long as its worker lives: until another process of that address is heard,
until it is known to be gone (`lost`), or until nobody has heard it for `DEAD_AFTER`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from waiting_room.core.ids import VisitId
from waiting_room.database import Database
from waiting_room.schema import media_rooms, media_workers, visits

DEAD_AFTER = timedelta(seconds=5)
"""Workers are heard every second. Longer leaves the rooms of a vanished machine dark; shorter moves rooms
because the database was slow."""

KEEP_WORKERS = timedelta(days=1)
"""How long a worker that is heard no more is remembered."""

ROOM_PACKETS = 430
"""Packets per second that a visit of two is forwarded at: what a room is taken for until it shows itself."""

SHOWS_AFTER = timedelta(seconds=30)
"""How long a room that was placed is counted so: that many seconds later its worker tells what it costs."""

_TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A worker as it told of itself: `started` is another one in another process at that address."""

    address: str
    started: str
    packets: int = 0
    """Sent per second."""
    draining: bool = False


class Placements(Protocol):
    """Rooms and the workers that have them. Every method may raise `database.Unavailable`."""

    async def heard(self, worker: Heard, at: datetime) -> None:
        """A worker was heard. As another process than before, it has none of the rooms it had."""
        ...

    async def lost(self, address: str, started: str) -> None:
        """That process is known to be no more: its rooms may be placed anew at once."""
        ...

    async def place(self, room: VisitId, among: Sequence[str], at: datetime) -> str | None:
        """Who has the room: the living worker it is with already, or else the least busy one of `among`.

        Several who ask at once get one answer. None: nobody of `among` has been heard.
        """
        ...

    async def forget(self, room: VisitId) -> None:
        """The room is no more."""
        ...

    async def purge(self, at: datetime) -> int:
        """Delete the rooms of visits that are over, and workers long gone; how many rooms."""
        ...


class SqlPlacements:
    """See `Placements`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def heard(self, worker: Heard, at: datetime) -> None:
        """See `Placements.heard`."""
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        row = {
            "address": worker.address,
            "started": worker.started,
            "heard_at": at,
            "packets": worker.packets,
            "draining": worker.draining,
        }
        fresh = insert(media_workers).values(row)
        upsert = fresh.on_conflict_do_update(
            index_elements=["address"],
            set_={name: fresh.excluded[name] for name in row if name != "address"},
        )
        await self._database.write(lambda connection: connection.execute(upsert))

    async def lost(self, address: str, started: str) -> None:
        """See `Placements.lost`."""
        gone = media_workers.update().where(
            media_workers.c.address == address, media_workers.c.started == started
        )
        await self._database.write(lambda connection: connection.execute(gone.values(heard_at=None)))

    async def place(self, room: VisitId, among: Sequence[str], at: datetime) -> str | None:
        """See `Placements.place`."""
        asked = {"room": room, "since": at - DEAD_AFTER}
        found = await self._database.read(lambda connection: connection.execute(_FIND, asked).first())
        if found is not None and found.lives:
            return str(found.worker)
        return await self._database.write(lambda connection: self._place(connection, room, among, at))

    def _place(
        self, connection: sa.Connection, room: VisitId, among: Sequence[str], at: datetime
    ) -> str | None:
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        asked = {"room": room, "since": at - DEAD_AFTER, "new": at - SHOWS_AFTER}
        for _ in range(_TRIES):
            found = connection.execute(_FIND, asked).first()
            if found is not None and found.lives:
                return str(found.worker)
            living = connection.execute(_LIVING, {"among": list(among), **asked}).all()
            if not living:
                return None
            order = {address: number for number, address in enumerate(among)}
            chosen = min(living, key=lambda row: (_load(row.packets, row.placed), order[row.address]))
            values = {"worker": chosen.address, "started": chosen.started, "placed_at": at}
            statement: Any = insert(media_rooms).values(room=room, **values).on_conflict_do_nothing()
            if found is not None:
                statement = (
                    media_rooms.update()
                    .where(
                        media_rooms.c.room == room,
                        media_rooms.c.worker == found.worker,
                        media_rooms.c.started == found.started,
                    )
                    .values(values)
                )
            if connection.execute(statement).rowcount == 1:
                return str(chosen.address)
        return None

    async def forget(self, room: VisitId) -> None:
        """See `Placements.forget`."""
        its = media_rooms.delete().where(media_rooms.c.room == room)
        await self._database.write(lambda connection: connection.execute(its))

    async def purge(self, at: datetime) -> int:
        """See `Placements.purge`."""
        its_open = sa.select(visits.c.id).where(visits.c.ended_at.is_(None))
        over = media_rooms.delete().where(media_rooms.c.room.not_in(its_open))
        silent = sa.or_(media_workers.c.heard_at.is_(None), media_workers.c.heard_at <= at - KEEP_WORKERS)

        def work(connection: sa.Connection) -> int:
            connection.execute(media_workers.delete().where(silent))
            return connection.execute(over).rowcount

        return await self._database.write(work)


_FIND = (
    sa.select(
        media_rooms.c.worker,
        media_rooms.c.started,
        sa.case(
            (
                sa.and_(
                    media_workers.c.started == media_rooms.c.started,
                    media_workers.c.heard_at > sa.bindparam("since"),
                ),
                True,
            ),
            else_=False,
        ).label("lives"),
    )
    .select_from(media_rooms.outerjoin(media_workers, media_workers.c.address == media_rooms.c.worker))
    .where(media_rooms.c.room == sa.bindparam("room"))
)
_PLACED = (
    sa.select(sa.func.count())
    .select_from(media_rooms)
    .where(
        media_rooms.c.worker == media_workers.c.address,
        media_rooms.c.started == media_workers.c.started,
        media_rooms.c.placed_at > sa.bindparam("new"),
    )
    .scalar_subquery()
)
_LIVING = sa.select(
    media_workers.c.address, media_workers.c.started, media_workers.c.packets, _PLACED.label("placed")
).where(
    media_workers.c.address.in_(sa.bindparam("among", expanding=True)),
    media_workers.c.heard_at > sa.bindparam("since"),
)


def _load(packets: int, placed: int) -> int:
    """What a worker will soon send per second."""
    return packets + placed * ROOM_PACKETS


class MemoryPlacements:
    """See `Placements`. For workers that nobody else can reach, and for tests."""

    def __init__(self) -> None:
        self._workers: dict[str, tuple[Heard, datetime]] = {}
        self._rooms: dict[VisitId, tuple[str, str, datetime]] = {}

    async def heard(self, worker: Heard, at: datetime) -> None:
        """See `Placements.heard`."""
        self._workers[worker.address] = (worker, at)

    async def lost(self, address: str, started: str) -> None:
        """See `Placements.lost`."""
        if address in self._workers and self._workers[address][0].started == started:
            del self._workers[address]

    async def place(self, room: VisitId, among: Sequence[str], at: datetime) -> str | None:
        """See `Placements.place`."""
        known = self._rooms.get(room)
        if known is not None and self._lives(known[0], at) == known[1]:
            return known[0]
        living = [address for address in among if self._lives(address, at) is not None]
        if not living:
            return None
        new = [(where, started) for where, started, since in self._rooms.values() if since > at - SHOWS_AFTER]

        def load(address: str) -> int:
            worker = self._workers[address][0]
            return _load(worker.packets, new.count((address, worker.started)))

        chosen = min(living, key=load)
        self._rooms[room] = (chosen, self._workers[chosen][0].started, at)
        return chosen

    def _lives(self, address: str, at: datetime) -> str | None:
        worker, heard_at = self._workers.get(address, (None, at))
        return worker.started if worker is not None and heard_at > at - DEAD_AFTER else None

    async def forget(self, room: VisitId) -> None:
        """See `Placements.forget`."""
        self._rooms.pop(room, None)

    async def purge(self, at: datetime) -> int:
        """See `Placements.purge`. Which visits are over is not known here: rooms are forgotten singly."""
        self._workers = {
            address: (worker, heard_at)
            for address, (worker, heard_at) in self._workers.items()
            if heard_at > at - KEEP_WORKERS
        }
        return 0
