"""Commands: what somebody asks for. `grants` says who may ask; `decide` says what comes of it.

Reasons and steps are codes (lower-case words joined by `_`, at most 40 characters), never free text:
they are journaled. Texts are given as ids of sealed texts; a command never carries one.
"""

from dataclasses import dataclass
from datetime import datetime

from waiting_room.core.commands_chat import ChatCommand
from waiting_room.core.commands_guests import GuestCommand
from waiting_room.core.ids import ClinicId, DeviceId, LinkId, RecordingId, StaffId, TextId, VisitId
from waiting_room.core.model import Call, Facing, Finding, Mode, Outcome, Presence, Role

# --- booking ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BookVisit:
    """Make a visit. `minutes` is 5 to 480."""

    visit: VisitId
    clinic: ClinicId
    mode: Mode
    start: datetime
    minutes: int
    clinician: StaffId | None = None
    ref: str | None = None
    person: TextId
    language: str = "en"
    interpreter: bool = False
    proxy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule:
    """Move a visit whose member is not here yet."""

    start: datetime
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Call the visit off before it begins."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLink:
    """Make `link` the visit's only link; the previous one is revoked."""

    link: LinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class PassLink:
    """The desk vouches for the member after a spoken check: the next redemption needs no birth date."""

    link: LinkId


# --- member ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeem:
    """The link's button was pressed and a birth date given. The desk compared the dates, in constant time."""

    link: LinkId
    device: DeviceId
    birth_date_matches: bool
    on_behalf: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveLocation:
    """Where the member is now. `described`: in their own words instead of an address."""

    text: TextId
    described: bool = False
    driving: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveCallback:
    """The number to call when the connection fails."""

    text: TextId


@dataclass(frozen=True, slots=True, kw_only=True)
class GivePresent:
    """Who is in the room with the member: names in the text, their number in `others` (0 to 20)."""

    text: TextId
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveConsent:
    """Consent to care by telehealth. `consent` is the id of the version of the words that were shown."""

    consent: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDevices:
    """What the camera check found."""

    camera: Finding
    microphone: Finding
    facing: Facing
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Ready to be seen.

    Needs location, call-back number, consent, who is present and, but for a visit by phone, a microphone.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where the member is on their page."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Give up waiting, or step out of the visit. The page asks first."""

    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnToPlace:
    """Come back after leaving; within `deadlines.RETURN_WITHIN` the old place holds."""


# --- the line between member and desk --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Write a message."""

    text: TextId


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeLine:
    """Everything on the line so far was on the actor's screen."""


# --- help, and other ways to meet --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginHelp:
    """“I am helping”: so that two of the desk do not work on one member. Whoever says it last has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndHelp:
    """Nobody of the desk is helping any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFix:
    """Put the steps of `card` on the member's screen."""

    card: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFix:
    """Whether those steps helped."""

    card: str
    helped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteNote:
    """Write something down for other staff."""

    text: TextId


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForCall:
    """“Call me instead”. Needs a call-back number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCall:
    """Video after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMode:
    """Hold the visit by telephone, or by video again. A running visit is its clinician's to change."""

    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCall:
    """How the telephone call of a running visit stands."""

    call: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """The member goes on at `device`; `by`, a device that was let in, has proven who they are."""

    device: DeviceId
    by: DeviceId


# --- staff -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Keep a waiting member back, place kept, owner visible."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """End a hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """A person confirmed that the member is in other hands (emergency services, urgent care)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Take a waiting visit for `deadlines.CLAIM_TTL`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewClaim:
    """Hold on to a claim for another `deadlines.CLAIM_TTL` from now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseClaim:
    """Give a claimed visit back to its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """Take the visit that rings at this clinician."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """Refuse the visit that rings at this clinician; it goes back to its place."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    """Open the room to the member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmIdentity:
    """Name and birth date were confirmed in speech."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend:
    """Put a running visit on hold."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Go on with a visit that is on hold; the member must be back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requeue:
    """Give a running or suspended visit back to its old place for somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """Add to the planned minutes of a running visit; `minutes` is one of `deadlines.EXTENSIONS`."""

    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """End a visit that took place."""

    outcome: Outcome


# --- recording -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRecording:
    """The holder wants to record, and agrees by asking. `consent`: the words shown, `recording`: a new id."""

    recording: RecordingId
    consent: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeRecording:
    """Whoever sends it agrees, and with them, each by name, everybody who shares their device.

    `people` are the names, one text each, of as many as “who is with you” counts.
    """

    recording: RecordingId
    consent: str
    language: str
    people: tuple[TextId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseRecording:
    """No, or no more: whatever is asked for or running ends. It names none, so that it is never too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording:
    """The holder ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeoneJoined:
    """The holder sees or hears somebody new with the member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRecording:
    """The recorder cannot write (`trouble`, a code), or can again (None)."""

    recording: RecordingId
    trouble: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRecording:
    """A file of a recording is being handed out; the door has proven that the actor may have it."""

    recording: RecordingId
    file: str


# --- system ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Ring the visit at one clinician for `deadlines.OFFER_TTL`."""

    clinician: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePresence:
    """A person's last page connected or disappeared. `who` is member or clinician.

    For a clinician `staff` names whom; news of anybody but the holder is dropped. `since` is when they
    were last heard.
    """

    who: Role
    presence: Presence
    since: datetime
    staff: StaffId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassTime:
    """Record whatever has become due by now."""


BookingCommand = Reschedule | Cancel | IssueLink | PassLink
GivenByMember = GiveLocation | GiveCallback | GivePresent | GiveConsent | CheckDevices
MemberCommand = GivenByMember | CheckIn | Step | Leave | ReturnToPlace
LineCommand = Say | SeeLine
DeskCommand = Hold | Release | Redirect
TakingCommand = Offer | Claim | Accept | Decline
HolderCommand = (
    RenewClaim | ReleaseClaim | Admit | ConfirmIdentity | Suspend | Resume | Requeue | Extend | End
)
RecordingCommand = (
    AskRecording
    | AgreeRecording
    | RefuseRecording
    | StopRecording
    | SomeoneJoined
    | NoteRecording
    | OpenRecording
)
HelpCommand = BeginHelp | EndHelp | ShowFix | AnswerFix | WriteNote
WayCommand = AskForCall | WithdrawCall | ChangeMode | NoteCall | HandOver
PersonalCommand = (
    BookingCommand
    | MemberCommand
    | LineCommand
    | ChatCommand
    | DeskCommand
    | TakingCommand
    | HolderCommand
    | RecordingCommand
    | GuestCommand
    | HelpCommand
    | WayCommand
)
LaterCommand = PersonalCommand | Redeem | NotePresence | PassTime
"""Everything but the first."""
Command = BookVisit | LaterCommand
