"""What a player makes of what a kill left: the recording is composed, and every file decoded to its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import av

from media.sealed_file import DamagedFileError
from tests.chaos.held import Held
from tests.composer_process import ComposerProcess
from tests.media.watching import Film, played

PACKET_SECONDS = 0.02
PRE_SKIP = 0.0065
"""Seconds of sound that every Opus decoder leaves out at the beginning."""


@dataclass(frozen=True)
class Played:
    """The files of one recording."""

    files: int = 0
    unplayable: int = 0
    """People whose file is missing, does not decode to its end, or lacks something that the segments hold."""
    flashes: int = 0
    """That were measured against their beep (see `clip`)."""
    av_skew_ms: float | None = None
    """The most by which a flash and its beep are apart."""


def play(folder: Path, key: bytes, people: Mapping[str, Held]) -> Played:
    """Compose a recording's folder, play each participant's file, and measure."""
    wanted = {name: person for name, person in people.items() if person.sounds or person.pictures}
    if not wanted:
        return Played()
    code, last = ComposerProcess(folder, key).finish()
    made = {file["endpoint"]: file["name"] for file in last["files"]} if code == 0 else {}
    unplayable, differences = 0, []
    for name, person in wanted.items():
        try:
            film = played(folder, made[name], key)
            unplayable += not whole(film, person)
            differences += apart(film)
        except (KeyError, OSError, DamagedFileError, av.FFmpegError):
            unplayable += 1
    return Played(
        len(made), unplayable, len(differences), round(max(differences) * 1000, 1) if differences else None
    )


def whole(film: Film, person: Held) -> bool:
    """Whether everything that the segments hold is seen and heard."""
    pictures = len(film.pictures())
    heard = len(film.sounds()) * 0.005
    if person.holes:
        return (pictures > 0) >= (person.pictures > 0) and (heard > 0) >= (person.sounds > 1)
    return pictures == person.pictures and heard >= person.sounds * PACKET_SECONDS - PRE_SKIP - 0.001


def apart(film: Film) -> list[float]:
    """By how many seconds each flash and the nearest beep are apart, where there is sound at that time."""
    times = [at for at, _ in film.sounds()]
    beeps = film.beeps()
    if not beeps:
        return []
    return [
        min(abs(beep - flash) for beep in beeps)
        for flash in film.flashes()
        if times[0] - PACKET_SECONDS <= flash <= times[-1] - PACKET_SECONDS
    ]
