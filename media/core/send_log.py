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


class Delivered(NamedTuple):
    """A packet that arrived: our seconds, its bytes, the receiver's seconds on a clock of its own."""

    sent: float
    size: int
    arrived: float


class SendLog:
    """Of one endpoint. `count` is the newest number, without wrap-around."""

    __slots__ = ("_at", "_size", "count")

    def __init__(self) -> None:
        self.count = KEPT
        self._at = array("d")  # made by the first packet: most of a warm room never send one
        self._size = array("i")  # -1: nothing was sent, or it is known to have arrived

    def number(self, size: int, now: float) -> int:
        """The number (16 bits) of a packet of so many bytes that is sent now."""
        if not self._at:
            self._at, self._size = array("d", [0.0]) * KEPT, array("i", [-1]) * KEPT
        count = self.count = self.count + 1
        place = count & _MASK
        self._at[place] = now
        self._size[place] = size
        return count & 0xFFFF

    def feedback(self, arrived: Arrived) -> list[Delivered]:
        """The deliveries that a report tells for the first time, in sending order."""
        delivered: list[Delivered] = []
        if not self._at:
            return delivered
        first = self.count - ((self.count - arrived.base) & 0xFFFF)
        for place, at in enumerate(arrived.at):
            count = first + place
            index = count & _MASK
            if at is None or self._size[index] < 0 or not self.count - KEPT < count <= self.count:
                continue
            delivered.append(Delivered(self._at[index], self._size[index], at))
            self._size[index] = -1
        return delivered
