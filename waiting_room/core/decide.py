"""Decide: what a command records, or why it is refused. Pure; the same question has the same answer for ever.

The answer never depends on whether the timekeeper has run: what is overdue is settled first, in the same
answer. Nothing is permitted that `grants` does not list, and nothing recorded that `lifecycle` does not list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from waiting_room.core import commands as c
from waiting_room.core.commands import Command
from waiting_room.core.commands_chat import ChatCommand
from waiting_room.core.commands_guests import GuestCommand
from waiting_room.core.decide_booking import decide_booking, decide_first
from waiting_room.core.decide_chat import decide_chat
from waiting_room.core.decide_clock import decide_presence, overdue
from waiting_room.core.decide_guests import decide_guests
from waiting_room.core.decide_help import decide_help, decide_way
from waiting_room.core.decide_member import decide_member, decide_redeem, visit_over
from waiting_room.core.decide_recording import decide_recording
from waiting_room.core.decide_staff import decide_desk, decide_holder, decide_line, decide_taking
from waiting_room.core.events import Event
from waiting_room.core.evolve import evolve
from waiting_room.core.grants import Relation, granted
from waiting_room.core.lifecycle import LIFECYCLE, TERMINAL
from waiting_room.core.model import Actor, State, Visit
from waiting_room.core.moments import moment
from waiting_room.core.refusals import Refusal, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer in three parts: what the clock had done before, what the actor did, what that made due."""

    overdue: tuple[Event, ...] = ()
    answer: tuple[Event, ...] = ()
    then: tuple[Event, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        """All of it, in the order of the journal."""
        return (*self.overdue, *self.answer, *self.then)


def decide(visit: Visit | None, command: Command, actor: Actor, at: datetime) -> tuple[Event, ...] | Refused:
    """The events that follow from `command`; empty: accepted, and already so.

    `at` is when it was asked; a clock that ran backwards counts as the time of the visit's last record.
    A wrong birth date is not refused but recorded (`birth_date_refused`): whoever answers the person says
    `not_recognised`.
    """
    decision = weigh(visit, command, actor, at)
    return decision if isinstance(decision, Refused) else decision.events


def weigh(visit: Visit | None, command: Command, actor: Actor, at: datetime) -> Decision | Refused:
    """`decide`, telling the clock's part from the actor's."""
    relation = granted(command, actor)
    if relation is None:
        return Refused(Refusal.not_permitted)
    at = not_before(visit, at)
    if isinstance(command, c.BookVisit):
        first = decide_first(visit, command, at)
        return first if isinstance(first, Refused) else Decision(answer=first)
    if visit is None:
        unknown = isinstance(command, c.Redeem)
        return Refused(Refusal.not_recognised if unknown else Refusal.visit_unknown)
    due = overdue(visit, at)
    settled = _after(visit, due, at)
    answer = _answer(settled, command, actor, relation, at)
    if isinstance(answer, Refused):
        return answer
    if answer and answer[0].type not in LIFECYCLE[settled.state]:
        return Refused(Refusal.wrong_state, {"state": settled.state})
    return Decision(overdue=due, answer=answer, then=overdue(_after(settled, answer, at), at))


def not_before(visit: Visit | None, at: datetime) -> datetime:
    """`at` in whole milliseconds, and not before the visit's last record: history does not run backwards."""
    return moment(at) if visit is None else max(moment(at), visit.updated_at)


def _after(visit: Visit, events: Iterable[Event], at: datetime) -> Visit:
    for event in events:
        visit = evolve(visit, event, visit.seq + 1, at)
    return visit


def _answer(
    visit: Visit, command: c.LaterCommand, actor: Actor, relation: Relation, at: datetime
) -> tuple[Event, ...] | Refused:
    """What the command means for a visit on which nothing is overdue."""
    if isinstance(command, c.PassTime):
        return ()
    if isinstance(command, c.NotePresence):
        return decide_presence(visit, command, at)
    if isinstance(command, c.Redeem):
        return decide_redeem(visit, command, at)
    if visit.state in TERMINAL and not _still_answers(visit, command):
        return visit_over(visit)
    if relation is Relation.holder and (refused := _not_holder(visit, actor)) is not None:
        return refused
    return _by_actor(visit, command, actor, at)


def _by_actor(
    visit: Visit, command: c.PersonalCommand, actor: Actor, at: datetime
) -> tuple[Event, ...] | Refused:
    if isinstance(command, c.BookingCommand):
        return decide_booking(visit, command, at)
    if isinstance(command, c.LineCommand):
        return decide_line(visit, command, actor)
    if isinstance(command, ChatCommand):
        return decide_chat(visit, command, actor)
    if isinstance(command, c.DeskCommand):
        return decide_desk(visit, command, actor)
    if isinstance(command, c.TakingCommand):
        return decide_taking(visit, command, actor, at)
    if isinstance(command, c.HolderCommand):
        return decide_holder(visit, command, actor, at)
    if isinstance(command, c.RecordingCommand):
        return decide_recording(visit, command, actor)
    if isinstance(command, GuestCommand):
        return decide_guests(visit, command, actor)
    if isinstance(command, c.HelpCommand):
        return decide_help(visit, command, actor)
    if isinstance(command, c.WayCommand):
        return decide_way(visit, command, actor)
    return decide_member(visit, command, at)


def _still_answers(visit: Visit, command: Command) -> bool:
    """Who has left may come back, and may have pressed “leave” twice. Recordings are opened afterwards."""
    if isinstance(command, c.OpenRecording):
        return True
    return visit.state is State.left and isinstance(command, c.ReturnToPlace | c.Leave)


def _not_holder(visit: Visit, actor: Actor) -> Refused | None:
    if visit.claimed_by == actor.id:
        return None
    if visit.claimed_by is not None:
        return Refused(Refusal.claimed_by_other, {"clinician": visit.claimed_by})
    lapsed = visit.lapsed_holder == actor.id
    return Refused(Refusal.claim_expired if lapsed else Refusal.not_holder)
