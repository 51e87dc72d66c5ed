"""What pages may send: one closed model per command, strict and bounded.

A command's `type` is the snake-case name of a command of the waiting room. `id` is made by the page; the same
id twice is the same command. Anything that does not fit is refused as a whole and changes nothing.
"""

from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from signaling.sockets.fixes import FixCard
from signaling.sockets.wording import Code, ConsentVersion, Id, LanguageTag, Lines, MaybeOneLine, OneLine

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
    consent: ConsentVersion
    language: LanguageTag


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
    consent: ConsentVersion
    language: LanguageTag
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


@cache
def member_commands() -> TypeAdapter[MemberCommand]:
    """Reads what a member's page sends as a command."""
    return TypeAdapter(MemberCommand)


@cache
def commands_guests() -> TypeAdapter[GuestCommand]:
    """Reads what a guest's page sends as a command."""
    return TypeAdapter(GuestCommand)
