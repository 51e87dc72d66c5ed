"""What is heard of one track's clock: how its timestamps ran against ours, and what its reports said.

A source's timestamps may leap: it stood still while its sender had nothing to send. A leap and a queue on the
way look the same in one packet. Reports tell them apart, because no queue reaches them; without reports, what
stays was a leap and what goes away was a queue.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from media.core.curve import Curve, smoothed
from media.core.rtp import signed32

JUMP: Final = 0.1
"""Seconds by which two packets come apart otherwise than their timestamps say, to be thought of as a leap."""
LEAP: Final = 1.0
"""The same, where no reports can confirm it: then the time after must also stay half of it away."""
WINDOW: Final = 10.0
"""Seconds of which the least delayed packet is remembered."""


@dataclass(slots=True)
class Run:
    """Part of a track without a leap. `media` is its timestamp without wrap-around, in seconds."""

    first_count: int
    first_ticks: int
    least: list[tuple[float, float]]
    """(media, when it came), of the least delayed packets."""
    reports: list[tuple[float, float]]
    """(media, the source's own clock then), in seconds."""
    begins: float
    ends: float

    def offset(self) -> Curve | None:
        """What to add to `media` to be on the source's own clock; `None` if it never said."""
        return smoothed([(media, own - media) for media, own in self.reports]) if self.reports else None


@dataclass(slots=True)
class _Stretch:
    """Between two packets that may have been leaps."""

    first_count: int
    first_ticks: int
    jump: float
    begins: float
    ends: float = 0.0
    least: list[tuple[float, float]] = field(default_factory=list)

    def level(self) -> float:
        return min(came - media for media, came in self.least)


class TrackClock:
    """Of one track. Packets and reports in the order in which they came."""

    __slots__ = ("_at", "_late", "_rate", "_reports", "_stretches", "_ticks", "_until", "highest")

    def __init__(self, rate: int) -> None:
        self.highest = -1
        self._rate = rate
        self._ticks = 0  # the newest packet's timestamp, without wrap-around
        self._at = 0.0  # when it came
        self._late = 0.0
        self._until = 0.0  # the end of the window
        self._stretches: list[_Stretch] = []
        self._reports: list[tuple[int, float, float]] = []  # the stretch it came in, media, own clock

    def heard(self, count: int, timestamp: int, at: float) -> None:
        """A packet came. One that was sent again says nothing about clocks."""
        if count <= self.highest:
            return
        if self.highest < 0:
            self._ticks = timestamp
        ticks = self._ticks + signed32(timestamp - self._ticks)
        media = ticks / self._rate
        late = at - media
        jump = late - self._late
        if self.highest < 0 or not -JUMP <= jump <= JUMP:
            self._stretches.append(_Stretch(count, ticks, jump, at))
            self._until = at
        stretch = self._stretches[-1]
        least = stretch.least
        if at >= self._until:
            least.append((media, at))
            self._until = at + WINDOW
        elif late < least[-1][1] - least[-1][0]:
            least[-1] = (media, at)
        stretch.ends = self._at = at
        self.highest, self._ticks, self._late = count, ticks, late

    def reported(self, ntp: int, timestamp: int) -> None:
        """A sender report came. One before the first packet is of no use."""
        if self.highest >= 0:
            ticks = self._ticks + signed32(timestamp - self._ticks)
            self._reports.append((len(self._stretches) - 1, ticks / self._rate, ntp / 4294967296))

    def runs(self) -> list[Run]:
        """The track's parts, in order: none if nothing came."""
        leaps = self._confirmed()
        leaps |= self._lasting(leaps)
        starts = [0, *sorted(leaps), len(self._stretches)]
        return [self._run(first, end) for first, end in pairwise(starts) if first < end]

    def _run(self, first: int, end: int) -> Run:
        parts = self._stretches[first:end]
        return Run(
            parts[0].first_count,
            parts[0].first_ticks,
            [point for part in parts for point in part.least],
            [(media, own) for index, media, own in self._reports if first <= index < end],
            parts[0].begins,
            parts[-1].ends,
        )

    def _confirmed(self) -> set[int]:
        """Stretches that begin with a leap, as reports on both sides say. Puts clocks back that were set."""
        leaps: set[int] = set()
        told: list[tuple[int, float, float]] = []
        put_right = 0.0
        for index, media, said in self._reports:
            own = said - put_right
            if told:
                before, media_before, own_before = told[-1]
                step = (own - own_before) - (media - media_before)
                if not -JUMP <= step <= JUMP:
                    leap = self._leap(before, index, step)
                    if leap:
                        leaps.add(leap)
                    else:
                        put_right += step
                        own -= step
            told.append((index, media, own))
        self._reports = told
        return leaps

    def _leap(self, before: int, index: int, step: float) -> int:
        """Which stretch after `before`, up to `index`, begins with such a leap; 0 if none does."""
        best, found = step / 2, 0
        for at in range(before + 1, index + 1):
            jump = self._stretches[at].jump
            if (jump >= best) if step > 0 else (jump <= best):
                best, found = jump, at
        return found

    def _lasting(self, confirmed: set[int]) -> set[int]:
        """Stretches that begin with a leap where no reports are around, because it stays."""
        reports = self._reports
        first, last = (reports[0][0], reports[-1][0]) if reports else (len(self._stretches), 0)
        after = [float("inf")] * (len(self._stretches) + 1)  # the least from here to the next known leap
        for at in range(len(self._stretches) - 1, -1, -1):
            following = float("inf") if at + 1 in confirmed else after[at + 1]
            after[at] = min(self._stretches[at].level(), following)
        leaps: set[int] = set()
        before = float("inf")
        for at, stretch in enumerate(self._stretches):
            unseen = at <= first or at > last
            if at in confirmed:
                before = float("inf")
            elif at and unseen and abs(stretch.jump) >= LEAP and abs(after[at] - before) >= LEAP / 2:
                leaps.add(at)
                before = float("inf")
            before = min(before, stretch.level())
        return leaps
