"""Lines through a few points, for clocks: how one runs against another."""

from bisect import bisect_right
from collections.abc import Sequence
from statistics import median
from typing import Final

DRIFT: Final = 0.00025
"""By how much two clocks run apart at most, in seconds per second. Crystals keep within a tenth of it."""
_AROUND: Final = 2
"""Points on each side that a point is smoothed with: one wild report among five is outvoted."""

Points = Sequence[tuple[float, float]]


class Curve:
    """Straight from point to point, and level before the first and after the last. At least one point."""

    __slots__ = ("_at", "_xs", "_ys")

    def __init__(self, points: Points) -> None:
        self._xs = [x for x, _ in points]
        self._ys = [y for _, y in points]
        self._at = 1  # the next question is mostly about the same stretch

    def __call__(self, x: float) -> float:
        """The curve's height at `x`."""
        xs, ys = self._xs, self._ys
        if x <= xs[0]:
            return ys[0]
        if x >= xs[-1]:
            return ys[-1]
        at = self._at
        if not xs[at - 1] <= x < xs[at]:
            at = self._at = bisect_right(xs, x)
        left = xs[at - 1]
        return ys[at - 1] + (ys[at] - ys[at - 1]) * (x - left) / (xs[at] - left)


def smoothed(points: Points) -> Curve:
    """Through each point's median with its neighbours."""
    ordered = sorted(points)
    heights = [y for _, y in ordered]
    return Curve(
        [(x, median(heights[max(at - _AROUND, 0) : at + _AROUND + 1])) for at, (x, _) in enumerate(ordered)]
    )


def floor(points: Points) -> Curve:
    """Under all points, as high as a curve can be that climbs and falls by no more than `DRIFT`.

    Given how late packets were, this is how late the least delayed ones were: a queue on the way only ever
    adds, and faster than clocks drift.
    """
    ordered = sorted(points)
    xs = [x for x, _ in ordered]
    ys = [y for _, y in ordered]
    for at in range(1, len(xs)):
        ys[at] = min(ys[at], ys[at - 1] + DRIFT * (xs[at] - xs[at - 1]))
    for at in range(len(xs) - 2, -1, -1):
        ys[at] = min(ys[at], ys[at + 1] + DRIFT * (xs[at + 1] - xs[at]))
    return Curve(list(zip(xs, ys, strict=True)))
