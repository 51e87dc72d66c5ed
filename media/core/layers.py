"""Layers: which size of each picture somebody gets of what their way carries.

Everybody's smallest comes first, so that nobody is black; then larger ones in the order of how much each
matters, and those that matter alike by turns.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

USUAL: Final = (1_700_000.0, 500_000.0, 150_000.0)
"""bit/s of the layers that our pages send, the largest first."""
SMALLER: Final = 0.4
"""Of the next larger layer, what one that never came needs at most: a calm picture is calm in any size."""

Key = TypeVar("Key")


class Demand(NamedTuple):
    """Of one picture. `rates`: bit/s of its layers, the largest first; a layer is said by its place there.

    `rank`: the lower, the more it matters. `largest`: the largest layer it is to have.
    """

    rank: int
    rates: tuple[float, ...]
    largest: int = 0


def rates(measured: Sequence[float | None]) -> tuple[float, ...]:
    """What every layer takes: as measured, or what such a layer usually does."""
    taken: list[float] = []
    for place, rate in enumerate(measured):
        usual = USUAL[min(place, len(USUAL) - 1)]
        if rate is None:
            rate = min(usual, taken[-1] * SMALLER) if taken else usual  # noqa: PLW2901 - the same, now known
        taken.append(rate)
    return tuple(taken)


def allot(demands: Mapping[Key, Demand], budget: float) -> dict[Key, int]:
    """The layer of each picture that fits, in bit/s for all of them; infinite for a wide way."""
    levels = {key: len(demand.rates) - 1 for key, demand in demands.items()}
    left = budget - total(demands, levels)
    for rank in sorted({demand.rank for demand in demands.values()}):
        alike = {key: demand for key, demand in demands.items() if demand.rank == rank}
        grew = True
        while grew:
            grew = False
            for key, demand in alike.items():
                level = levels[key]
                if level > demand.largest:
                    more = demand.rates[level - 1] - demand.rates[level]
                    if more <= left:
                        left -= more
                        levels[key] = level - 1
                        grew = True
    return levels


def total(demands: Mapping[Key, Demand], levels: Mapping[Key, int]) -> float:
    """bit/s of all pictures in these layers."""
    return sum(demand.rates[levels[key]] for key, demand in demands.items())
