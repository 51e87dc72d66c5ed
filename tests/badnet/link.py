"""A bad way between a browser and a worker: loss, delay and a rate with a queue, in both directions.

These kernels have no netem, so it is a UDP proxy in this process. Loss is by chance for each datagram. A
narrow way sends one after the other, holds what waits for at most `QUEUE` seconds and drops the rest.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from media.core.rtp import FIXED
from tests.switch.nat import Nat

QUEUE: Final = 0.3
"""Seconds that a datagram may wait before a narrow way, as in many a home router."""
OPUS: Final = 111
"""Chromium's payload type; it is in the clear."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Of one way, in both directions. `loss` of 1, `round_trip` in seconds, `rate` in bit/s (None: wide)."""

    loss: float = 0.0
    round_trip: float = 0.0
    rate: int | None = None


class Link(Nat):
    """A way under conditions, which may change at any time. The worker's side of it never changes address."""

    def __init__(self, dice: random.Random, conditions: Conditions | None = None) -> None:
        super().__init__()
        self.conditions = conditions or Conditions()
        self._dice = dice
        self._free_at = [0.0, 0.0]
        self.carried = 0
        self.dropped = 0
        self.sound: Counter[tuple[bool, bool]] = Counter()
        """Datagrams of sound by (to the browser, lost by chance). The queue takes others."""

    def _send(self, way: Any, data: bytes, where: Any) -> None:
        now = self.conditions
        loop = asyncio.get_running_loop()
        at = loop.time()
        direction = int(way is self._front)
        unlucky = self._dice.random() < now.loss
        if len(data) > FIXED.size and data[1] & 0x7F == OPUS:
            self.sound[way is self._front, unlucky] += 1
        if unlucky:
            self.dropped += 1
            return
        leaves = at
        if now.rate is not None:
            begins = max(at, self._free_at[direction])
            if begins - at > QUEUE:
                self.dropped += 1
                return
            leaves = self._free_at[direction] = begins + (len(data) + 28) * 8 / now.rate
        self.carried += 1
        arrives = leaves + now.round_trip / 2
        if arrives <= at:
            self._pass(way, data, where)
        else:
            loop.call_at(arrives, self._pass, way, data, where)

    def unlucky(self, before: Counter[tuple[bool, bool]], *, down: bool) -> float:
        """The share of sound that was lost by chance since then."""
        lost, came = (self.sound[down, chance] - before[down, chance] for chance in (True, False))
        return lost / max(lost + came, 1)

    @staticmethod
    def _pass(way: Any, data: bytes, where: Any) -> None:
        try:
            way.sendto(data, where)
        except OSError:
            return  # closed meanwhile, or full
