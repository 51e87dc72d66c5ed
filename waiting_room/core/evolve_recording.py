"""What an event makes of a visit's recording: its state by the table, and whose consent still holds."""

from dataclasses import replace
from datetime import datetime

from waiting_room.core import events_recording as e
from waiting_room.core.agreement import CLINICIAN, MEMBER, endpoint_of
from waiting_room.core.events import Event
from waiting_room.core.model import Visit
from waiting_room.core.recording import RECORDING, Agreement, Recording, RecordingState

UNSETTLES_THE_MEMBER = frozenset({"someone_joined", "present_given", "redeemed", "left"})
"""After these it is not known who is in front of the member's device: they are asked anew."""


def recording_after(visit: Visit, event: Event, at: datetime) -> Recording | None:
    """The recording of `visit` (as it was before) after `event`, which the table permits.

    Whether the visit still has one is `evolve`'s to say.
    """
    if isinstance(event, e.RecordingAsked):
        asking = Agreement(person=CLINICIAN, consent=event.consent, language=event.language, at=at)
        return Recording(
            id=event.recording, state=RecordingState.asked, since=at, by=event.by, agreed=(asking,)
        )
    recording = visit.recording
    if recording is None:
        return None
    if event.type in UNSETTLES_THE_MEMBER:
        recording = _without(recording, MEMBER)
    match event:
        case e.RecordingAgreed():
            new = Agreement(
                person=event.person, consent=event.consent, language=event.language, at=at, text=event.text
            )
            recording = replace(recording, agreed=(*recording.agreed, new))
        case e.RecordingRefused() | e.RecordingWithdrawn():
            word = "refused" if isinstance(event, e.RecordingRefused) else "withdrawn"
            recording = replace(recording, reason=word, agreed=())
        case e.RecordingStopped():
            recording = replace(recording, reason="clinician", agreed=())
        case e.RecordingPaused():
            recording = replace(recording, reason=event.reason)
        case e.RecordingStarted():
            recording = replace(recording, started_at=at)
        case e.RecordingResumed():
            recording = replace(recording, reason=None)
        case e.RecordingFailing():
            recording = replace(recording, trouble=event.reason)
        case e.RecordingRecovered():
            recording = replace(recording, trouble=None)
        case _:
            pass
    state = RECORDING[recording.state].get(event.type, recording.state)
    return recording if state is recording.state else replace(recording, state=state, since=at)


def _without(recording: Recording, endpoint: str) -> Recording:
    kept = tuple(one for one in recording.agreed if endpoint_of(one.person) != endpoint)
    return replace(recording, agreed=kept)
