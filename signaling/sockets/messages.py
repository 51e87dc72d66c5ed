"""What pages may send: one closed model per command, strict and bounded.

A command's `type` is the snake-case name of a command of the waiting room. `id` is made by the page; the same
id twice is the same command. Anything that does not fit is refused as a whole and changes nothing.
"""

from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from signaling.sockets.fixes import FixCard
from signaling.sockets.wording import Code, Id, Lines, MaybeOneLine, OneLine

LARGEST_SDP_CHARS = 65536


class Message(BaseModel):
    """Closed, strict, immutable."""

    # Built at first use: thirty schemas are a tenth of a start.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class Command(Message):
    """A command: `id` names it for ever."""

    id: Id


class StaffCommand(Command):
    """Staff say which visit they mean."""

    visit: Id


# --- member ----------------------------------------------------------------------------------------------


class GiveLocation(Command):
    """Where the member is now; `described` when it is their own words instead of an address."""

    type: Literal["give_location"]
    text: Lines
    described: bool = False
    driving: bool = False


class GiveCallback(Command):
    """The number to call when the connection fails; kept in E.164."""

    type: Literal["give_callback"]
    number: Annotated[OneLine, Field(max_length=40)]


class GivePresent(Command):
    """Who is with the member: names in `people`, how many in `others`."""

    type: Literal["give_present"]
    people: MaybeOneLine = ""
    others: Annotated[int, Field(ge=0, le=20)]


class GiveConsent(Command):
    """The version of the consent text that was shown, and its language."""

    type: Literal["give_consent"]
    consent: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]


class CheckDevices(Command):
    """What the camera check found."""

    type: Literal["check_devices"]
    camera: Literal["ok", "none", "blocked", "busy", "skipped"]
    microphone: Literal["ok", "none", "blocked", "busy", "skipped"]
    facing: Literal["user", "assumed", "environment", "none"]
    seen: bool


class CheckIn(Command):
    """Ready to be seen."""

    type: Literal["check_in"]


class Step(Command):
    """Where the member is on the page."""

    type: Literal["step"]
    step: Code


class Leave(Command):
    """Give up waiting or step out of the visit; the page has asked before."""

    type: Literal["leave"]
    reason: Code | None = None


class ReturnToPlace(Command):
    """Back after leaving."""

    type: Literal["return_to_place"]


class MemberSay(Command):
    """A message to the desk."""

    type: Literal["say"]
    text: Lines


class MemberSeeLine(Command):
    """The desk's messages were on the screen."""

    type: Literal["see_line"]


class AnswerFix(Command):
    """Whether the steps that the desk showed helped."""

    type: Literal["answer_fix"]
    card: FixCard
    helped: bool


class AskForCall(Command):
    """“Call me instead”; needs a call-back number."""

    type: Literal["ask_for_call"]


class WithdrawCall(Command):
    """Video after all."""

    type: Literal["withdraw_call"]


class AgreeRecording(Command):
    """A member or guest agrees to be recorded, and so does each who shares the member's device, by name."""

    type: Literal["agree_recording"]
    recording: Id
    consent: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
    people: Annotated[list[Annotated[OneLine, Field(max_length=100)]], Field(max_length=20)] = []


class RefuseRecording(Command):
    """No, or no more: nothing of anybody is recorded from now on."""

    type: Literal["refuse_recording"]


class WriteChat(Command):
    """A message to everybody in the visit."""

    type: Literal["write_chat"]
    text: Lines


class SeeChat(Command):
    """The chat's entries were on the screen."""

    type: Literal["see_chat"]


class DeclineStill(Command):
    """No still picture is sent."""

    type: Literal["decline_still"]
    reason: Code = "declined"


MemberChatCommand = WriteChat | SeeChat | DeclineStill

# --- guests, from both sides of the visit ----------------------------------------------------------------

GuestKindWord = Literal["family", "interpreter"]


class InviteGuest(Command):
    """Invite somebody by a link of their own; the answer carries `guest` and, once, `join_url`."""

    type: Literal["invite_guest"]
    name: Annotated[OneLine, Field(max_length=80)]
    kind: GuestKindWord
    signs: bool = False


class IssueGuestLink(Command):
    """A new link for a guest; the old one, and whoever used it, is out. Answered as `invite_guest`."""

    type: Literal["issue_guest_link"]
    guest: Id


class RemoveGuest(Command):
    """End an invitation; a guest who is in the visit is out at once."""

    type: Literal["remove_guest"]
    guest: Id


class StaffInviteGuest(StaffCommand, InviteGuest):
    """Invite somebody by a link of their own; the answer carries `guest` and, once, `join_url`."""


class StaffIssueGuestLink(StaffCommand, IssueGuestLink):
    """A new link for a guest; the old one, and whoever used it, is out. Answered as `invite_guest`."""


