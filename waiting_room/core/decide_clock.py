"""What time and presence decide: nobody asked for it, it has become so."""

from datetime import datetime

from waiting_room.core import commands as c
from waiting_room.core import events as e
from waiting_room.core.agreement import follows
from waiting_room.core.deadlines import next_due
from waiting_room.core.events import Event
from waiting_room.core.evolve import evolve
from waiting_room.core.lifecycle import HOLDING, TERMINAL
from waiting_room.core.model import Presence, Role, State, Visit
from waiting_room.core.moments import moment


def overdue(visit: Visit, at: datetime) -> tuple[Event, ...]:
    """Everything that has become due by `at`, in the order in which it became due.

    What follows for the recording from what has happened is due at once.
    """
    found: list[Event] = []
    while (event := follows(visit) or _due(visit, at)) is not None:
        found.append(event)
        visit = evolve(visit, event, visit.seq + 1, at)
    return tuple(found)


def _due(visit: Visit, at: datetime) -> Event | None:
    due = next_due(visit)
    return due[1] if due is not None and due[0] <= at else None


def decide_presence(visit: Visit, command: c.NotePresence, at: datetime) -> tuple[Event, ...]:
    """Note when somebody whose presence matters now went or came back.

    `since` is believed only within the present state and never in the future, so that late news about the
    past cannot end what has begun since.
    """
    here = command.presence is Presence.here
    if command.who is Role.member:
        watched = visit.state not in TERMINAL | {State.booked} and visit.left_at is None
        noted = visit.member_gone_since is not None
    elif command.who is not Role.clinician:
        return ()
    else:
        watched = visit.state in HOLDING and command.staff in {None, visit.claimed_by}
        noted = visit.clinician_gone_since is not None
    if not watched or noted is not here:
        return ()
    if here:
        return (e.Back(who=command.who),)
    return (e.Gone(who=command.who, since=min(max(moment(command.since), visit.state_since), at)),)
