"""A token bucket: so many requests at once, so many per second after that."""

from dataclasses import dataclass

BURST = 60.0
"""A page that comes back from a dead network sends everything it has kept at once; nobody types faster."""
PER_SECOND = 10.0
REFUSALS_BEFORE_CLOSING = 50
"""A page that is told to slow down this often without a pause is no page."""


@dataclass(slots=True)
class Bucket:
    """One socket's allowance. `now` is monotonic seconds and never goes back."""

    now: float
    burst: float = BURST
    per_second: float = PER_SECOND
    spent: float = 0.0
    refusals: int = 0

    def take(self, now: float, cost: float = 1.0) -> bool:
        """Whether a request that costs `cost` may be served at `now`."""
        self.spent = max(0.0, self.spent - (now - self.now) * self.per_second)
        self.now = now
        if self.spent + cost <= self.burst:
            self.spent += cost
            if self.spent <= self.burst / 2:
                self.refusals = 0
            return True
        self.refusals += 1
        return False

    @property
    def flooded(self) -> bool:
        """Whether the socket should be closed."""
        return self.refusals >= REFUSALS_BEFORE_CLOSING
