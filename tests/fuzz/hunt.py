"""One run of one parser: inputs until their number is reached, and what they brought to light.

A prey takes inputs one at a time and says what is wrong, if anything: it raises `StateChangedError`. Whatever
else it raises is a crash. A watch on the process's own CPU time ends an input that takes a second of it.
"""

import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final, Protocol

HANG: Final = 1.0
"""CPU seconds that no input may take."""
FAILURES_KEPT: Final = 20
WARM_UP: Final = 0.25
"""Of a run's inputs: what they leave in memory is caches that stay."""


class StateChangedError(AssertionError):
    """An input did something that it had no right to."""


class HangError(BaseException):
    """An input took too long; no handler of the product may swallow this."""


class Prey(Protocol):
    """What is hunted: a parser, and what it must leave alone."""

    look_every: int

    def input(self) -> bytes:
        """The next input."""

    def feed(self, data: bytes) -> None:
        """Give it to the parser.

        Raises:
            StateChangedError: it did something that it had no right to.
        """

    def look(self) -> None:
        """What is too dear to compare after every input.

        Raises:
            StateChangedError: something is not as it has to be.
        """


@dataclass(frozen=True)
class Failure:
    """One input that found something. `number` counts the run's inputs from 0."""

    kind: str
    what: str
    number: int
    hex: str


@dataclass
class Found:
    """What a run came to."""

    parser: str
    seed: int
    inputs: int = 0
    failures: list[Failure] = field(default_factory=list)
    failed: dict[str, int] = field(default_factory=lambda: {"crash": 0, "hang": 0, "state": 0})
    rss_growth_mb: float = 0.0
    slowest_ms: float = 0.0
    """CPU of the dearest input; of those that were timed singly."""
    seconds: float = 0.0

    def row(self) -> dict[str, Any]:
        """As the samples keep it."""
        return asdict(self)


def resident_mb() -> float:
    """What the process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


@contextmanager
def watch(found: Found) -> Iterator[None]:
    """End an input that takes more than `HANG` of CPU: seen by a number that has not moved."""
    last = -1

    def look(_signal: int, _frame: FrameType | None) -> None:
        nonlocal last
        if found.inputs == last:
            raise HangError
        last = found.inputs

    former = signal.signal(signal.SIGVTALRM, look)
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG, HANG)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, former)


def hunt(parser: str, prey: Prey, inputs: int, seed: int, *, timed: bool = False) -> Found:
    """Feed so many inputs. With `timed`, each one's CPU is measured; it costs a system call or two."""
    found = Found(parser, seed)
    began = time.perf_counter()
    warm = int(inputs * WARM_UP)
    resident: float | None = None
    data = b""
    with watch(found):
        while found.inputs < inputs:
            before = time.thread_time() if timed else 0.0
            try:
                data = prey.input()
                prey.feed(data)
                if found.inputs % prey.look_every == 0:
                    prey.look()
            except StateChangedError as changed:
                _note(found, "state", str(changed), data)
            except HangError:
                _note(found, "hang", f"more than {HANG} s of CPU", data)
            except Exception as crash:  # noqa: BLE001 - whatever it is, it is what we look for
                _note(found, "crash", f"{type(crash).__name__}: {_where(crash)}", data)
            if timed:
                found.slowest_ms = max(found.slowest_ms, (time.thread_time() - before) * 1000)
            found.inputs += 1
            if resident is None and found.inputs > warm:
                resident = resident_mb()
    found.rss_growth_mb = round(resident_mb() - (resident or 0.0), 1) if resident is not None else 0.0
    found.slowest_ms = round(found.slowest_ms, 2)
    found.seconds = round(time.perf_counter() - began, 1)
    return found


def _note(found: Found, kind: str, what: str, data: bytes) -> None:
    found.failed[kind] += 1
    if len(found.failures) < FAILURES_KEPT:
        found.failures.append(Failure(kind, what, found.inputs, data.hex()))


def _where(crash: BaseException) -> str:
    """The line that raised: enough to find it, and nothing that the input said."""
    trace = crash.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"
