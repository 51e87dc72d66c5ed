"""A share: the layers that one receiver has of the others' pictures, so that they do not flap.

Pictures become smaller soon after the way's cap says so, and larger once there was room for that for a while.
A cap says little of what is above it: it grows with what arrives, which is little while layers are small. So
where it did not limit for some time, one larger layer is tried; after a try in vain, later each time.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final, Generic

from media.core.hysteresis import Hysteresis, Step, Steps
from media.core.layers import Demand, Key, allot, total

OVER: Final = 1.1
"""Times the cap that may be sent before anything becomes smaller: the pacer lets more through."""
SPARE: Final = 1.1
"""Times what larger layers need that the cap has to be."""
UNUSED: Final = 1.25
"""Times what is sent: such a cap does not limit, and says no more than that."""
TRY_AFTER: Final = 8.0
"""Seconds from becoming smaller until something may become larger; twice as many each time it was in vain."""
TRY_AGAIN_AFTER: Final = 3.0
"""From becoming larger until the next try."""
TRY_AT_MOST: Final = 64.0
HELD_FOR: Final = 10.0
"""Seconds within which what became larger has to become smaller again for that to have been in vain."""


class Turn(Enum):
    """What a receiver's pictures are to become."""

    STAY = 0
    SMALLER = 1
    OTHER = 2
    """Larger, or larger for what matters more now."""


STEPS: Final[Steps[Turn]] = {
    Turn.STAY: (Step(Turn.SMALLER, 0.0, 0.15, below=True), Step(Turn.OTHER, 1.0, 1.5, below=False)),
}
"""By whether too much is sent (below 0), or layers should be others (1)."""


class Share(Generic[Key]):
    """Of one receiver; pictures have keys of any kind."""

    __slots__ = ("_grew_at", "_next_at", "_steps", "_wait", "levels")

    def __init__(self) -> None:
        self.levels: dict[Key, int] = {}
        """The layer of each picture, as `allot` says it."""
        self._steps = Hysteresis(STEPS)
        self._grew_at = float("-inf")
        self._next_at: float | None = None
        self._wait = TRY_AFTER

    def settle(self, demands: Mapping[Key, Demand], cap: float | None, now: float) -> float | None:
        """Let `levels` be what fits.

        Where one larger layer is tried because the cap has limited nothing for a while: the bit/s of all,
        which the way may or may not carry.
        """
        budget = float("inf") if cap is None else cap
        if self._next_at is None:
            self._next_at = now + TRY_AFTER
        wanted = allot(demands, budget / SPARE)
        levels = {
            key: min(max(self.levels.get(key, wanted[key]), demand.largest), len(demand.rates) - 1)
            for key, demand in demands.items()
        }
        self.levels = levels
        sent = total(demands, levels)
        figure = -1.0 if sent > budget * OVER else 0.0
        if (
            not figure
            and _is_better(demands, wanted, levels)
            and (total(demands, wanted) <= sent or now >= self._next_at)
        ):
            figure = 1.0
        turn = self._steps.due(Turn.STAY, figure, now)
        if turn is Turn.SMALLER:
            self._take(allot(demands, budget), demands, now)
        elif turn is Turn.OTHER:
            self._take(wanted, demands, now)
        elif cap is not None and now >= self._next_at and cap >= sent * UNUSED:
            return self._try(demands, now)
        return None

    def _try(self, demands: Mapping[Key, Demand], now: float) -> float | None:
        could = [key for key, demand in demands.items() if self.levels[key] > demand.largest]
        if not could:
            return None
        first = min(could, key=lambda key: (demands[key].rank, -self.levels[key]))
        self._take({**self.levels, first: self.levels[first] - 1}, demands, now)
        return total(demands, self.levels)

    def _take(self, levels: dict[Key, int], demands: Mapping[Key, Demand], now: float) -> None:
        """Let these be the layers."""
        self._steps.forget()
        before, self.levels = self.levels, levels
        more = total(demands, levels) - total(demands, before)
        if more > 0:
            self._grew_at = now
            self._next_at = now + TRY_AGAIN_AFTER
        elif more < 0:
            in_vain = now - self._grew_at < HELD_FOR
            self._wait = min(self._wait * 2, TRY_AT_MOST) if in_vain else TRY_AFTER
            self._next_at = now + self._wait


def _is_better(demands: Mapping[Key, Demand], levels: Mapping[Key, int], than: Mapping[Key, int]) -> bool:
    """Whether what matters most of all that differs is larger."""
    ordered = sorted(demands, key=lambda key: demands[key].rank)
    return next((levels[key] < than[key] for key in ordered if levels[key] != than[key]), False)
