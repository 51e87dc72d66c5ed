"""What neighbours say, and what follows from it here: changes read, pages superseded, sockets closed.

Everything a neighbour says is a hint. Changes are read from SQL; presence is what its sockets are, and ends
with it; a notice that was lost costs seconds, because whatever it said is looked for as well.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

import structlog

from signaling.neighbours import Neighbours
from signaling.notices import (
    PEOPLE_AT_ONCE,
    AnyNotice,
    Came,
    Hello,
    Moved,
    NotRecorded,
    Roll,
    SessionOver,
    TookMedia,
    Weather,
    Went,
    Whereabouts,
)
from signaling.presence import GONE_AFTER_SECONDS, Attendance, Person
from signaling.sockets.board import Board
from signaling.sockets.conditions import Conditions
from signaling.sockets.reports import Reports
from signaling.sockets.watch import Watch
from signaling.sockets.weather_exchange import WeatherExchange
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Role
from waiting_room.database import Unavailable
from waiting_room.desk import Change, Desk

LOOKS_AT_ONCE: Final = 8
"""Visits read side by side. More load the database; fewer tell late."""
LOOKS_AT_MOST: Final = 5_000
"""Visits that wait to be read; beyond it all open visits are looked at together."""

log = structlog.get_logger("neighbours")


class Neighbourhood:
    """See `neighbours.Listener`."""

    def __init__(
        self,
        *,
        neighbours: Neighbours,
        desk: Desk,
        watch: Watch,
        attendance: Attendance,
        board: Board,
        conditions: Conditions,
        reports: Reports,
        superseded: Mapping[Role, Callable[[Iterable[str]], None]],
        took_media: Callable[[VisitId], None],
        session_over: Callable[[str], None],
        not_recorded: Callable[[VisitId], None],
        look_too: Callable[[], Awaitable[None]],
    ) -> None:
        """Listen for all of these.

        `superseded`: by role, who tells pages that a newer one is open. `look_too`: what else may have been
        missed, beside the visits.
        """
        self._neighbours = neighbours
        self._desk = desk
        self._watch = watch
        self._attendance = attendance
        self._superseded = superseded
        self._took_media = took_media
        self._session_over = session_over
        self._not_recorded = not_recorded
        self._look_too = look_too
        self._weather = WeatherExchange(
            tell=neighbours.tell, board=board, conditions=conditions, reports=reports, read=self._read_soon
        )
        self._rolls: dict[str, set[Person]] = {}
        self._to_read: dict[VisitId, None] = {}
        self._readers: set[asyncio.Task[None]] = set()
        self._stopped = False
        watch.on_whereabouts(self._moved_here)

    async def start(self) -> None:
        """Begin to hear the neighbours."""
        await self._neighbours.start(self)

    async def stop(self) -> None:
        """Hear them no more."""
        await self._neighbours.stop()
        self._stopped = True
        self._to_read.clear()
        self._weather.stop()
        await asyncio.gather(*self._readers, return_exceptions=True)

    # --- what this process tells -------------------------------------------------------------------------

    def change(self, change: Change) -> None:
        """A visit was changed here: the others should read it."""
        if not change.elsewhere:
            self._neighbours.tell(Moved(visit=change.after.id, seq=change.after.seq))

    def _moved_here(self, person: Person, stamp: int | None) -> None:
        who = Whereabouts(role=person.role, id=person.id, visit=person.visit, stamp=stamp or 0)
        self._neighbours.tell(Came(who=who) if stamp is not None else Went(who=who))

    def _call_the_roll(self) -> None:
        here = [
            Whereabouts(role=person.role, id=person.id, visit=person.visit, stamp=stamp)
            for person, stamp in self._attendance.all_here()
        ]
        parts = [here[at : at + PEOPLE_AT_ONCE] for at in range(0, len(here), PEOPLE_AT_ONCE)] or [[]]
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            self._neighbours.tell(Roll(people=tuple(part), first=number == 0, last=last))

    # --- what neighbours tell ----------------------------------------------------------------------------

    def contact(self, there: bool) -> None:
        """In contact again: who is here is told, and whoever is missing is expected from now on."""
        if there:
            self._call_the_roll()
            self._weather.tell_soon()
            self._watch.expect_all()

    def left(self, by: str) -> None:
        """A neighbour is no more: its people have a gap, unless they are here already."""
        self._rolls.pop(by, None)
        for person in self._attendance.at(by):
            self._watch.departed_from(by, person)

    def told(self, by: str, notice: AnyNotice) -> None:
        """A neighbour said something."""
        match notice:
            case Moved(visit=visit):
                self._read_soon(visit)
            case Hello():
                self._call_the_roll()
                self._weather.tell_soon()
            case Came(who=who):
                self._came(by, who)
            case Went(who=who):
                self._watch.departed_from(by, _person(who))
            case Roll():
                self._roll(by, notice)
            case SessionOver(session=session):
                self._session_over(session)
            case TookMedia(visit=visit):
                self._took_media(visit)
            case NotRecorded(visit=visit):
                self._not_recorded(visit)
            case Weather():
                self._weather.hear(notice)
            case _:
                pass

    def _came(self, by: str, who: Whereabouts) -> None:
        if who.role not in GONE_AFTER_SECONDS:
            return
        older = self._watch.arrived_at(by, _person(who), who.stamp)
        if older and (tell := self._superseded.get(who.role)):
            tell(older)

    def _roll(self, by: str, roll: Roll) -> None:
        if roll.first:
            self._rolls[by] = set()
        called = self._rolls.get(by)
        if called is None:
            return
        for who in roll.people:
            self._came(by, who)
            called.add(_person(who))
        if roll.last:
            del self._rolls[by]
            for person in self._attendance.at(by) - called:
                self._watch.departed_from(by, person)

    # --- reading -----------------------------------------------------------------------------------------

    def _read_soon(self, visit: VisitId) -> bool:
        """Whether it will be read."""
        if self._stopped or len(self._to_read) >= LOOKS_AT_MOST:
            return False
        self._to_read[visit] = None
        if len(self._readers) < LOOKS_AT_ONCE:
            reader = asyncio.create_task(self._read(), name="read what neighbours changed")
            self._readers.add(reader)
            reader.add_done_callback(self._readers.discard)
        return True

    async def _read(self) -> None:
        while self._to_read:
            visit = next(iter(self._to_read))
            del self._to_read[visit]
            try:
                await self._desk.look(visit)
            except Unavailable:
                log.warning("look_unavailable", visit=visit)  # looked for again with everything else
            self._weather.was_read(visit, again=visit in self._to_read)

    async def look(self) -> None:
        """Look for whatever may have been missed."""
        found = await self._desk.look_around()
        if found:
            log.info("looked_around", count=found)
        await self._look_too()


def _person(who: Whereabouts) -> Person:
    return Person(who.role, who.id, who.visit)
