"""What a worker takes from outside, so that a test can give it another."""

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

from media.off_core import waited


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Monotonic and Unix seconds, random bytes, what to call the worker and since when it runs (monotonic).

    `cpu` and `waited`: the seconds of a core that it has used, and has waited for.
    """

    clock: Callable[[], float]
    wall: Callable[[], float]
    entropy: Callable[[int], bytes]
    name: str
    started: float
    cpu: Callable[[], float] = process_time
    waited: Callable[[], float] = waited
