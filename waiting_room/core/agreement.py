"""Agreement: who must consent to being recorded, who has, and what the recorder may therefore have.

A person is named by their place: `clinician`, `member` (whoever holds the member's device: the patient, or
who speaks for them), `member-1`, `member-2` … (those who share that device, each consenting by name), and
guests by their own ids. An endpoint may be recorded when everybody in front of it has agreed, and only while
everybody else has, too: people talk to each other.
"""

from collections.abc import Iterable

from waiting_room.core import events_recording as e
from waiting_room.core.events import Event
from waiting_room.core.guests import at_device, joined
from waiting_room.core.model import Actor, Role, State, Visit
from waiting_room.core.recording import RecordingState

CLINICIAN = "clinician"
MEMBER = "member"

RUNNING = frozenset({RecordingState.asked, RecordingState.recording, RecordingState.paused})
"""States in which somebody's answer matters."""


def companions(visit: Visit) -> tuple[str, ...]:
    """Those who share the member's device, by place."""
    return tuple(f"{MEMBER}-{number}" for number in range(1, visit.others + 1))


def who_must_agree(visit: Visit) -> tuple[str, ...]:
    """Everybody present in the visit: nobody is recorded without every one of them."""
    return (CLINICIAN, MEMBER, *companions(visit), *(guest.id for guest in joined(visit.guests)))


def person_of(visit: Visit, actor: Actor) -> str:
    """The place of whoever gives a command; a guest's is found by the device they came in with."""
    if actor.role is Role.guest:
        guest = at_device(visit.guests, actor.id)
        return actor.id if guest is None else guest.id
    return {Role.clinician: CLINICIAN, Role.member: MEMBER}.get(actor.role, actor.id)


def endpoint_of(person: str) -> str:
    """The device a person is seen and heard through: those who share one have a number after its name."""
    before, _, number = person.rpartition("-")
    return before if before == MEMBER and number.isdecimal() else person


def have_agreed(visit: Visit) -> frozenset[str]:
    """Whose consent to this recording holds now."""
    return frozenset(one.person for one in visit.recording.agreed) if visit.recording else frozenset()


def waiting_for(visit: Visit) -> tuple[str, ...]:
    """Those whose consent is missing; nobody, when nothing is asked."""
    if visit.recording is None or visit.recording.state not in RUNNING:
        return ()
    agreed = have_agreed(visit)
    return tuple(person for person in who_must_agree(visit) if person not in agreed)


def lease_of(visit: Visit) -> tuple[str, ...]:
    """The endpoints that may be recorded now, in order. Empty: nothing may be."""
    recording = visit.recording
    if recording is None or recording.state is not RecordingState.recording or waiting_for(visit):
        return ()
    return _endpoints(who_must_agree(visit)) if visit.state is State.in_visit else ()


def _endpoints(people: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({endpoint_of(person) for person in people}))


def follows(visit: Visit) -> Event | None:
    """What has become so for the recording by what was recorded last; None: all is as it should be."""
    recording = visit.recording
    if recording is None or recording.state not in RUNNING:
        return None
    running = visit.state is State.in_visit
    complete = running and not waiting_for(visit)
    match recording.state:
        case RecordingState.recording if not complete:
            reason = "consent_missing" if running else "on_hold"
            return e.RecordingPaused(recording=recording.id, reason=reason)
        case RecordingState.asked if complete:
            return e.RecordingStarted(recording=recording.id)
        case RecordingState.paused if complete:
            return e.RecordingResumed(recording=recording.id)
        case _:
            return None
