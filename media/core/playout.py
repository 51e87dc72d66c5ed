"""How long a receiver is to hold a slot's pictures back, so that what is repaired on a long way is in time.

It is said in band, by the playout-delay extension of the packets themselves, so every browser that knows it
follows without a page's help, sound in step. Up at once, down late and in one step: each change is seen.
"""

from typing import Final

SHORT: Final = 0.06
"""Seconds that every receiver waits anyhow."""
MARGIN: Final = 0.03
"""Seconds on top: asked for at the next look, and what arrives is not shown in the same moment."""
MOST: Final = 1.0
"""Seconds at most, for a third request on a way of 0.3 s: later than that, people speak into each other's
words, which is worse than a still."""
RISE: Final = 0.04
FALL: Final = 0.15
FALL_AFTER: Final = 15.0


class Playout:
    """Of one slot."""

    __slots__ = ("_lower_since", "_most", "seconds")

    def __init__(self) -> None:
        self.seconds: float | None = None
        """What its receiver is told; nothing before there was something to say."""
        self._most = 0.0
        self._lower_since: float | None = None

    def judge(self, late: float, now: float) -> bool:
        """Look at how late repair comes; whether `seconds` is another from now on."""
        wanted = min(late + MARGIN, MOST) if late > SHORT else 0.0
        held = self.seconds or 0.0
        if wanted > held + RISE:
            return self._turn(wanted)
        if wanted > held - FALL and (wanted or not held):
            self._lower_since = None
            return False
        if self._lower_since is None:
            self._lower_since, self._most = now, wanted
        self._most = max(self._most, wanted)
        return now - self._lower_since >= FALL_AFTER and self._turn(self._most)

    def _turn(self, seconds: float) -> bool:
        self.seconds = seconds
        self._lower_since = None
        return True
