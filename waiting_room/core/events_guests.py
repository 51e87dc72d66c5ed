"""Events about guests; see `events` for what holds of all events."""

from dataclasses import dataclass
from typing import ClassVar

from waiting_room.core.ids import DeviceId, GuestId, LinkId, TextId
from waiting_room.core.model import GuestKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestInvited:
    """Somebody may come, by `link`; `text` is their name."""

    type: ClassVar[str] = "guest_invited"
    version: ClassVar[int] = 1
    guest: GuestId
    kind: GuestKind
    signs: bool
    text: TextId
    link: LinkId
    by: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLinkIssued:
    """`link` is the guest's only link now, and no device has used it."""

    type: ClassVar[str] = "guest_link_issued"
    version: ClassVar[int] = 1
    guest: GuestId
    link: LinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestJoined:
    """The guest is at the door, on this device; they are in the room while the visit is under way."""

    type: ClassVar[str] = "guest_joined"
    version: ClassVar[int] = 1
    guest: GuestId
    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLeft:
    """The guest left of their own will."""

    type: ClassVar[str] = "guest_left"
    version: ClassVar[int] = 1
    guest: GuestId


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestRemoved:
    """The invitation has ended."""

    type: ClassVar[str] = "guest_removed"
    version: ClassVar[int] = 1
    guest: GuestId


GuestEvent = GuestInvited | GuestLinkIssued | GuestJoined | GuestLeft | GuestRemoved
