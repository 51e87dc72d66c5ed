"""What the consoles may send: the commands of clinicians and of the desk (see `messages`)."""

from functools import cache
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from signaling.sockets.fixes import FixCard
from signaling.sockets.messages import (
    GuestCommand,
    MemberCommand,
    StaffCommand,
    StaffInviteGuest,
    StaffIssueGuestLink,
    StaffRemoveGuest,
)
from signaling.sockets.wording import Code, ConsentVersion, LanguageTag, Lines


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
    consent: ConsentVersion
    language: LanguageTag


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


@cache
def clinician_commands() -> TypeAdapter[ClinicianCommand]:
    """Reads what a clinician's console sends as a command."""
    return TypeAdapter(ClinicianCommand)


@cache
def support_commands() -> TypeAdapter[SupportCommand]:
    """Reads what the desk's console sends as a command."""
    return TypeAdapter(SupportCommand)
