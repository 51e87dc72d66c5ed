"""What a recording is made of: each track's packets as they came, its source's clock, and the holes.

Nothing is decoded, reordered or repaired while a visit runs. A packet that was sent again stands where it
came; whoever reads puts it where its `count` says.
"""

from dataclasses import dataclass

from media.core.negotiated import Kind, Source


@dataclass(frozen=True, slots=True)
class Track:
    """One source of one endpoint for as long as its numbers go on. `number` is its name in the segment.

    A source that comes back on another connection, or from another worker, is another track.
    """

    number: int
    endpoint: str
    source: Source
    kind: Kind
    codec: str
    """`VP8`, `H264` or `opus`, as in SDP. A source that changes its codec is another track."""
    clock_rate: int
    """Ticks of `timestamp` per second."""


@dataclass(frozen=True, slots=True)
class Packet:
    """An RTP packet (RFC 3550) without its header and extensions; `payload` is never empty."""

    track: int
    at: float
    """Seconds since the recording's segment began: when it came."""
    count: int
    """The sequence number without wrap-around, above 0."""
    timestamp: int
    """Modulo 2³², as it came."""
    marker: bool
    payload: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """A sender report of the track's source: `timestamp` was then, on the source's own clock (NTP, 32.32)."""

    track: int
    at: float
    ntp: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class Gap:
    """From here on nothing of these endpoints was recorded until the next packet of each."""

    at: float
    endpoints: tuple[str, ...]
    reason: str
    """A code: `no_consent`, `lease_lapsed`, `disk_full`, `closed` (the room's gate) or `stopped`."""


Entry = Track | Packet | Report | Gap
"""In the order in which it came; a track stands before its first packet."""
