"""What the way to a receiver carries, by what its transport-wide feedback says arrived, and how late.

Nothing limits until the way fills: then the cap is a little less than what arrived meanwhile, so that the
queue can empty; it stays while the queue does, and then grows, quickly far from where the way was full before
and carefully near it. It never grows past what arriving packets have shown: a sender that needs little for a
moment would need too much at once in the next.
"""

from collections import deque
from typing import Final

from media.core.gradient import Gradient, Usage
from media.core.loss import FREE, LOWEST
from media.core.send_log import Delivered
from media.core.standing import Standing

WINDOW: Final = 0.5
"""Seconds over which arrivals are counted."""
LEAST: Final = 0.2
"""Seconds of arrivals that are a rate."""
BACK_OFF: Final = 0.85
SHORT: Final = 0.06
"""Seconds that packets may wait while the cap grows."""
GROWTH_PER_SECOND: Final = 1.08
FAR_GROWTH_PER_SECOND: Final = 1.2
"""The same above where the way was full, or where that is not known: it is wider now, or was never narrow."""
NEAR: Final = 0.15
"""How near the cap may be to where the way was full, of that, for growing carefully."""
PACKET: Final = 1200 * 8
"""Bits of a packet; or of one of thirty pictures a second, if that is less. It grows carefully by so much for
each round trip and the time that feedback takes, doubled."""
FEEDBACK: Final = 0.1
SHOWN: Final = 1.5
MARGIN: Final = 10_000.0
"""bit/s: the cap is at most so many times what arrived, and a little more."""
STANDS_FOR: Final = 2.0
"""Seconds without an empty queue after which one stands: on busy machines packets come late, but in turns."""
PROVEN_FOR: Final = 20.0
"""Seconds within which a way was full twice if it is narrow: once may have been chance."""
AGAIN_AFTER: Final = 0.3
"""Seconds, beside a round trip, until a lower cap can show."""


class Estimate:
    """Of one receiver. Rates are bit/s of payload; `cap` is None while nothing limits."""

    __slots__ = (
        "_arrivals", "_bytes", "_empty_at", "_fell_at", "_fell_before", "_full_at", "_gradient", "_grown_at",
        "_standing", "cap", "heard_at", "rate",
    )  # fmt: skip

    def __init__(self) -> None:
        self.cap: float | None = None
        self.heard_at = float("-inf")
        """When feedback came last."""
        self.rate: float | None = None
        """What arrived of late, on the receiver's clock; None before that is enough for a rate."""
        self._gradient = Gradient()
        self._standing = Standing()
        self._arrivals: deque[tuple[float, int]] = deque()
        self._bytes = 0
        self._full_at: float | None = None  # the rate at which the way was full
        self._empty_at = self._fell_at = self._fell_before = self._grown_at = float("-inf")

    def is_narrow(self, now: float, *, little: bool = False) -> bool:
        """Whether the way was full again and again of late. A low cap alone may be that of a calm picture.

        Where `little` is sent already, only a queue that stands says that it is too much.
        """
        stands = now - self._empty_at > STANDS_FOR
        return now - self._fell_before < PROVEN_FOR and (stands or not little)

    def try_again(self, cap: float, now: float) -> None:
        """Nothing was sent for a while, and what was known is old: begin with this cap."""
        self.cap, self.heard_at, self._full_at = cap, now, None
        self._gradient = Gradient()

    def feedback(self, delivered: list[Delivered], now: float, round_trip: float) -> None:
        """Packets arrived."""
        self.heard_at = now
        for sent, size, arrived in delivered:
            self._gradient.packet(sent, arrived)
            self._arrivals.append((arrived, size))
            self._bytes += size
        if not delivered:
            return
        delay = min(arrived - sent for sent, _, arrived in delivered)
        stands = self._standing.report(delay, now)
        is_empty = self._standing.wait <= SHORT
        if is_empty:
            self._empty_at = now
        rate = self.rate = self._rate()
        if rate is None:
            return
        usage = self._gradient.usage
        if usage is Usage.OVER:
            self._fall(rate, now, round_trip)
        elif stands and self._fall(rate, now, round_trip):
            self._standing.fell(delay)
        elif usage is Usage.NORMAL and self.cap is not None and is_empty:
            self._grow(rate, now, round_trip)
        self._grown_at = now

    def _rate(self) -> float | None:
        """What arrived of late, on the receiver's clock; None before that is enough for a rate."""
        arrivals = self._arrivals
        newest = arrivals[-1][0]
        while newest - arrivals[0][0] > WINDOW or arrivals[0][0] > newest:
            self._bytes -= arrivals.popleft()[1]
        passed = newest - arrivals[0][0]
        # The oldest only begins the time: with it, few packets would be a higher rate than they are.
        return (self._bytes - arrivals[0][1]) * 8 / passed if passed >= LEAST else None

    def _fall(self, rate: float, now: float, round_trip: float) -> bool:
        """Send less, unless that has just begun; whether it begins now."""
        if now - self._fell_at < AGAIN_AFTER + round_trip:
            return False
        self._fell_at, self._fell_before = now, self._fell_at
        wanted = max(rate * BACK_OFF, LOWEST)
        self._full_at = rate
        self.cap = wanted if self.cap is None else min(self.cap, wanted)
        return True

    def _grow(self, rate: float, now: float, round_trip: float) -> None:
        assert self.cap is not None
        passed = min(now - self._grown_at, 1.0)
        full = self._full_at
        if full is not None and abs(self.cap - full) <= full * NEAR:
            grown = self.cap + min(PACKET, self.cap / 30) * passed / (2 * (FEEDBACK + round_trip))
        elif full is None or self.cap > full:
            grown = self.cap * FAR_GROWTH_PER_SECOND**passed
        else:
            grown = self.cap * GROWTH_PER_SECOND**passed
        self.cap = max(self.cap, min(grown, rate * SHOWN + MARGIN))
        if self.cap > FREE:
            self.cap = self._full_at = None
