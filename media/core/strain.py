"""Strain: how near a worker is to what its core can do, so that overload never becomes delay.

Near the limit pictures become smaller: every sender is capped, as low as it takes. Nearer still no new rooms
are made: a visit that begins somewhere else is better than one more that stutters, with all the others.
"""

from enum import IntEnum
from typing import Final

from media.core.hysteresis import Hysteresis, Step, Steps


class Strain(IntEnum):
    """Of a worker."""

    CALM = 0
    HIGH = 1
    """Senders are capped."""
    FULL = 2
    """And no new rooms are made."""


MUCH: Final = 0.80
"""Share from which on less has to be sent."""
STEPS: Final[Steps[Strain]] = {
    Strain.CALM: (Step(Strain.HIGH, MUCH, 2.0, below=False),),
    Strain.HIGH: (Step(Strain.FULL, 0.90, 3.0, below=False),),  # and back as its caps go, see `_cap`
    Strain.FULL: (Step(Strain.HIGH, MUCH, 5.0, below=True),),
}
"""By the share of what it had of its core."""
ROOM_TO_GROW: Final = 0.60
"""Share below which a little more may be sent: between the two nothing changes."""
CEILING: Final = 1_700_000.0
"""bit/s: what a camera sends at most. A ceiling that is above it is none."""
FIRST_CUT: Final = 0.4
"""Times that, at first."""
CUT: Final = 0.75
"""Times what it was, each second that it was not enough."""
NO_MORE: Final = 0.95
"""Share from which on nobody knows how much too much it is, and packets wait: each cut is two."""
GROWTH: Final = 1.08
LEAST: Final = 200_000.0
"""bit/s: a picture that is small and moves."""
_SHORTEST: Final = 1e-3


class StrainGauge:
    """Of one worker. Told once a second how many seconds of a core it has used, and has waited for.

    What it waited for others had, on a shared machine or host: what is left is all that it has.
    """

    __slots__ = ("_before", "_steps", "ceiling", "strain")

    def __init__(self) -> None:
        self.strain = Strain.CALM
        self.ceiling: float | None = None
        """bit/s that no sender is to exceed."""
        self._before: tuple[float, float, float] | None = None  # when, seconds used and waited until then
        self._steps = Hysteresis(STEPS)

    def hear(self, used: float, waited: float, now: float) -> bool:
        """So many seconds were used and waited for until now; whether anything is another from now on."""
        before, self._before = self._before, (now, used, waited)
        if before is None or now <= before[0]:
            return False
        then, used_before, waited_before = before
        used -= used_before
        had = max(now - then - (waited - waited_before), used, _SHORTEST)
        was = self.strain, self.ceiling
        to = self._steps.due(self.strain, used / had, now, since=then)
        if to is not self.strain:
            self._turn(to)
        self._cap(used / had)
        return (self.strain, self.ceiling) != was

    def _turn(self, strain: Strain) -> None:
        self.strain = strain
        self._steps.forget()

    def _cap(self, share: float) -> None:
        """Lower or raise the ceiling, where there is one or has to be one."""
        if self.strain is Strain.CALM:
            return
        if self.ceiling is None or share >= MUCH:
            cut = FIRST_CUT if self.ceiling is None else CUT
            again = cut if share >= NO_MORE else 1.0
            self.ceiling = max((self.ceiling or CEILING) * cut * again, LEAST)
        elif share < ROOM_TO_GROW:
            self.ceiling *= GROWTH
            if self.ceiling > CEILING:
                self.ceiling = None
                self._turn(Strain.CALM)
