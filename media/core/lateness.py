"""How late what was lost comes after all, on one stretch of the way: what a receiver should wait for.

A browser that receives knows its own way to us. It knows nothing of the way from the sender to us, and adds
at most a fifth of a second for its own; where repair comes later than that, every loss is a frozen picture.
"""

from collections import deque
from typing import Final

KEPT: Final = 128
"""Repairs that are remembered, of the last `WINDOW` seconds."""
WINDOW: Final = 10.0
LEAST: Final = 4
"""Repairs within the window below which losses are rare: a picture that freezes now and then is better than
one that is always late."""
SHARE: Final = 0.99
"""Of the repairs, how many the wait is to be enough for: a picture is many packets, any may be the latest."""

MANY: Final = 20
"""Repairs within the window from which on some will have to be asked for twice before long, if none was."""
AGAIN: Final = 0.06
"""Seconds more than twice the usual time that a second request takes: it comes at a look, and may be late."""


class Lateness:
    """Of repairs on one stretch."""

    __slots__ = ("_came",)

    def __init__(self) -> None:
        self._came: deque[tuple[float, float]] = deque(maxlen=KEPT)

    def repaired(self, late: float, now: float) -> None:
        """A lost packet is here, so many seconds after it should have been."""
        self._came.append((now, late))

    def seconds(self, now: float) -> float:
        """What most repairs of late took; 0 where there were few."""
        came = self._came
        while came and now - came[0][0] > WINDOW:
            came.popleft()
        if len(came) < LEAST:
            return 0.0
        ordered = sorted(late for _, late in came)
        most = ordered[min(int(len(ordered) * SHARE), len(ordered) - 1)]
        if len(ordered) < MANY:
            return most
        return max(most, 2 * ordered[len(ordered) // 2] + AGAIN)
