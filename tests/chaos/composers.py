"""A composer that is killed at a random instant of its work, and done again: the bytes are the same."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

from media.recordings.sealing import SUFFIX
from tests.chaos.plaintext import hits, look_for
from tests.composer_process import ComposerProcess

LAYOUTS = ("participants", "side_by_side")
WHILE_STARTING = 0.2
"""Of the kills, those between a composer's start and its first word; the others come while it writes."""


@dataclass(frozen=True)
class Killed:
    """One composer, killed once."""

    layout: str
    at_work: bool
    """Whether it was there to be killed: else it was done by then."""
    after_ms: float
    """Since its start or its first word."""
    starting: bool
    work_ms: float
    """What that part of its life takes an undisturbed one."""
    left: list[str]
    """The names of what it left."""
    held_bytes: int
    """What its open files had in them, those without a name too."""
    torn: int
    """Files that stood under their own name and were not what an undisturbed composer makes."""
    differs: bool
    """Whether doing it again gave other files, or other bytes."""
    plaintext_hits: int


def kill(folder: Path, key: bytes, layout: str, dice: random.Random, secrets: list[bytes]) -> Killed:
    """Compose undisturbed, forget that, kill a second composer anywhere, and let a third one do it again."""
    _forget(folder)
    begins, works = _time(ComposerProcess(folder, key, layout))
    wanted = results(folder)
    _forget(folder)
    starting = dice.random() < WHILE_STARTING
    span = begins if starting else works
    after = dice.uniform(0, span)
    composer = ComposerProcess(folder, key, layout)
    if not starting:
        next(composer.said())
    time.sleep(after)
    at_work = composer.stand_still()
    held = list(composer.holds())
    found = look_for(folder, secrets) + sum(hits(data, secrets) for data in held)
    composer.kill()
    left = results(folder)
    ComposerProcess(folder, key, layout).finish()
    return Killed(
        layout=layout,
        at_work=at_work,
        after_ms=round(after * 1000, 1),
        starting=starting,
        work_ms=round(span * 1000, 1),
        left=sorted(left),
        held_bytes=sum(map(len, held)),
        torn=sum(name in wanted and wanted[name] != data for name, data in left.items()),
        differs=results(folder) != wanted,
        plaintext_hits=found + look_for(folder, secrets),
    )


def _time(composer: ComposerProcess) -> tuple[float, float]:
    """Seconds to a composer's first word, and from there to its last."""
    began = time.perf_counter()
    said = composer.said()
    next(said)
    first = last = time.perf_counter()
    for _ in said:
        last = time.perf_counter()
    composer.kill()
    return first - began, last - first


def results(folder: Path) -> dict[str, bytes]:
    """Everything in a folder but the segments."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != SUFFIX}


def _forget(folder: Path) -> None:
    for name in results(folder):
        (folder / name).unlink()
