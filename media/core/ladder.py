"""The picture's ladder: what somebody is shown of the others, by what the way to them carries.

Full picture, low picture, none: then sound alone comes, which needs a tenth. It goes down by itself and up by
itself, and whoever looks may decide: a picture always, as those do who speak with their hands, or never.
"""

from enum import StrEnum
from typing import Final

from media.core.hysteresis import Hysteresis, Step, Steps


class Rung(StrEnum):
    """What is sent of pictures."""

    FULL = "full"
    LOW = "low"
    """As much as the way takes, which shows."""
    NONE = "none"


class Wish(StrEnum):
    """What the receiver wants."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


LITTLE: Final = 80_000.0
"""bit/s: less is hardly a picture, and may be too much beside sound."""
STEPS: Final[Steps[Rung]] = {
    Rung.FULL: (Step(Rung.LOW, 250_000, 2.0, below=True),),
    Rung.LOW: (
        Step(Rung.NONE, LITTLE, 5.0, below=True),
        Step(Rung.FULL, 350_000, 4.0, below=False),
    ),
    Rung.NONE: (),  # without a picture nothing is measured: it is tried again, see `TRY_AFTER`
}
TRY_AFTER: Final = 10.0
"""Seconds without a picture after which one is tried; twice as many each time it was in vain."""
TRIED_WITH: Final = 100_000.0
"""bit/s: a low picture's that fits beside sound where it did not fit before; what was known of the way is
old by then."""
TRY_AT_MOST: Final = 80.0
HELD_FOR: Final = 20.0
"""Seconds of a picture after which the next try comes soon again."""


class Ladder:
    """Of one receiver."""

    __slots__ = ("_stepped_at", "_steps", "_tried_at", "_try_after", "rung", "wish")

    def __init__(self) -> None:
        self.rung = Rung.FULL
        self.wish = Wish.AUTO
        self._steps = Hysteresis(STEPS)
        self._stepped_at = self._tried_at = float("-inf")
        self._try_after = TRY_AFTER

    def judge(self, cap: float | None, now: float) -> bool:
        """Look at the cap of the way, None for a wide one; whether the rung is another from now on."""
        to = self._due(float("inf") if cap is None else cap, now)
        if to is self.rung:
            return False
        if to is Rung.NONE and self.wish is Wish.AUTO:
            in_vain = now - self._tried_at < HELD_FOR
            self._try_after = min(self._try_after * 2, TRY_AT_MOST) if in_vain else TRY_AFTER
        if self.rung is Rung.NONE:
            self._tried_at = now
        self.rung = to
        self._stepped_at = now
        self._steps.forget()
        return True

    def _due(self, cap: float, now: float) -> Rung:
        if self.wish is Wish.NEVER:
            return Rung.NONE
        if self.rung is Rung.NONE:
            tries = self.wish is Wish.ALWAYS or now - self._stepped_at >= self._try_after
            return Rung.LOW if tries else Rung.NONE
        to = self._steps.due(self.rung, cap, now)
        return self.rung if to is Rung.NONE and self.wish is Wish.ALWAYS else to
