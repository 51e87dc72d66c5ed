"""The only reader of time. Everything else is handed a `Clock` or an instant."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What a shell may ask about time."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards, for measuring a span."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never run backwards, for measuring a span."""
        return time.monotonic()
