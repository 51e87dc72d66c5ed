"""One clock for all tracks of an endpoint and for all endpoints: the recording's own.

Within an endpoint, sender reports say what was seen and heard at once. Between endpoints nothing is believed
of what they say: their clocks are anywhere. There the least delayed packets count, by our own clock.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from media.core.curve import Curve, floor
from media.core.rtp import signed32
from media.core.track_clock import Run, TrackClock

SAME_CLOCK: Final = 1.0
"""Seconds by which tracks of one connection may be delayed otherwise. More: another device, another clock."""


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A run, with what makes the recording's time of its own."""

    run: Run
    offset: Curve | None
    late: Curve

    def time(self, media: float) -> float:
        own = media + self.offset(media) if self.offset is not None else media
        return own + self.late(own)


class Times:
    """One track's timestamps as seconds of the recording. To be asked in the order of counts."""

    __slots__ = ("_at", "_firsts", "_mapped", "_rate", "_ticks")

    def __init__(self, rate: int, mapped: Sequence[_Mapped]) -> None:
        self._rate = rate
        self._mapped = mapped
        self._firsts = [each.run.first_count for each in mapped]
        self._at = -1
        self._ticks = 0

    def again(self) -> "Times":
        """The same, to be asked from the first count again."""
        return Times(self._rate, self._mapped)

    def time(self, count: int, timestamp: int) -> float:
        """When the packet with this count and timestamp was, could the network carry it in no time."""
        at = max(bisect_right(self._firsts, count) - 1, 0)
        if at != self._at:
            self._at = at
            self._ticks = self._mapped[at].run.first_ticks
        self._ticks += signed32(timestamp - self._ticks)
        return self._mapped[at].time(self._ticks / self._rate)


@dataclass(slots=True)
class _Group:
    """Runs whose reports speak of the same clock."""

    runs: list[tuple[Run, float]]
    points: list[tuple[float, float]]

    def has(self, run: Run, level: float) -> bool:
        return any(
            other.begins <= run.ends and run.begins <= other.ends and abs(level - theirs) <= SAME_CLOCK
            for other, theirs in self.runs
        )


def common_times(clocks: Sequence[tuple[int, TrackClock]]) -> list[Times]:
    """One endpoint's tracks (clock rate, clock), each of which was heard: their times, in the same order."""
    runs = [clock.runs() for _, clock in clocks]
    groups: list[_Group] = []
    grouped: dict[int, tuple[Curve, _Group]] = {}
    for run in sorted((run for each in runs for run in each), key=lambda run: run.begins):
        offset = run.offset()
        if offset is None:
            continue
        points = [(own := media + offset(media), came - own) for media, came in run.least]
        level = min(late for _, late in points)
        group = next((group for group in groups if group.has(run, level)), None)
        if group is None:
            group = _Group([], [])
            groups.append(group)
        group.runs.append((run, level))
        group.points.extend(points)
        grouped[id(run)] = offset, group
    floors = {id(group): floor(group.points) for group in groups}

    def mapped(run: Run) -> _Mapped:
        if id(run) in grouped:
            offset, group = grouped[id(run)]
            return _Mapped(run, offset, floors[id(group)])
        return _Mapped(run, None, floor([(media, came - media) for media, came in run.least]))

    return [Times(rate, [mapped(run) for run in each]) for (rate, _), each in zip(clocks, runs, strict=True)]
