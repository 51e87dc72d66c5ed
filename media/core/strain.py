"""Strain: how near a worker is to what its core can do, so that overload never becomes delay.

Near the limit pictures become smaller: every sender is capped. Nearer still no new rooms are made: a visit
that begins somewhere else is better than one more that stutters, with all the others.
"""

from enum import IntEnum
from typing import Final, NamedTuple


class Strain(IntEnum):
    """Of a worker."""

    CALM = 0
    HIGH = 1
    """Senders are capped at `CEILING`."""
    FULL = 2
    """And no new rooms are made."""


class Step(NamedTuple):
    """To another strain, once the share of the core was beyond for so many seconds."""

    to: Strain
    share: float
    seconds: float
    above: bool


STEPS: Final[dict[Strain, tuple[Step, ...]]] = {
    Strain.CALM: (Step(Strain.HIGH, 0.80, 2.0, above=True),),
    Strain.HIGH: (
        Step(Strain.FULL, 0.90, 3.0, above=True),
        Step(Strain.CALM, 0.55, 10.0, above=False),
    ),
    Strain.FULL: (Step(Strain.HIGH, 0.80, 5.0, above=False),),
}
"""A cap halves what a room costs at best: so the way back begins well below half of where it was set."""
CEILING: Final = 300_000.0
"""bit/s of each sender: a picture that is small and moves."""


class StrainGauge:
    """Of one worker. Told now and then how many seconds of a core it has used."""

    __slots__ = ("_before", "_since", "share", "strain")

    def __init__(self) -> None:
        self.strain = Strain.CALM
        self.share = 0.0
        """Of its core, since it was told before."""
        self._before: tuple[float, float] | None = None  # when, and the seconds used until then
        self._since: dict[Step, float] = {}  # since when a step's condition holds

    def hear(self, cpu: float, now: float) -> bool:
        """So many seconds of a core were used until now; whether the strain is another from now on."""
        before, self._before = self._before, (now, cpu)
        if before is None or now <= before[0]:
            return False
        self.share = (cpu - before[1]) / (now - before[0])
        for step in STEPS[self.strain]:
            if (self.share > step.share) is not step.above:
                self._since.pop(step, None)
            elif now - self._since.setdefault(step, before[0]) >= step.seconds:
                self.strain = step.to
                self._since.clear()
                return True
        return False
