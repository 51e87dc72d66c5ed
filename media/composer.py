"""Playable files out of a recording: one for each participant, and one for each screen that was shared.

Nothing is decoded. Every file begins with its own first frame; `Made.starts` says how long after the
beginning of the recording that was. A gap in the recording is a gap in the file.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from media.core.negotiated import Source
from media.core.timeline import Facts, Segment, Stream, Survey, frames, survey
from media.scratch_file import ScratchFile
from media.sealed_file import seal, sealed_path
from media.webm import Webm

SURVEYED: Final = 0.3
"""The share of the work that is done when the recording was walked once."""
WALKED: Final = 0.9

Random = Callable[[int], bytes]
Progress = Callable[[float], None]


class NothingRecordedError(Exception):
    """There is no whole frame in the recording."""

    code = "nothing_recorded"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file. `bytes` and `sha256` are those of its content, `seconds` is how long it plays."""

    name: str
    endpoint: str | None
    source: str | None
    starts: float
    seconds: float
    bytes: int
    sha256: str


@dataclass(slots=True)
class _Film:
    """A file that is being made."""

    name: str
    endpoint: str
    screen: bool
    streams: dict[Stream, Facts]
    zero: int = 0
    file: ScratchFile | None = None
    webm: Webm | None = None

    def open(self, folder: Path, random: Random) -> None:
        self.zero = min(facts.begins for facts in self.streams.values())
        self.file = ScratchFile(folder, random)
        picture = next((facts.size for facts in self.streams.values() if facts.size is not None), None)
        sound = any(stream.source is Source.MICROPHONE for stream in self.streams)
        self.webm = Webm(self.file, picture=picture, sound=sound)

    def close(self) -> None:
        if self.webm is not None:
            self.webm.abandon()
        if self.file is not None:
            self.file.close()


def participants(
    segments: Sequence[Segment], folder: Path, key: bytes, random: Random, progress: Progress
) -> list[Made]:
    """Make every participant's files, sealed with the recording's data key, in `folder`.

    Raises:
        NothingRecordedError: there is nothing to make a file of.
        OSError: the disk does not take them.
    """
    found = survey(segments)
    progress(SURVEYED)
    films = _films(found)
    if not films:
        raise NothingRecordedError
    try:
        for film in films:
            film.open(folder, random)
        _fill(segments, found, films, progress)
        made = []
        for film in films:
            made.append(_finish(film, folder, key))
            progress(WALKED + (1 - WALKED) * len(made) / len(films))
        return made
    finally:
        for film in films:
            film.close()


def free(stem: str, endpoints: Set[str]) -> str:
    """The stem of a file that is nobody's own."""
    while stem in endpoints:
        stem += "-2"
    return stem


def _films(found: Survey) -> list[_Film]:
    """One for each endpoint and one for each screen, by name."""
    films: dict[tuple[str, bool], _Film] = {}
    endpoints = {stream.endpoint for stream in found.streams}
    for stream, facts in found.streams.items():
        screen = stream.source is Source.SCREEN
        if (stream.endpoint, screen) not in films:
            stem = free(f"{stream.endpoint}-screen", endpoints) if screen else stream.endpoint
            films[stream.endpoint, screen] = _Film(f"{stem}.webm", stream.endpoint, screen, {})
        films[stream.endpoint, screen].streams[stream] = facts
    return sorted(films.values(), key=lambda film: film.name)


def _fill(segments: Sequence[Segment], found: Survey, films: Sequence[_Film], progress: Progress) -> None:
    of = {stream: film for film in films for stream in film.streams}
    for walked, frame in frames(segments, found):
        film = of[frame.stream]
        assert film.webm is not None
        if frame.samples:
            film.webm.sound(frame.at - film.zero, frame.data, frame.samples)
        else:
            film.webm.picture(frame.at - film.zero, frame.data, key=frame.size is not None)
        progress(SURVEYED + (WALKED - SURVEYED) * walked / max(found.seconds, 0.001))


def _finish(film: _Film, folder: Path, key: bytes) -> Made:
    assert film.webm is not None
    assert film.file is not None
    film.webm.close()
    digest = film.file.digest()
    seal(sealed_path(folder, film.name), key, film.file.content(), film.file.size, digest)
    source = Source.SCREEN.value if film.screen else None
    return Made(
        film.name,
        film.endpoint,
        source,
        film.zero / 1000,
        film.webm.ends / 1000,
        film.file.size,
        digest.hex(),
    )
