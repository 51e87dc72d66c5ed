"""What a room has to tell: who is in which slot, and that media flows."""

from dataclasses import dataclass

from media.core.ladder import Rung
from media.core.negotiated import Codec, Kind, Source


@dataclass(frozen=True, slots=True)
class Seat:
    """One slot as its endpoint sees it. `endpoint` and `source` are `None` while nobody is in it."""

    mid: str
    kind: Kind
    endpoint: str | None
    source: Source | None


@dataclass(frozen=True, slots=True)
class SlotsChanged:
    """All slots of `endpoint`, in the order of its m-lines."""

    endpoint: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Flowing:
    """The first packet after a gate was forwarded onto the slot `mid` of `endpoint`."""

    endpoint: str
    mid: str


@dataclass(frozen=True, slots=True)
class Stepped:
    """What `endpoint` is shown of the others' cameras is another rung of the ladder from now on."""

    endpoint: str
    rung: Rung


@dataclass(frozen=True, slots=True)
class CodecChanged:
    """From now on everybody is to send their camera in this codec."""

    codec: Codec


@dataclass(frozen=True, slots=True)
class LayersChanged:
    """`endpoint` is to encode these layers of its camera from now on, said by their rids."""

    endpoint: str
    rids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpeakerChanged:
    """Of three or more, `endpoint` speaks from now on; `None`: nobody does."""

    endpoint: str | None


Event = SlotsChanged | Flowing | Stepped | CodecChanged | LayersChanged | SpeakerChanged
