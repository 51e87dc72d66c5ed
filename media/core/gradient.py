"""Whether a queue grows on the way to a receiver, by the delay gradient of what it received.

Packets are gathered into the bursts they were sent in. How much later each burst arrived than the one before
it, beyond how much later it was sent, is summed up and smoothed; the slope of the last `WINDOW` sums says
whether the way fills. The threshold follows the slope slowly, so that it is above the noise of a calm network
and below a queue's. (Carlucci et al., “Analysis and Design of the Google Congestion Control”, 2016.)
"""

from collections import deque
from enum import Enum
from statistics import StatisticsError, linear_regression
from typing import Final

BURST: Final = 0.005
"""Seconds within which packets were sent together."""
WINDOW: Final = 20
"""Bursts over which the slope is taken. More are steadier and later."""
SMOOTHING: Final = 0.9
GAIN: Final = 4.0
SURE_AFTER: Final = 60
"""Bursts until the slope has its full weight."""
THRESHOLD: Final = 12.5
"""Milliseconds, at first."""
LOWEST_THRESHOLD: Final = 6.0
HIGHEST_THRESHOLD: Final = 600.0
FOLLOW_UP: Final = 0.0087
FOLLOW_DOWN: Final = 0.039
"""How fast the threshold follows a slope above it, and below; per millisecond, of the distance."""
OUTLIER: Final = 15.0
"""Milliseconds above the threshold from where on it does not follow: that is no noise."""
OVER_FOR: Final = 0.010
"""Seconds of sending that a rising slope must last."""
AWAY: Final = 2.0
"""Seconds between two bursts after which the past says nothing."""


class Usage(Enum):
    """Of the way to a receiver."""

    UNDER = "under"
    """A queue empties."""
    NORMAL = "normal"
    OVER = "over"
    """A queue grows."""


class Gradient:
    """Of one receiver. Times are seconds; ours and the receiver's clock may be any apart."""

    __slots__ = (
        "_arrived", "_before", "_began", "_bursts", "_followed_at", "_over_since", "_sent", "_slope_before",
        "_smooth", "_sum", "_sums", "_threshold", "usage",
    )  # fmt: skip

    def __init__(self) -> None:
        self.usage = Usage.NORMAL
        self._threshold = THRESHOLD
        self._forget()

    def _forget(self) -> None:
        # the burst under way: first and last sent, last arrived
        self._began = self._sent = self._arrived = 0.0
        self._before: tuple[float, float] | None = None  # the burst before it: last sent, last arrived
        self._bursts = 0
        self._sum = self._smooth = 0.0
        self._sums: deque[tuple[float, float]] = deque(maxlen=WINDOW)
        self._slope_before = 0.0
        self._over_since: float | None = None
        self._followed_at = 0.0

    def packet(self, sent: float, arrived: float) -> None:
        """A packet arrived; in sending order."""
        if self._sent and not -AWAY < sent - self._sent < AWAY:
            self._forget()
            self.usage = Usage.NORMAL
        if not self._sent or sent - self._began > BURST:
            if self._sent:
                self._close()
            self._began, self._arrived = sent, arrived
        self._sent = sent
        self._arrived = max(self._arrived, arrived)

    def _close(self) -> None:
        """The burst under way is complete."""
        before, self._before = self._before, (self._sent, self._arrived)
        if before is None:
            return
        later = (self._arrived - before[1] - (self._sent - before[0])) * 1000
        self._bursts += 1
        self._sum += later
        self._smooth = SMOOTHING * self._smooth + (1 - SMOOTHING) * self._sum
        self._sums.append((self._arrived * 1000, self._smooth))
        if len(self._sums) == WINDOW:
            self._judge(_slope(self._sums) * min(self._bursts, SURE_AFTER) * GAIN)

    def _judge(self, slope: float) -> None:
        if slope <= self._threshold:
            self._over_since = None
            self.usage = Usage.UNDER if slope < -self._threshold else Usage.NORMAL
        elif self._over_since is None:
            self._over_since = self._sent
        elif self._sent - self._over_since >= OVER_FOR and slope >= self._slope_before:
            self.usage = Usage.OVER
        self._slope_before = slope
        self._follow(abs(slope))

    def _follow(self, slope: float) -> None:
        passed = min((self._sent - self._followed_at) * 1000, 100.0)
        self._followed_at = self._sent
        if slope > self._threshold + OUTLIER:
            return
        speed = FOLLOW_DOWN if slope < self._threshold else FOLLOW_UP
        moved = self._threshold + speed * (slope - self._threshold) * passed
        self._threshold = min(max(moved, LOWEST_THRESHOLD), HIGHEST_THRESHOLD)


def _slope(points: deque[tuple[float, float]]) -> float:
    """Of the line that is nearest to the points; level where all came at once."""
    try:
        return linear_regression(*zip(*points, strict=True)).slope
    except StatisticsError:
        return 0.0
