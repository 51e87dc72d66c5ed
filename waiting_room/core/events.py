"""Events: what happened, as the journal keeps it. Ids and codes only; no names, free text, SDP or addresses.

Every event has a `type` (stable for ever) and a `version`. `codec` writes and reads them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from waiting_room.core.ids import ClinicId, DeviceId, LinkId, StaffId, TextId, VisitId
from waiting_room.core.model import Facing, Finding, Mode, Outcome, Role

# --- booking ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The visit exists."""

    type: ClassVar[str] = "booked"
    version: ClassVar[int] = 1
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
class Rescheduled:
    """The appointment moved."""

    type: ClassVar[str] = "rescheduled"
    version: ClassVar[int] = 1
    start: datetime
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """Called off before it began."""

    type: ClassVar[str] = "cancelled"
    version: ClassVar[int] = 1
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkIssued:
    """`link` is the only link now; tries, rest and pass start anew."""

    type: ClassVar[str] = "link_issued"
    version: ClassVar[int] = 1
    link: LinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPassed:
    """Until then the link redeems without a birth date; a rest is lifted."""

    type: ClassVar[str] = "link_passed"
    version: ClassVar[int] = 1
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRested:
    """Too many wrong dates: until then the link answers nothing."""

    type: ClassVar[str] = "link_rested"
    version: ClassVar[int] = 1
    until: datetime


# --- member ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """A device was let in. The first time, the member's place starts."""

    type: ClassVar[str] = "redeemed"
    version: ClassVar[int] = 1
    device: DeviceId
    on_behalf: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthDateRefused:
    """A wrong birth date was given."""

    type: ClassVar[str] = "birth_date_refused"
    version: ClassVar[int] = 1
    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationGiven:
    """Where the member is now."""

    type: ClassVar[str] = "location_given"
    version: ClassVar[int] = 1
    text: TextId
    described: bool
    driving: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackGiven:
    """The number to call."""

    type: ClassVar[str] = "callback_given"
    version: ClassVar[int] = 1
    text: TextId


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentGiven:
    """Who is in the room with the member."""

    type: ClassVar[str] = "present_given"
    version: ClassVar[int] = 1
    text: TextId
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """Consent to care by telehealth, by the id of the words shown."""

    type: ClassVar[str] = "consent_given"
    version: ClassVar[int] = 1
    consent: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesChecked:
    """The camera check's findings."""

    type: ClassVar[str] = "devices_checked"
    version: ClassVar[int] = 1
    camera: Finding
    microphone: Finding
    facing: Facing
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReached:
    """The member's page shows another step."""

    type: ClassVar[str] = "step_reached"
    version: ClassVar[int] = 1
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn:
    """The member is ready and waits."""

    type: ClassVar[str] = "checked_in"
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedInEarly:
    """The member is ready, but the appointment is too far ahead to wait in line."""

    type: ClassVar[str] = "checked_in_early"
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyEnded:
    """The time came for a member who had checked in early."""

    type: ClassVar[str] = "early_ended"
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """The member left of their own will."""

    type: ClassVar[str] = "left"
    version: ClassVar[int] = 1
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The member came back after leaving, to their old place."""

    type: ClassVar[str] = "returned"
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message on the line between member and desk."""

    type: ClassVar[str] = "said"
    version: ClassVar[int] = 1
    by: Role
    text: TextId


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSeen:
    """The other side's messages were on `by`'s screen."""

    type: ClassVar[str] = "line_seen"
    version: ClassVar[int] = 1
    by: Role


# --- presence --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The last page of the member, or of the clinician who holds the visit, disappeared."""

    type: ClassVar[str] = "gone"
    version: ClassVar[int] = 1
    who: Role
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """The member has been gone too long to be called next; the place is kept."""

    type: ClassVar[str] = "away"
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """They are connected again."""

    type: ClassVar[str] = "back"
    version: ClassVar[int] = 1
    who: Role


# --- staff -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Kept back by `by`, place kept."""

    type: ClassVar[str] = "held"
    version: ClassVar[int] = 1
    by: StaffId
    role: Role
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Back in line."""

    type: ClassVar[str] = "released"
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected:
    """In other hands, as a person confirmed."""

    type: ClassVar[str] = "redirected"
    version: ClassVar[int] = 1
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Rung at one clinician."""

    type: ClassVar[str] = "offered"
    version: ClassVar[int] = 1
    clinician: StaffId
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """That clinician would not take it."""

    type: ClassVar[str] = "declined"
    version: ClassVar[int] = 1
    clinician: StaffId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferExpired:
    """Nobody answered the ring."""

    type: ClassVar[str] = "offer_expired"
    version: ClassVar[int] = 1
    clinician: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One clinician holds the visit."""

    type: ClassVar[str] = "claimed"
    version: ClassVar[int] = 1
    clinician: StaffId
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRenewed:
    """Held on to."""

    type: ClassVar[str] = "claim_renewed"
    version: ClassVar[int] = 1
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReleased:
    """Given back (`released`), or taken back because the clinician was lost (`clinician_lost`)."""

    type: ClassVar[str] = "claim_released"
    version: ClassVar[int] = 1
    clinician: StaffId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimExpired:
    """The claim ran out before the member was admitted."""

    type: ClassVar[str] = "claim_expired"
    version: ClassVar[int] = 1
    clinician: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """The room is open to the member."""

    type: ClassVar[str] = "admitted"
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityConfirmed:
    """Confirmed in speech."""

    type: ClassVar[str] = "identity_confirmed"
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """On hold; `reason` is the clinician's code, or `clinician_lost`, `member_lost`."""

    type: ClassVar[str] = "suspended"
    version: ClassVar[int] = 1
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """Going on."""

    type: ClassVar[str] = "resumed"
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Requeued:
    """Back to the old place, for somebody else."""

    type: ClassVar[str] = "requeued"
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """Ended after it took place."""

    type: ClassVar[str] = "completed"
    version: ClassVar[int] = 1
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShow:
    """The time passed and nobody came."""

    type: ClassVar[str] = "no_show"
    version: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Nobody ended it, so the clock did."""

    type: ClassVar[str] = "closed"
    version: ClassVar[int] = 1
    reason: str


Event = (
    Booked | Rescheduled | Cancelled | LinkIssued | LinkPassed | LinkRested
    | Redeemed | BirthDateRefused | LocationGiven | CallbackGiven | PresentGiven | ConsentGiven
    | DevicesChecked | StepReached | CheckedIn | CheckedInEarly | EarlyEnded | Left | Returned
    | Said | LineSeen | Gone | Away | Back
    | Held | Released | Redirected | Offered | Declined | OfferExpired
    | Claimed | ClaimRenewed | ClaimReleased | ClaimExpired | Admitted | IdentityConfirmed
    | Suspended | Resumed | Requeued | Completed | NoShow | Closed
)  # fmt: skip
