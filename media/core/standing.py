"""Whether a queue stands on the way to a receiver: neither growing nor emptying, a gradient misses it.

How long it is, the least delay of a report tells, against the least delay of the last half minute. A longer
way looks the same as a queue at first; but it stays long when less is sent, and is then taken as it is.
"""

from typing import Final

LONG: Final = 0.12
"""Seconds of waiting that are too long: with the way's own delay, people begin to talk at once."""
LASTS: Final = 0.5
"""Seconds for which it must be so."""
HALF: Final = 15.0
"""Seconds of each of the two halves in which the least delay is kept, so that clocks may drift."""
HELPED: Final = 0.8
"""What is left of a queue when sending less has helped."""
TRIES: Final = 5


class Standing:
    """Of one receiver. Delays are seconds between two clocks that may be any apart."""

    __slots__ = ("_first", "_newer", "_older", "_since", "_tries", "_turn_at", "wait")

    def __init__(self) -> None:
        self._newer = self._older = float("inf")
        self._turn_at = float("-inf")
        self._since: float | None = None
        self._first = 0.0  # how long the wait was when less began to be sent
        self._tries = 0
        self.wait = 0.0
        """Seconds that the newest report's packets waited, as far as is known."""

    def report(self, delay: float, now: float) -> bool:
        """Take the least delay of a report; whether less should be sent."""
        if now - self._turn_at > HALF:
            self._older, self._newer, self._turn_at = self._newer, float("inf"), now
        self._newer = min(self._newer, delay)
        self.wait = delay - min(self._newer, self._older)
        if self.wait <= LONG:
            self._since = None
            self._tries = 0
            return False
        if self._since is None:
            self._since = now
        return now - self._since >= LASTS

    def fell(self, delay: float) -> None:
        """Less is sent from now on, because of this delay."""
        wait = delay - min(self._newer, self._older)
        if not self._tries or wait < self._first * HELPED:
            self._first, self._tries = wait, 0
        self._tries += 1
        if self._tries > TRIES:  # it did not help: the way is as long as that
            self._older, self._newer, self._tries, self._since = float("inf"), delay, 0, None
