"""What a visit wants of its media room, and what the rooms tell of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from signaling.media_said import FilledSlot, PictureCodec, Rung
from waiting_room.core.guests import joined
from waiting_room.core.ids import RecordingId, VisitId
from waiting_room.core.model import Mode, State, Visit


class Gate(StrEnum):
    """What a visit wants of its room."""

    ABSENT = "absent"
    CLOSED = "closed"
    OPEN = "open"


ENDPOINTS = ("member", "clinician")
"""What every visit has; a guest's endpoint is called by their id."""

_GATES = {
    State.booked: Gate.ABSENT,
    State.preparing: Gate.CLOSED,
    State.waiting: Gate.CLOSED,
    State.away: Gate.CLOSED,
    State.held: Gate.CLOSED,
    State.offered: Gate.CLOSED,
    State.claimed: Gate.CLOSED,
    State.in_visit: Gate.OPEN,
    State.on_hold: Gate.CLOSED,
}


def wanted(state: State, mode: Mode = Mode.video) -> Gate:
    """The gate of a visit in `state`. Terminal states want no room, and telephone calls have none."""
    return _GATES.get(state, Gate.ABSENT) if mode is Mode.video else Gate.ABSENT


def seats(visit: Visit) -> Mapping[str, str]:
    """Whose each endpoint of the visit's room is: a member's, a clinician's, a guest's device."""
    found: dict[str, str] = {"member": visit.id}
    if visit.claimed_by is not None:
        found["clinician"] = visit.claimed_by
    for guest in joined(visit.guests):
        found[guest.id] = str(guest.device)
    return found


def vacated(before: Visit, after: Visit) -> tuple[str, ...]:
    """Endpoints that are nobody's now, or somebody else's: who sat there is to leave the room."""
    now = seats(after)
    return tuple(endpoint for endpoint, whose in seats(before).items() if now.get(endpoint) != whose)


@dataclass(frozen=True, slots=True)
class MediaLost:
    """These endpoints' connections are dead; their pages should make new ones now."""

    visit: VisitId
    endpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MediaNow:
    """The gate of a visit's room, the codec of its pictures, and what one endpoint is shown of whom.

    `layers`: what it is to encode of its camera; none said: the largest alone. `speaker`: who speaks.
    """

    visit: VisitId
    endpoint: str
    open: bool
    slots: tuple[FilledSlot, ...]
    picture: Rung = "full"
    codec: PictureCodec = "VP8"
    layers: tuple[str, ...] = ()
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class RecorderSaid:
    """A worker's recorder is in another state; `reason` is a code."""

    visit: VisitId
    recording: RecordingId
    state: str
    reason: str | None


MediaNews = MediaLost | MediaNow | RecorderSaid


class NotWantedError(Exception):
    """The person may not be in the room any more."""
