"""Strain: how near a worker is to what its core can do, so that overload never becomes delay.

Near the limit pictures become smaller: every sender is capped. Nearer still no new rooms are made: a visit
that begins somewhere else is better than one more that stutters, with all the others.
"""

from enum import IntEnum
from typing import Final

from media.core.hysteresis import Hysteresis, Step, Steps


class Strain(IntEnum):
    """Of a worker."""

    CALM = 0
    HIGH = 1
    """Senders are capped at `CEILING`."""
    FULL = 2
    """And no new rooms are made."""


STEPS: Final[Steps[Strain]] = {
    Strain.CALM: (Step(Strain.HIGH, 0.80, 2.0, below=False),),
    Strain.HIGH: (
        Step(Strain.FULL, 0.90, 3.0, below=False),
        Step(Strain.CALM, 0.55, 10.0, below=True),
    ),
    Strain.FULL: (Step(Strain.HIGH, 0.80, 5.0, below=True),),
}
"""By the share of the core. A cap halves what a room costs at best, so the way back begins well below where
it was set."""
CEILING: Final = 300_000.0
"""bit/s of each sender: a picture that is small and moves."""


class StrainGauge:
    """Of one worker. Told now and then how many seconds of a core it has used."""

    __slots__ = ("_before", "_steps", "strain")

    def __init__(self) -> None:
        self.strain = Strain.CALM
        self._before: tuple[float, float] | None = None  # when, and the seconds used until then
        self._steps = Hysteresis(STEPS)

    def hear(self, cpu: float, now: float) -> bool:
        """So many seconds of a core were used until now; whether the strain is another from now on."""
        before, self._before = self._before, (now, cpu)
        if before is None or now <= before[0]:
            return False
        then, used = before
        to = self._steps.due(self.strain, (cpu - used) / (now - then), now, since=then)
        if to is self.strain:
            return False
        self.strain = to
        self._steps.forget()
        return True
