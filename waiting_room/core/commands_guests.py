"""Commands about guests: who may be in the visit besides the member and the clinician.

See `commands` for what holds of all commands. Inviting and removing are the member's and the holder's;
coming in and leaving are the guest's own, whose actor is the device they came in with.
"""

from dataclasses import dataclass

from waiting_room.core.ids import DeviceId, GuestId, LinkId, TextId
from waiting_room.core.model import GuestKind


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteGuest:
    """Invite somebody, by a link of their own. `guest` looks like `guest-…`; the text is their name."""

    guest: GuestId
    kind: GuestKind
    signs: bool = False
    text: TextId
    link: LinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueGuestLink:
    """Make `link` the guest's only link; whoever used the one before is out."""

    guest: GuestId
    link: LinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveGuest:
    """End an invitation; a guest who is in the visit is out at once."""

    guest: GuestId


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinAsGuest:
    """The button behind a guest's link was pressed."""

    link: LinkId
    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveAsGuest:
    """Step out of the visit; the same device may come back by the same link."""


HostCommand = InviteGuest | IssueGuestLink | RemoveGuest
GuestCommand = HostCommand | JoinAsGuest | LeaveAsGuest
