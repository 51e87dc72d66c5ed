"""Events about help from the desk and other ways to meet; see `events` for what holds of all events."""

from dataclasses import dataclass
from typing import ClassVar

from waiting_room.core.event_form import FirstForm
from waiting_room.core.ids import DeviceId, StaffId, TextId
from waiting_room.core.model import Call, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpBegun(FirstForm):
    """`by` of the desk is helping the member."""

    type: ClassVar[str] = "help_begun"
    by: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpEnded(FirstForm):
    """Nobody of the desk is helping any more."""

    type: ClassVar[str] = "help_ended"
    by: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class FixShown(FirstForm):
    """The desk put steps on the member's screen."""

    type: ClassVar[str] = "fix_shown"
    by: StaffId
    card: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FixAnswered(FirstForm):
    """The member said whether the steps helped."""

    type: ClassVar[str] = "fix_answered"
    card: str
    helped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(FirstForm):
    """Staff wrote something down for other staff."""

    type: ClassVar[str] = "noted"
    by: StaffId
    text: TextId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequested(FirstForm):
    """The member wants to be called instead."""

    type: ClassVar[str] = "call_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWithdrawn(FirstForm):
    """The member wants video after all."""

    type: ClassVar[str] = "call_withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeChanged(FirstForm):
    """The visit is held in another way from now on."""

    type: ClassVar[str] = "mode_changed"
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNoted(FirstForm):
    """The clinician is calling, has reached the member, or has not."""

    type: ClassVar[str] = "call_noted"
    call: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(FirstForm):
    """The member goes on at another device."""

    type: ClassVar[str] = "handed_over"
    device: DeviceId
    by: DeviceId


HelpEvent = (
    HelpBegun
    | HelpEnded
    | FixShown
    | FixAnswered
    | Noted
    | CallRequested
    | CallWithdrawn
    | ModeChanged
    | CallNoted
    | HandedOver
)
