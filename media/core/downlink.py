"""What an endpoint can receive: its video rate now, the cap its reports ask for, and the repair budget.

Three witnesses. *Delay* and *loss*, where it sends transport-wide feedback (see `estimate`, `loss`): that
speaks of the way from here alone. Where it sends none, its reception reports say what was lost, on either
side of here, and *REMB* the rest: a browser's estimate starts low and follows what it is sent by 8 % a
second, so a low one alone says nothing. It limits when it is below what is being sent and has fallen or has
not risen for a second, from then on until it is well above. The lowest is the cap; without any there is none.
"""

from collections import deque
from typing import Final

from media.core.estimate import Estimate
from media.core.ladder import LITTLE
from media.core.loss import LEAST, LOWEST, Loss
from media.core.send_log import Told

WINDOW: Final = 1.0
"""Seconds over which the rate is measured."""
SAMPLE_EVERY: Final = 0.1
REMB_UNUSED: Final = 1.4
"""A cap this many times what is sent limits nothing: a browser's goes to 1.5 times what it receives."""
REMB_STALE: Final = 5.0
REMB_STUCK: Final = 1.0
LATE: Final = 1.5
"""Seconds beside a round trip after which feedback comes of an outage: else it comes with every picture."""
REPAIR_SHARE: Final = 0.35
"""Of the bytes of video sent, what may be sent again."""
REPAIR_BURST: Final = 64_000
"""Bytes of that share that can be saved up at least: what a narrow way's queue could not take at first."""
_RISE: Final = 1.005


class Downlink:
    """Of one endpoint. Rates are bit/s of video payload; `octets` counts them from the start."""

    __slots__ = (
        "_estimate", "_loss", "_remb", "_remb_at", "_remb_limits", "_risen_to", "_rose_at", "_samples",
        "_saved", "_saved_at", "rate", "round_trip",
    )  # fmt: skip

    def __init__(self) -> None:
        self.rate = 0.0
        self.round_trip = 0.0
        self._estimate = Estimate()
        self._loss = Loss()
        self._samples: deque[tuple[float, int]] = deque()
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
        if now - self._estimate.heard_at > REMB_STALE:
            self._loss.report(LEAST, round(fraction * LEAST), now, self.rate)

    def arrived(self, told: Told, now: float, since: float | None = None) -> None:
        """Transport-wide feedback came. `since`: when the first of what it tells lost was sent.

        What it tells of so late was lost with the way that was there then: that one was no narrow way.
        """
        if since is not None and now - since > LATE + self.round_trip:
            self._loss.begin_anew(now)
        self._estimate.feedback(told.delivered, now, self.round_trip)
        self._loss.report(
            len(told.delivered) + told.missing,
            told.missing,
            now,
            self.rate,
            round_trip=self.round_trip,
            arriving=self._estimate.rate,
        )

    def sends_less(self, now: float) -> None:
        """A smaller layer is sent from now on."""
        self._loss.begin_anew(now)

    def try_again(self, cap: float, now: float) -> None:
        """Pictures are sent again, where feedback comes at `cap` bit/s at first."""
        if self._estimate.heard_at > float("-inf"):
            self._estimate.try_again(cap, now)
            self._loss.cap = None

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

    def width(self, now: float) -> float | None:
        """The cap, as far as it says how narrow the way is; `None` for a wide one."""
        return self.cap(now, proven=True)

    def cap(self, now: float, *, proven: bool = False) -> float | None:
        """The most video to send, in bit/s; `None` when nothing limits."""
        cap = self._loss.cap
        if self._remb_limits and now - self._remb_at <= REMB_STALE:
            remb = max(self._remb, LOWEST)
            cap = remb if cap is None else min(cap, remb)
        delay = self._estimate.cap
        if proven and not self._estimate.is_narrow(now, little=self.rate < LITTLE):
            delay = None
        if delay is not None and now - self._estimate.heard_at <= REMB_STALE:
            cap = delay if cap is None else min(cap, delay)
        return cap

    def may_repair(self, size: int, octets: int, *, twice: bool = False) -> bool:
        """Take `size` bytes from the repair budget, if it has them; `twice`: if half of it is left."""
        share = (octets - self._saved_at) * REPAIR_SHARE
        self._saved_at = octets
        self._saved = min(self._saved + share, max(REPAIR_BURST, self.rate / 8 * REPAIR_SHARE))
        if size > (self._saved - REPAIR_BURST / 2 if twice else self._saved):
            return False
        self._saved -= size
        return True
