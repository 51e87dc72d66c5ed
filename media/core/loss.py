"""What loss on the way to a receiver says about how much to send there.

A way that is too narrow loses less as soon as less is sent; a radio that loses by chance does not. So much
loss lowers the cap, and loss that stays is taken as the way's own: from then on only what comes on top of it
counts. Lost packets of video are asked for again, and less video would not make them fewer.
"""

from collections import deque
from typing import Final

WINDOW: Final = 2.0
"""Seconds over which loss is counted."""
LEAST: Final = 40
"""Packets without which a share says nothing."""
LEAST_SECONDS: Final = 0.8
"""And the seconds: a burst is no share either."""
HIGH: Final = 0.10
"""Loss above the way's own from where on less is sent: less by half of what was lost."""
FULL: Final = 0.4
"""Loss from where on only what arrives is sent: a way that takes a tenth loses no smaller share of half."""
LOW: Final = 0.05
"""Below this the cap grows."""
GROWTH_PER_SECOND: Final = 1.08
UNUSED: Final = 1.5
"""A cap this many times what is sent limits nothing, and grows faster. It does not go at once: who is held
back sends little, and would send all at once what the way does not take."""
UNUSED_GROWTH_PER_SECOND: Final = 1.15
SMALL: Final = 100_000.0
"""bit/s: up to what fits beside sound nearly everywhere, faster still: a calm picture that needs little is
not to be taken for one on a way that takes little (`ladder`)."""
SMALL_GROWTH_PER_SECOND: Final = 1.25
FREE: Final = 4_000_000.0
"""bit/s: more than anybody sends, so a cap that reached it goes."""
HELPED: Final = 0.7
"""What is left of loss, at most, when sending less has helped."""
TRIES: Final = 2
"""How often less is sent in vain until loss is the way's own."""
OWN_AT_MOST: Final = 0.5
"""More is not the way's own, whatever helps."""
FORGETS_PER_SECOND: Final = 0.02
"""How fast a way's own loss goes down when it is no more."""
LOWEST: Final = 50_000.0
"""bit/s: the least cap; below it no picture is worth sending, and audio is outside the budget."""


class Loss:
    """Of one receiver. Rates are bit/s; `cap` is None while loss limits nothing; `own` is a share of 1."""

    __slots__ = ("_deaf_until", "_fell_at", "_first", "_grown_at", "_reports", "_tries", "cap", "own")

    def __init__(self) -> None:
        self.cap: float | None = None
        self.own = 0.0
        self._reports: deque[tuple[float, int, int]] = deque()  # when, packets sent, of these lost
        self._first = 0.0  # the loss at which less began to be sent
        self._tries = 0
        self._fell_at = self._grown_at = self._deaf_until = float("-inf")

    def report(
        self,
        sent: int,
        lost: int,
        now: float,
        rate: float,
        *,
        round_trip: float = 0.0,
        arriving: float | None = None,
    ) -> None:
        """Of `sent` packets `lost` did not arrive (below 0: some came that had been told lost).

        For a round trip after less began to be sent, what is told is about what was sent before. `rate` is
        what is sent, `arriving` what arrives, where that is known.
        """
        if now < self._deaf_until:
            return
        self._reports.append((now, sent, lost))
        while now - self._reports[0][0] > WINDOW:
            self._reports.popleft()
        of = sum(report[1] for report in self._reports)
        passed = min(now - self._grown_at, 1.0)
        self._grown_at = now
        if now - self._fell_at < LEAST_SECONDS + round_trip:
            return
        missing = max(sum(report[2] for report in self._reports), 0)
        if of < LEAST and missing:
            return
        share = missing / max(of, 1)  # of few packets none missing says enough: no low cap lasts for ever
        if share - self.own > HIGH:
            self._fall(share, now, rate, round_trip, arriving)
            return
        self.own = max(min(self.own, share), self.own - FORGETS_PER_SECOND * passed)
        if self.cap is not None and share - self.own < LOW:
            self.cap *= self._growth(rate) ** passed
            if self.cap > FREE:
                self.cap, self._tries = None, 0

    def begin_anew(self, now: float) -> None:
        """Much less is sent from now on, or by another way: what is told now is about what was before."""
        self._reports.clear()
        self._deaf_until = now + LEAST_SECONDS

    def _growth(self, rate: float) -> float:
        """How much the cap grows in a second in which little is lost."""
        assert self.cap is not None
        if self.cap <= rate * UNUSED:
            return GROWTH_PER_SECOND
        return SMALL_GROWTH_PER_SECOND if self.cap < SMALL else UNUSED_GROWTH_PER_SECOND

    def _fall(self, share: float, now: float, rate: float, round_trip: float, arriving: float | None) -> None:
        """Send less, or see that it does not help."""
        if rate <= 0:
            return
        if not self._tries or share < self._first * HELPED:
            self._first, self._tries = share, 0
        self._tries += 1
        self._reports.clear()  # what is told from now on is about the new rate
        self._fell_at, self._deaf_until = now, now + round_trip
        if self._tries > TRIES and share <= OWN_AT_MOST:
            self.cap, self.own, self._tries = None, share, 0
            return
        if share < FULL:
            takes = rate * (1 - share / 2)
        else:
            takes = rate * (1 - share) if arriving is None else arriving
        wanted = max(takes, LOWEST)
        self.cap = wanted if self.cap is None else min(self.cap, wanted)
