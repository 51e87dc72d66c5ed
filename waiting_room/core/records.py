"""Records: the numbered entries of a visit's journal, and the one way to add to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from waiting_room.core.commands import Command
from waiting_room.core.decide import not_before, weigh
from waiting_room.core.events import Booked, Event
from waiting_room.core.evolve import ImpossibleRecordError, evolve
from waiting_room.core.ids import CommandId, VisitId
from waiting_room.core.model import Actor, Role, Visit
from waiting_room.core.refusals import Refused

CLOCK = Actor(Role.system, "clock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry: the first has `seq` 1, each next one more; `at` never runs backwards within a visit."""

    visit: VisitId
    seq: int
    at: datetime
    actor: Actor
    command: CommandId | None = None
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What came of a command: the visit after it and the records to append; none, if it was already so."""

    visit: Visit
    records: tuple[Record, ...]


def handle(
    visit: Visit | None, command: Command, actor: Actor, at: datetime, command_id: CommandId | None = None
) -> Recorded | Refused:
    """Decide, number and fold: everything the shell has to store, or why nothing.

    What the clock did is recorded as the clock's, also when somebody's command brought it to light. All
    records of one command carry its id.
    """
    decision = weigh(visit, command, actor, at)
    if isinstance(decision, Refused):
        return decision
    at = not_before(visit, at)
    records: list[Record] = []
    for who, events in ((CLOCK, decision.overdue), (actor, decision.answer), (CLOCK, decision.then)):
        for event in events:
            seq = 1 if visit is None else visit.seq + 1
            visit = evolve(visit, event, seq, at)
            records.append(Record(visit=visit.id, seq=seq, at=at, actor=who, command=command_id, event=event))
    assert visit is not None, "only a booking is accepted without a visit, and it records one"
    return Recorded(visit=visit, records=tuple(records))


def apply(visit: Visit | None, record: Record) -> Visit:
    """The visit after one record.

    Raises:
        ImpossibleRecordError: the record is another visit's, or does not follow.
    """
    belongs = record.event.visit if isinstance(record.event, Booked) else visit and visit.id
    if belongs != record.visit:
        raise ImpossibleRecordError("a record of another visit")
    return evolve(visit, record.event, record.seq, record.at)


def replay(records: Iterable[Record]) -> Visit:
    """The visit that its whole journal adds up to.

    Raises:
        ImpossibleRecordError: a gap, a foreign record, an impossible step, or no record at all.
    """
    visit: Visit | None = None
    for record in records:
        visit = apply(visit, record)
    if visit is None:
        raise ImpossibleRecordError("a journal has at least one record")
    return visit
