"""A composer that is killed at a random instant of its work, and done again: the bytes are the same."""

import random
from dataclasses import dataclass
from pathlib import Path

from media.recordings.sealing import SUFFIX
from tests.chaos.plaintext import hits, look_for
from tests.composer_process import ComposerProcess

LAYOUTS = ("participants", "side_by_side")


@dataclass(frozen=True)
class Killed:
    """One composer, killed once."""

    layout: str
    after: float
    """The share of its work that it had told of when it was killed."""
    left: list[str]
    """The names of what it left."""
    torn: int
    """Files that stood under their own name and were not what an undisturbed composer makes."""
    differs: bool
    """Whether doing it again gave other files, or other bytes."""
    plaintext_hits: int


def kill(folder: Path, key: bytes, layout: str, dice: random.Random, secrets: list[bytes]) -> Killed:
    """Compose undisturbed, forget that, kill a second composer anywhere, and let a third one do it again."""
    _forget(folder)
    ComposerProcess(folder, key, layout).finish()
    wanted = results(folder)
    _forget(folder)
    composer = ComposerProcess(folder, key, layout)
    share, told = dice.random(), 0.0
    for line in composer.said():
        told = line.get("progress", 1.0)
        if told >= share:
            break
    composer.stand_still()
    found = look_for(folder, secrets) + sum(hits(data, secrets) for data in composer.holds())
    composer.kill()
    left = results(folder)
    ComposerProcess(folder, key, layout).finish()
    return Killed(
        layout,
        told,
        sorted(left),
        sum(name in wanted and wanted[name] != data for name, data in left.items()),
        results(folder) != wanted,
        found + look_for(folder, secrets),
    )


def results(folder: Path) -> dict[str, bytes]:
    """Everything in a folder but the segments."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != SUFFIX}


def _forget(folder: Path) -> None:
    for name in results(folder):
        (folder / name).unlink()
