"""What was sent to an endpoint under which transport-wide number, and what of it its feedback says arrived.

One counter for all numbered streams of a transport (draft-holmer-rmcat-transport-wide-cc-extensions-01): the
packets of every video slot, retransmissions included. The packet path only writes two list entries.
"""

from array import array
from typing import Final, NamedTuple

from media.core.rtcp import Arrived

KEPT: Final = 2048
"""Packets that are remembered, a power of two: seconds of three cameras, and feedback comes within one."""
_MASK: Final = KEPT - 1
_ARRIVED: Final = -1
"""In the place of a size: nothing was sent, or it is known to have arrived."""
_LACKING: Final = -2
"""A size below 0 is that of a packet that was told missing: so much less the size."""


class Delivered(NamedTuple):
    """A packet that arrived: our seconds, its bytes, the receiver's seconds on a clock of its own."""

    sent: float
    size: int
    arrived: float


class Told(NamedTuple):
    """What a report tells for the first time."""

    delivered: list[Delivered]
    """In sending order."""
    missing: int
    """How many did not arrive; less those that arrived after they had been told missing."""
    lacking: list[int]
    """The numbers (16 bits) of those that did not arrive, in sending order."""


class SendLog:
    """Of one endpoint. `count` is the newest number, without wrap-around."""

    __slots__ = ("_at", "_size", "count")

    def __init__(self) -> None:
        self.count = KEPT
        self._at = array("d")  # made by the first packet: most of a warm room never send one
        self._size = array("i")  # see `_ARRIVED` and `_LACKING`

    def number(self, size: int, now: float) -> int:
        """The number (16 bits) of a packet of so many bytes that is sent now."""
        if not self._at:
            self._at, self._size = array("d", [0.0]) * KEPT, array("i", [_ARRIVED]) * KEPT
        count = self.count = self.count + 1
        place = count & _MASK
        self._at[place] = now
        self._size[place] = size
        return count & 0xFFFF

    def sent_at(self, number: int) -> float | None:
        """When the packet of this number (16 bits) was sent; `None` where that is not remembered."""
        if not self._at:
            return None
        back = (self.count - number) & 0xFFFF
        return self._at[self.count - back & _MASK] if back < KEPT else None

    def feedback(self, arrived: Arrived) -> Told:
        """What a report tells for the first time."""
        delivered: list[Delivered] = []
        missing = 0
        lacking: list[int] = []
        if not self._at:
            return Told(delivered, missing, lacking)
        first = self.count - ((self.count - arrived.base) & 0xFFFF)
        for place, at in enumerate(arrived.at):
            count = first + place
            index = count & _MASK
            size = self._size[index]
            if size == _ARRIVED or not self.count - KEPT < count <= self.count:
                continue
            if at is not None:
                if size <= _LACKING:
                    size = _LACKING - size
                    missing -= 1
                delivered.append(Delivered(self._at[index], size, at))
                self._size[index] = _ARRIVED
            elif size >= 0:
                missing += 1
                lacking.append(count & 0xFFFF)
                self._size[index] = _LACKING - size
        return Told(delivered, missing, lacking)