class StaffRemoveGuest(StaffCommand, RemoveGuest):
    """End an invitation; a guest who is in the visit is out at once."""


HostCommand = InviteGuest | IssueGuestLink | RemoveGuest
"""Also from staff, who say of which visit."""

# --- guest -----------------------------------------------------------------------------------------------


class JoinAsGuest(Command):
    """Back after leaving, on the same device."""

    type: Literal["join_as_guest"]


class LeaveAsGuest(Command):
    """Step out of the visit; the page has asked before."""

    type: Literal["leave_as_guest"]


GuestCommand = Annotated[
    JoinAsGuest | LeaveAsGuest | AgreeRecording | RefuseRecording, Field(discriminator="type")
]

# --- what a member may say, all of it --------------------------------------------------------------------

PlainMemberCommand = (
    GiveLocation
    | GiveCallback
    | GivePresent
    | GiveConsent
    | CheckDevices
    | CheckIn
    | Step
    | Leave
    | ReturnToPlace
    | MemberSay
    | MemberSeeLine
    | AgreeRecording
    | RefuseRecording
    | MemberChatCommand
    | AnswerFix
    | AskForCall
    | WithdrawCall
)
"""All but what concerns guests, which is the same for the member and the clinician."""
MemberCommand = Annotated[
    PlainMemberCommand | InviteGuest | IssueGuestLink | RemoveGuest, Field(discriminator="type")
]

# --- clinician -------------------------------------------------------------------------------------------


class Claim(StaffCommand):
    """Take a waiting visit for sixty seconds."""

    type: Literal["claim"]


class RenewClaim(StaffCommand):
    """Another sixty seconds from now."""

    type: Literal["renew_claim"]


class ReleaseClaim(StaffCommand):
    """Give the visit back to its place."""

    type: Literal["release_claim"]


class Admit(StaffCommand):
    """Open the room to the member."""

    type: Literal["admit"]


class ConfirmIdentity(StaffCommand):
    """Name and birth date were confirmed in speech."""

    type: Literal["confirm_identity"]


class Suspend(StaffCommand):
    """Put the visit on hold."""

    type: Literal["suspend"]
    reason: Code = "clinician"


class Resume(StaffCommand):
    """Go on with a visit that is on hold."""

    type: Literal["resume"]


class Requeue(StaffCommand):
    """Give the visit back to its old place for somebody else."""

    type: Literal["requeue"]


class End(StaffCommand):
    """End the visit."""

    type: Literal["end"]
    outcome: Literal["treated", "needs_follow_up", "referred", "member_did_not_join", "technical", "other"]


class ChangeMode(StaffCommand):
    """Hold the visit by telephone, or by video again; a running visit is its clinician's to change."""

    type: Literal["change_mode"]
    mode: Literal["video", "phone"]


class NoteCall(StaffCommand):
    """How the telephone call of a running visit stands."""

    type: Literal["note_call"]
    call: Literal["calling", "reached", "not_reached"]


class WriteNote(StaffCommand):
    """Write something down for other staff."""

    type: Literal["write_note"]
    text: Lines


class AskRecording(StaffCommand):
    """Ask everybody present to agree to a recording; asking is agreeing. `consent`: the words shown."""

    type: Literal["ask_recording"]
    consent: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]


class StopRecording(StaffCommand):
    """End the recording."""

    type: Literal["stop_recording"]


class SomeoneJoined(StaffCommand):
    """Somebody new is with the member: the recording waits until they have agreed, too."""

    type: Literal["someone_joined"]


class Extend(StaffCommand):
    """So many minutes more than planned."""

    type: Literal["extend"]
    minutes: Literal[5, 10]


class ClinicianWriteChat(StaffCommand):
    """A message to everybody in the visit."""

    type: Literal["write_chat"]
    text: Lines


class ClinicianSeeChat(StaffCommand):
    """The chat's entries were on the screen."""

    type: Literal["see_chat"]


class AskStill(StaffCommand):
    """Ask the member for a still picture at full resolution."""

    type: Literal["ask_still"]


class WithdrawStill(StaffCommand):
    """The still picture is not needed any more."""

    type: Literal["decline_still"]


class Hold(StaffCommand):
    """Keep a waiting member back; the place is kept."""

    type: Literal["hold"]
    reason: Code


class Release(StaffCommand):
    """End a hold."""

    type: Literal["release"]


class Redirect(StaffCommand):
    """The member is in other hands, as a person has confirmed; the visit is over."""

    type: Literal["redirect"]
    reason: Code


