"""How late what was lost comes after all, on one stretch of the way: what a receiver should wait for.

A browser that receives knows its own way to us. It knows nothing of the way from the sender to us, and adds
at most a fifth of a second for its own; where repair comes later than that, every loss is a frozen picture.
"""

from collections import deque
from typing import Final

KEPT: Final = 1024
"""Repairs that are remembered, of the last `WINDOW` seconds."""
WINDOW: Final = 10.0
LEAST: Final = 4
"""Repairs within the window below which losses are rare: a picture that freezes now and then is better than
one that is always late."""
SHARE: Final = 0.99
"""Of the repairs, how many the wait is to be enough for: a picture is many packets, any may be the latest."""
ROUNDS: Final = ((0.08, 3), (0.02, 2))
"""From which share of packets that needed repair on, so many requests are waited for from the start. What has
to be asked for so often comes now and then only, and until it did the wait would be too short."""
AGAIN: Final = 0.06
"""Seconds more than so many times the usual one that it takes: it is asked for at a look, and may be late."""


class Lateness:
    """Of repairs on one stretch."""

    __slots__ = ("_came", "_carried")

    def __init__(self) -> None:
        self._came: deque[tuple[float, float]] = deque(maxlen=KEPT)
        self._carried: deque[tuple[float, int]] = deque()

    def repaired(self, late: float, now: float) -> None:
        """A lost packet is here, so many seconds after it should have been."""
        self._came.append((now, late))

    def seconds(self, carried: int, now: float) -> float:
        """What most repairs of late took, and will take; 0 where there were few.

        `carried` counts the packets of this stretch; it may begin anew.
        """
        share = self._share(carried, now)
        ordered = sorted(late for _, late in self._came)
        if len(ordered) < LEAST:
            return 0.0
        most = ordered[min(int(len(ordered) * SHARE), len(ordered) - 1)]
        rounds = next((rounds for least, rounds in ROUNDS if share >= least), 0)
        return max(most, rounds * ordered[len(ordered) // 2] + AGAIN) if rounds else most

    def _share(self, carried: int, now: float) -> float:
        """Of the packets of the last looks, how many needed repair; 0 where that is not known."""
        came, looks = self._came, self._carried
        if looks and carried < looks[-1][1]:
            looks.clear()
        looks.append((now, carried))
        while now - looks[0][0] > WINDOW:
            looks.popleft()
        while came and now - came[0][0] > WINDOW:
            came.popleft()
        since, before = looks[0]
        return sum(at > since for at, _ in came) / (carried - before) if carried > before else 0.0
