"""What pages may send beside commands: offers, wishes and what they saw (see `messages`)."""

from typing import Annotated, Literal

from pydantic import Field

from signaling.sockets.messages import LARGEST_SDP_CHARS, Message
from signaling.sockets.wording import Id


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
    large: list[Id] = Field(default_factory=list, max_length=8)
    """Whose it shows larger than the others, what matters most first; none: all alike."""


class StaffShow(Show):
    """The same of the visit that the clinician holds."""

    visit: Id


class NextPatient(Message):
    """Claim whoever is next."""

    id: Id | None = None


class PingPresence(Message):
    """“I am here”; Socket.IO's own pings suffice, this is for pages whose timers are throttled."""