VisitCommand = Extend | ClinicianWriteChat | ClinicianSeeChat | AskStill | WithdrawStill
WaitingCommand = Hold | Release | Redirect
PlainClinicianCommand = (
    Claim
    | RenewClaim
    | ReleaseClaim
    | Admit
    | ConfirmIdentity
    | Suspend
    | Resume
    | Requeue
    | End
    | AskRecording
    | StopRecording
    | SomeoneJoined
    | VisitCommand
    | WaitingCommand
    | ChangeMode
    | NoteCall
    | WriteNote
)
ClinicianCommand = Annotated[
    PlainClinicianCommand | StaffInviteGuest | StaffIssueGuestLink | StaffRemoveGuest,
    Field(discriminator="type"),
]

# --- support ---------------------------------------------------------------------------------------------


class SupportSay(StaffCommand):
    """A message to the member."""

    type: Literal["say"]
    text: Lines


class SupportSeeLine(StaffCommand):
    """The member's messages were on the screen."""

    type: Literal["see_line"]


class IssueLink(StaffCommand):
    """A new link; the old one is revoked. The answer carries `join_url`, once."""

    type: Literal["issue_link"]


class PassLink(StaffCommand):
    """The desk has checked who is calling: the link needs no birth date for fifteen minutes."""

    type: Literal["pass_link"]


class Cancel(StaffCommand):
    """Call the visit off."""

    type: Literal["cancel"]
    reason: Code


class BeginHelp(StaffCommand):
    """“I am helping”; whoever says it last has it."""

    type: Literal["begin_help"]


class EndHelp(StaffCommand):
    """Nobody of the desk is helping any more."""

    type: Literal["end_help"]


class ShowFix(StaffCommand):
    """Put the steps of a card on the member's screen."""

    type: Literal["show_fix"]
    card: FixCard


SupportCommand = Annotated[
    SupportSay
    | SupportSeeLine
    | IssueLink
    | PassLink
    | Cancel
    | Requeue
    | WaitingCommand
    | BeginHelp
    | EndHelp
    | ShowFix
    | WriteNote
    | ChangeMode,
    Field(discriminator="type"),
]

AnyCommand = MemberCommand | GuestCommand | ClinicianCommand | SupportCommand

# --- other events ----------------------------------------------------------------------------------------


class ConnectAuth(Message):
    """What a page says when it connects: the last `seq` it has seen, if any."""

    seq: Annotated[int, Field(ge=0, le=2**53)] | None = None


class MemberOffer(Message):
    """A WebRTC offer; the answer comes in the acknowledgement.

    `needs_h264`: this device encodes H.264 in hardware and VP8 not, or its battery runs low.
    """

    sdp: Annotated[str, Field(min_length=1, max_length=LARGEST_SDP_CHARS)]
    needs_h264: bool = False


class StaffOffer(MemberOffer):
    """A WebRTC offer for the visit that the clinician holds."""

    visit: Id


class AskRelays(Message):
    """What opens the relays for this page, before it offers."""


class StaffAskRelays(AskRelays):
    """The same for the visit that the clinician holds."""

    visit: Id


class Quality(Message):
    """How this page's connection is: `level`, `path` once measured; `sharing` while it sends its screen.

    `blind`: while it is shown no pictures of the others.
    """

    level: Literal["good", "weak", "very_weak"] | None = None
    path: Literal["udp", "tcp", "relayed"] | None = None
    sharing: bool = False
    blind: Literal[True] | None = None


class StaffQuality(Quality):
    """The same of the visit that the clinician holds."""

    visit: Id


class Froze(Message):
    """For how many seconds pictures stood still at this page since it last said so: for the metrics alone."""

    seconds: Annotated[float, Field(gt=0, le=60, allow_inf_nan=False)]


class StaffFroze(Froze):
    """The same of the visit that the clinician holds."""

    visit: Id


class Show(Message):
    """What this page wants to be shown of the others' cameras, until its connection is another."""

    wish: Literal["auto", "always", "never"]
    large: Annotated[list[Id], Field(max_length=8)] = []
    """Whose it shows larger than the others, what matters most first; none: all alike."""


class StaffShow(Show):
    """The same of the visit that the clinician holds."""

    visit: Id


class NextPatient(Message):
    """Claim whoever is next."""

    id: Id | None = None


class PingPresence(Message):
    """“I am here”; Socket.IO's own pings suffice, this is for pages whose timers are throttled."""


@cache
def member_commands() -> TypeAdapter[MemberCommand]:
    """Reads what a member's page sends as a command."""
    return TypeAdapter(MemberCommand)


@cache
def commands_guests() -> TypeAdapter[GuestCommand]:
    """Reads what a guest's page sends as a command."""
    return TypeAdapter(GuestCommand)


@cache
def clinician_commands() -> TypeAdapter[ClinicianCommand]:
    """Reads what a clinician's console sends as a command."""
    return TypeAdapter(ClinicianCommand)


@cache
def support_commands() -> TypeAdapter[SupportCommand]:
    """Reads what the desk's console sends as a command."""
    return TypeAdapter(SupportCommand)
