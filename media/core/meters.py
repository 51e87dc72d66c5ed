"""Meters: how much comes of a layer, and how loud a microphone is, where three or more are in a room.

A track has one only there, so that with two a packet costs one comparison. What is heard of sound is the
level that its sender wrote into the header (RFC 6464); nothing is decoded.
"""

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol

from media.core.rtp import Packet, find_extension

if TYPE_CHECKING:
    from media.core.endpoint import Endpoint

WINDOW: Final = 1.0
"""Seconds over which a rate is measured."""
LEAST: Final = 0.4
"""Seconds that are a rate."""
SILENCE: Final = 127
_LOUDNESS: Final = (*(10 ** (-level / 20) for level in range(SILENCE)), 0.0)
"""Of full scale, by −dBov."""


class Meter(Protocol):
    """Is given every RTP packet of a track; its payload lies from `start` to `end`."""

    def take(self, packet: Packet, start: int, end: int) -> None:
        """A packet came."""
        ...


class Flow:
    """How many bit/s of payload come; while nothing does, how many came before."""

    __slots__ = ("_octets", "_samples", "rate")

    def __init__(self) -> None:
        self.rate: float | None = None
        """None before enough came."""
        self._octets = 0
        self._samples: deque[tuple[float, int]] = deque()

    def take(self, packet: Packet, start: int, end: int) -> None:  # noqa: ARG002 - as every meter is asked
        """A packet came."""
        self._octets += end - start

    def measure(self, now: float) -> None:
        """Take what came until now into `rate`; to be called every 0.1 s or so."""
        samples = self._samples
        while samples and now - samples[0][0] > WINDOW:
            samples.popleft()
        if samples and self._octets > samples[-1][1]:
            begun, octets = samples[0]
            if now - begun >= LEAST:
                self.rate = (self._octets - octets) * 8 / (now - begun)
        samples.append((now, self._octets))


class Loudness:
    """How loud sound was since it was last asked."""

    __slots__ = ("_at", "_count", "_extension", "_head", "_sum")

    def __init__(self, extension: int) -> None:
        self._extension = extension
        self._head = extension << 4  # of an element with one byte of data
        self._at = 0  # where the level was in the packet before: a sender rarely changes its header
        self._count = 0
        self._sum = 0.0

    def take(self, packet: Packet, start: int, end: int) -> None:  # noqa: ARG002 - as every meter is asked
        """A packet came."""
        at = self._at
        if not at or at >= start or packet[at - 1] != self._head:
            at, _ = find_extension(packet, start, self._extension)
            self._at = at
            if not at:
                return
        self._sum += _LOUDNESS[packet[at] & SILENCE]
        self._count += 1

    def read(self) -> float:
        """The mean, 0 to 1; 0 where nothing came. Begins anew."""
        mean = self._sum / self._count if self._count else 0.0
        self._sum, self._count = 0.0, 0
        return mean


def measure(endpoints: "Mapping[str, Endpoint]") -> None:
    """Give every track of a room its meter, or take it away: where two are, nobody asks."""
    several = len(endpoints) > 2
    for endpoint in endpoints.values():
        for track in endpoint.tracks:
            if not several:
                track.meter = None
            elif track.meter is None and track.video:
                track.meter = Flow()
            elif track.meter is None and (level := track.record.extensions.level) is not None:
                track.meter = Loudness(level)
