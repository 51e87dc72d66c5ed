"""What a visit wants of its media room, and what the rooms tell of themselves."""

from dataclasses import dataclass
from enum import StrEnum

from signaling.media_client import FilledSlot
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Mode, State


class Gate(StrEnum):
    """What a visit wants of its room."""

    ABSENT = "absent"
    CLOSED = "closed"
    OPEN = "open"


ENDPOINTS = ("member", "clinician")

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


@dataclass(frozen=True, slots=True)
class MediaLost:
    """These endpoints' connections are dead; their pages should make new ones now."""

    visit: VisitId
    endpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MediaNow:
    """The gate of a visit's room, and who is in the slots of one endpoint."""

    visit: VisitId
    endpoint: str
    open: bool
    slots: tuple[FilledSlot, ...]


MediaNews = MediaLost | MediaNow


class NotWantedError(Exception):
    """The person may not be in the room any more."""
