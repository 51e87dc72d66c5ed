"""A track's packets by their count, each once: late ones are waited for, lost ones not for ever."""

import heapq
from collections.abc import Sequence
from typing import Final

from media.core.recording import Packet

HOLD: Final = 4.0
"""Seconds that what came after a hole is held back. A packet is asked for again for about a second."""
MOST_HELD: Final = 8192
"""Packets that are held at most: four seconds at 20 Mbit/s."""


class Reorder:
    """Of one track. The first packet of all counts as one after a hole: an earlier one may be late."""

    __slots__ = ("_counts", "_held", "_next")

    def __init__(self) -> None:
        self._next = -1
        self._counts: list[int] = []  # a heap of those that are held
        self._held: dict[int, tuple[float, Packet]] = {}

    def push(self, packet: Packet, at: float) -> Sequence[Packet]:
        """What has its turn now that this packet came, at `at`."""
        if packet.count == self._next and not self._counts:
            self._next += 1
            return (packet,)
        ready = self.due(at)
        if packet.count >= self._next and packet.count not in self._held:
            heapq.heappush(self._counts, packet.count)
            self._held[packet.count] = (at, packet)
            ready += self.due(at)
        return ready

    def due(self, at: float) -> list[Packet]:
        """What has its turn, because nothing before it will come any more."""
        counts = self._counts
        ready: list[Packet] = []
        while counts and (
            counts[0] == self._next or at - self._held[counts[0]][0] >= HOLD or len(counts) > MOST_HELD
        ):
            self._next = heapq.heappop(counts)
            ready.append(self._held.pop(self._next)[1])
            self._next += 1
        return ready

    def rest(self) -> list[Packet]:
        """All that is still held: nothing more will come."""
        return self.due(float("inf"))
