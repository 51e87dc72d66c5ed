"""Events about recording; see `events` for what holds of all events."""

from dataclasses import dataclass
from typing import ClassVar

from waiting_room.core.event_form import FirstForm
from waiting_room.core.ids import RecordingId, StaffId, TextId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingAsked(FirstForm):
    """The holder asked to record and agreed by asking, to the words shown."""

    type: ClassVar[str] = "recording_asked"
    recording: RecordingId
    by: StaffId
    consent: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingAgreed(FirstForm):
    """One person agreed, by the id of the words shown; `text` is the name of one who shares a device."""

    type: ClassVar[str] = "recording_agreed"
    recording: RecordingId
    person: str
    consent: str
    language: str
    text: TextId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRefused(FirstForm):
    """One person does not agree."""

    type: ClassVar[str] = "recording_refused"
    recording: RecordingId
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingWithdrawn(FirstForm):
    """One person had agreed and does no more."""

    type: ClassVar[str] = "recording_withdrawn"
    recording: RecordingId
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(FirstForm):
    """Everybody present has agreed."""

    type: ClassVar[str] = "recording_started"
    recording: RecordingId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPaused(FirstForm):
    """Not everybody present has agreed (`consent_missing`), or the visit is on hold (`on_hold`)."""

    type: ClassVar[str] = "recording_paused"
    recording: RecordingId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingResumed(FirstForm):
    """The visit runs and everybody present has agreed, again."""

    type: ClassVar[str] = "recording_resumed"
    recording: RecordingId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStopped(FirstForm):
    """Ended by the holder."""

    type: ClassVar[str] = "recording_stopped"
    recording: RecordingId
    by: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFailing(FirstForm):
    """What is said is not being kept: the recorder cannot write."""

    type: ClassVar[str] = "recording_failing"
    recording: RecordingId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRecovered(FirstForm):
    """It writes again."""

    type: ClassVar[str] = "recording_recovered"
    recording: RecordingId


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeoneJoined(FirstForm):
    """Somebody new is with the member: what was agreed on that device holds no more."""

    type: ClassVar[str] = "someone_joined"
    by: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOpened(FirstForm):
    """A file of a recording was handed out to the record's actor."""

    type: ClassVar[str] = "recording_opened"
    recording: RecordingId
    file: str


RecordingEvent = (
    RecordingAsked
    | RecordingAgreed
    | RecordingRefused
    | RecordingWithdrawn
    | RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingStopped
    | RecordingFailing
    | RecordingRecovered
    | SomeoneJoined
    | RecordingOpened
)
