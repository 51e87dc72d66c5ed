"""Events: what happened, as the journal keeps it. Ids and codes only; no names, free text, SDP or addresses.

Every event has a `type` (stable for ever) and a `version`. `codec` writes and reads them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from waiting_room.core.event_form import FirstForm
from waiting_room.core.events_chat import ChatEvent
from waiting_room.core.events_guests import GuestEvent
from waiting_room.core.events_help import HelpEvent
from waiting_room.core.events_recording import RecordingEvent
from waiting_room.core.ids import ClinicId, DeviceId, LinkId, StaffId, TextId, VisitId
from waiting_room.core.model import Facing, Finding, Mode, Outcome, Role

# --- booking ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked(FirstForm):
    """The visit exists."""

    type: ClassVar[str] = "booked"
    visit: VisitId
    clinic: ClinicId
    mode: Mode
    start: datetime
    minutes: int
    clinician: StaffId | None = None
    ref: str | None = None
    person: TextId
    language: str
    interpreter: bool
    proxy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescheduled(FirstForm):
    """The appointment moved."""

    type: ClassVar[str] = "rescheduled"
    start: datetime
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(FirstForm):
    """Called off before it began."""

    type: ClassVar[str] = "cancelled"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkIssued(FirstForm):
    """`link` is the only link now; tries, rest and pass start anew."""

    type: ClassVar[str] = "link_issued"
    link: LinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPassed(FirstForm):
    """Until then the link redeems without a birth date; a rest is lifted."""

    type: ClassVar[str] = "link_passed"
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRested(FirstForm):
    """Too many wrong dates: until then the link answers nothing."""

    type: ClassVar[str] = "link_rested"
    until: datetime


# --- member ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed(FirstForm):
    """A device was let in. The first time, the member's place starts."""

    type: ClassVar[str] = "redeemed"
    device: DeviceId
    on_behalf: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthDateRefused(FirstForm):
    """A wrong birth date was given."""

    type: ClassVar[str] = "birth_date_refused"
    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationGiven(FirstForm):
    """Where the member is now."""

    type: ClassVar[str] = "location_given"
    text: TextId
    described: bool
    driving: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackGiven(FirstForm):
    """The number to call."""

    type: ClassVar[str] = "callback_given"
    text: TextId


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentGiven(FirstForm):
    """Who is in the room with the member."""

    type: ClassVar[str] = "present_given"
    text: TextId
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(FirstForm):
    """Consent to care by telehealth, by the id of the words shown."""

    type: ClassVar[str] = "consent_given"
    consent: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesChecked(FirstForm):
    """The camera check's findings."""

    type: ClassVar[str] = "devices_checked"
    camera: Finding
    microphone: Finding
    facing: Facing
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReached(FirstForm):
    """The member's page shows another step."""

    type: ClassVar[str] = "step_reached"
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn(FirstForm):
    """The member is ready and waits."""

    type: ClassVar[str] = "checked_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedInEarly(FirstForm):
    """The member is ready, but the appointment is too far ahead to wait in line."""

    type: ClassVar[str] = "checked_in_early"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyEnded(FirstForm):
    """The time came for a member who had checked in early."""

    type: ClassVar[str] = "early_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(FirstForm):
    """The member left of their own will."""

    type: ClassVar[str] = "left"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(FirstForm):
    """The member came back after leaving, to their old place."""

    type: ClassVar[str] = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(FirstForm):
    """A message on the line between member and desk."""

    type: ClassVar[str] = "said"
    by: Role
    text: TextId


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSeen(FirstForm):
    """The other side's messages were on `by`'s screen."""

    type: ClassVar[str] = "line_seen"
    by: Role


# --- presence --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone(FirstForm):
    """The last page of the member, or of the clinician who holds the visit, disappeared."""

    type: ClassVar[str] = "gone"
    who: Role
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Away(FirstForm):
    """The member has been gone too long to be called next; the place is kept."""

    type: ClassVar[str] = "away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Back(FirstForm):
    """They are connected again."""

    type: ClassVar[str] = "back"
    who: Role


# --- staff -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(FirstForm):
    """Kept back by `by`, place kept."""

    type: ClassVar[str] = "held"
    by: StaffId
    role: Role
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(FirstForm):
    """Back in line."""

    type: ClassVar[str] = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected(FirstForm):
    """In other hands, as a person confirmed."""

    type: ClassVar[str] = "redirected"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered(FirstForm):
    """Rung at one clinician."""

    type: ClassVar[str] = "offered"
    clinician: StaffId
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(FirstForm):
    """That clinician would not take it."""

    type: ClassVar[str] = "declined"
    clinician: StaffId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferExpired(FirstForm):
    """Nobody answered the ring."""

    type: ClassVar[str] = "offer_expired"
    clinician: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed(FirstForm):
    """One clinician holds the visit."""

    type: ClassVar[str] = "claimed"
    clinician: StaffId
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRenewed(FirstForm):
    """Held on to."""

    type: ClassVar[str] = "claim_renewed"
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReleased(FirstForm):
    """Given back (`released`), or taken back because the clinician was lost (`clinician_lost`)."""

    type: ClassVar[str] = "claim_released"
    clinician: StaffId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimExpired(FirstForm):
    """The claim ran out before the member was admitted."""

    type: ClassVar[str] = "claim_expired"
    clinician: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted(FirstForm):
    """The room is open to the member."""

    type: ClassVar[str] = "admitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityConfirmed(FirstForm):
    """Confirmed in speech."""

    type: ClassVar[str] = "identity_confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended(FirstForm):
    """On hold; `reason` is the clinician's code, or `clinician_lost`, `member_lost`."""

    type: ClassVar[str] = "suspended"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(FirstForm):
    """Going on."""

    type: ClassVar[str] = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requeued(FirstForm):
    """Back to the old place, for somebody else."""

    type: ClassVar[str] = "requeued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended(FirstForm):
    """So many minutes more than planned."""

    type: ClassVar[str] = "extended"
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed(FirstForm):
    """Ended after it took place."""

    type: ClassVar[str] = "completed"
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShow(FirstForm):
    """The time passed and nobody came."""

    type: ClassVar[str] = "no_show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(FirstForm):
    """Nobody ended it, so the clock did."""

    type: ClassVar[str] = "closed"
    reason: str


Event = (
    Booked | Rescheduled | Cancelled | LinkIssued | LinkPassed | LinkRested
    | Redeemed | BirthDateRefused | LocationGiven | CallbackGiven | PresentGiven | ConsentGiven
    | DevicesChecked | StepReached | CheckedIn | CheckedInEarly | EarlyEnded | Left | Returned
    | Said | LineSeen | Gone | Away | Back
    | Held | Released | Redirected | Offered | Declined | OfferExpired
    | Claimed | ClaimRenewed | ClaimReleased | ClaimExpired | Admitted | IdentityConfirmed
    | Suspended | Resumed | Requeued | Extended | Completed | NoShow | Closed
    | ChatEvent
    | GuestEvent
    | HelpEvent
    | RecordingEvent
)  # fmt: skip
