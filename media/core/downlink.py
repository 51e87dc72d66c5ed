"""What an endpoint can receive: its video rate now, the cap its reports ask for, and the repair budget.

Three witnesses. *Delay*, where it sends transport-wide feedback (see `estimate`). *Loss* (the fraction lost
in its reception reports): above 10 % the cap is what was sent less half of what was lost; between 2 and 10 %
it stays; below 2 % it grows by 5 % a second, and goes when it is twice what is sent. *REMB*, where it sends
that instead: a browser's estimate starts low and follows what it is sent by 8 % a second, so a low one alone
says nothing. It limits when it is below what is being sent and has fallen or has not risen for a second, from
then on until it is well above. The lowest is the cap; without any there is none.
"""

from collections import deque
from typing import Final

from media.core.estimate import LOWEST, Estimate
from media.core.send_log import Delivered

WINDOW: Final = 1.0
"""Seconds over which the rate is measured."""
SAMPLE_EVERY: Final = 0.1
LOSS_HIGH: Final = 0.10
LOSS_LOW: Final = 0.02
GROWTH_PER_SECOND: Final = 1.05
DECREASE_EVERY: Final = 0.3
"""Seconds (and a round trip) until a lower rate can show in a report."""
UNUSED: Final = 2.0
"""A cap this many times what is sent limits nothing."""
REMB_UNUSED: Final = 1.4
"""The same for an estimate: a browser's goes no higher than 1.5 times what it receives."""
REMB_STALE: Final = 5.0
REMB_STUCK: Final = 1.0
REPAIR_SHARE: Final = 0.2
"""Of the bytes of video sent, what may be sent again."""
REPAIR_BURST: Final = 16_000
"""Bytes of that share that can be saved up at least: a burst of a dozen packets."""
_RISE: Final = 1.005


class Downlink:
    """Of one endpoint. Rates are bit/s of video payload; `octets` counts them from the start."""

    __slots__ = (
        "_estimate", "_fell_at", "_grown_at", "_loss_cap", "_remb", "_remb_at", "_remb_limits", "_risen_to",
        "_rose_at", "_samples", "_saved", "_saved_at", "rate", "round_trip",
    )  # fmt: skip

    def __init__(self) -> None:
        self.rate = 0.0
        self.round_trip = 0.0
        self._estimate = Estimate()
        self._samples: deque[tuple[float, int]] = deque()
        self._loss_cap: float | None = None
        self._grown_at = 0.0
        self._fell_at = float("-inf")
        self._remb = 0.0
        self._remb_at = float("-inf")
        self._rose_at = float("-inf")
        self._risen_to = 0.0
        self._remb_limits = False
        self._saved = 0.0
        self._saved_at = 0  # octets up to which the share was credited

    def measure(self, octets: int, now: float) -> None:
        """Take what was sent until `now` into `rate`."""
        samples = self._samples
        if samples and now - samples[-1][0] < SAMPLE_EVERY:
            return
        samples.append((now, octets))
        while now - samples[0][0] > WINDOW + SAMPLE_EVERY:
            samples.popleft()
        elapsed = now - samples[0][0]
        self.rate = (octets - samples[0][1]) * 8 / elapsed if elapsed > 0 else 0.0

    def lost(self, fraction: float, now: float) -> None:
        """A reception report: `fraction` (0 to 1) of the video was lost."""
        if fraction > LOSS_HIGH:
            if self.rate > 0 and now - self._fell_at >= DECREASE_EVERY + self.round_trip:
                wanted = max(self.rate * (1 - fraction / 2), LOWEST)
                self._loss_cap = wanted if self._loss_cap is None else min(self._loss_cap, wanted)
                self._fell_at = now
        elif fraction < LOSS_LOW and self._loss_cap is not None:
            self._loss_cap *= GROWTH_PER_SECOND ** min(now - self._grown_at, 1.0)
            if self._loss_cap > self.rate * UNUSED:
                self._loss_cap = None
        self._grown_at = now

    def arrived(self, delivered: list[Delivered], now: float) -> None:
        """Transport-wide feedback came."""
        self._estimate.feedback(delivered, now, self.round_trip, self.rate * REMB_UNUSED)

    def estimated(self, bitrate: float, now: float) -> None:
        """The receiver's REMB came."""
        fell = bitrate < self._remb / _RISE
        if bitrate > self._risen_to * _RISE or now - self._remb_at > REMB_STALE:
            self._risen_to, self._rose_at = bitrate, now
        elif fell:
            self._risen_to = bitrate
        self._remb, self._remb_at = bitrate, now
        if bitrate > self.rate * REMB_UNUSED:
            self._remb_limits = False
        elif bitrate < self.rate and (fell or now - self._rose_at > REMB_STUCK):
            self._remb_limits = True

    def cap(self, now: float) -> float | None:
        """The most video to send, in bit/s; `None` when nothing limits."""
        cap = self._loss_cap
        if self._remb_limits and now - self._remb_at <= REMB_STALE:
            remb = max(self._remb, LOWEST)
            cap = remb if cap is None else min(cap, remb)
        delay = self._estimate.cap
        if delay is not None and now - self._estimate.heard_at <= REMB_STALE:
            cap = delay if cap is None else min(cap, delay)
        return cap

    def may_repair(self, size: int, octets: int) -> bool:
        """Take `size` bytes from the repair budget, if it has them."""
        share = (octets - self._saved_at) * REPAIR_SHARE
        self._saved_at = octets
        self._saved = min(self._saved + share, max(REPAIR_BURST, self.rate / 8 * REPAIR_SHARE))
        if size > self._saved:
            return False
        self._saved -= size
        return True
