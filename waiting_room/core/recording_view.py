"""What each role sees of a visit's recording: that it runs, or why not, and whose word is missing."""

from collections.abc import Mapping
from typing import Any

from waiting_room.core.agreement import have_agreed, waiting_for
from waiting_room.core.ids import TextId
from waiting_room.core.model import Role, Visit
from waiting_room.core.moments import to_iso
from waiting_room.core.recording import Recording


def recording_for_participant(visit: Visit, person: str) -> Mapping[str, Any] | None:
    """For somebody in the visit: whether they have agreed, and how many names theirs must bring along."""
    return None if visit.recording is None else _running(visit, visit.recording) | _own(visit, person)


def recording_for_guest(visit: Visit, guest: str) -> Mapping[str, Any] | None:
    """For a guest: as for every participant, but nobody shares their device."""
    seen = recording_for_participant(visit, guest)
    return None if seen is None else {**seen, "people": 0}


def recording_for_holder(visit: Visit, texts: Mapping[TextId, str]) -> Mapping[str, Any] | None:
    """For the clinician who holds the visit: also who has agreed, and the names that were given."""
    if visit.recording is None:
        return None
    names = {one.person: texts[one.text] for one in visit.recording.agreed if one.text and one.text in texts}
    return _running(visit, visit.recording) | {"agreed": sorted(have_agreed(visit)), "names": names}


def recording_for_desk(visit: Visit) -> Mapping[str, Any] | None:
    """For the desk: that there is one, and whether it is being written."""
    return None if visit.recording is None else _plain(visit.recording)


def names_needed(visit: Visit, role: Role) -> frozenset[TextId]:
    """The texts that the holder's view of the recording shows."""
    if visit.recording is None or role is not Role.clinician:
        return frozenset()
    return frozenset(one.text for one in visit.recording.agreed if one.text is not None)


def _plain(recording: Recording) -> dict[str, Any]:
    seen = {"state": recording.state.value, "since": to_iso(recording.since)}
    seen |= {"reason": recording.reason} if recording.reason is not None else {}
    return seen | ({"trouble": recording.trouble} if recording.trouble is not None else {})


def _running(visit: Visit, recording: Recording) -> dict[str, Any]:
    return _plain(recording) | {"id": recording.id, "waiting_for": list(waiting_for(visit))}


def _own(visit: Visit, person: str) -> dict[str, Any]:
    return {"mine": person in have_agreed(visit), "people": visit.others}
