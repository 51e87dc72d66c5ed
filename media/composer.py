"""Playable files out of a recording: one for each participant, and one for each screen that was shared.

Nothing is decoded. Every file begins with its own first frame; `Made.starts` says how long after the
beginning of the recording that was. A gap in the recording is a gap in the file. Where pictures come in
another codec than before, another file goes on: no file has pictures of two.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from media.core.negotiated import Source
from media.core.timeline import Facts, Frame, Run, Segment, Stream, Survey, frames, survey
from media.scratch_file import ScratchFile
from media.sealed_file import seal, sealed_path
from media.webm import Webm, suffix

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
class _Part:
    """A file that is being made, from `zero` on, in milliseconds of the recording."""

    zero: int
    pictures: Run | None
    file: ScratchFile
    webm: Webm


@dataclass(slots=True)
class _Film:
    """What becomes of one camera with its microphone, or of one screen: one file, or several in a row."""

    stem: str
    endpoint: str
    screen: bool
    streams: dict[Stream, Facts]
    parts: list[_Part] = field(default_factory=list)

    def take(self, frame: Frame, folder: Path, random: Random) -> None:
        """The next frame."""
        if not self.parts:
            self._begin(frame.at, next(iter(self._runs()), None), folder, random)
        part = self.parts[-1]
        if not frame.samples and (part.pictures is None or part.pictures.codec is not frame.codec):
            part.webm.close()
            here = sum(each.pictures is not None for each in self.parts)
            pictures = next(run for run in self._runs()[here:] if run.codec is frame.codec)
            part = self._begin(frame.at, pictures, folder, random)
        at = frame.at - part.zero
        if frame.samples:
            part.webm.sound(at, frame.data, frame.samples)
        else:
            part.webm.picture(at, frame.data, key=frame.size is not None)

    def _runs(self) -> list[Run]:
        return [run for facts in self.streams.values() for run in facts.runs]

    def _begin(self, zero: int, pictures: Run | None, folder: Path, random: Random) -> _Part:
        file = ScratchFile(folder, random)
        try:
            sound = any(stream.source is Source.MICROPHONE for stream in self.streams)
            part = _Part(zero, pictures, file, Webm(file, pictures=pictures, sound=sound))
        except BaseException:
            file.close()
            raise
        self.parts.append(part)
        return part

    def finish(self, folder: Path, key: bytes, taken: Set[str]) -> list[Made]:
        """Seal its files."""
        if self.parts:
            self.parts[-1].webm.close()
        made = []
        for number, part in enumerate(self.parts, 1):
            stem = self.stem if number == 1 else free(f"{self.stem}-part{number}", taken)
            name = stem + suffix(part.pictures)
            digest = part.file.digest()
            seal(sealed_path(folder, name), key, part.file.content(), part.file.size, digest)
            source = Source.SCREEN.value if self.screen else None
            starts, seconds = part.zero / 1000, part.webm.ends / 1000
            made.append(Made(name, self.endpoint, source, starts, seconds, part.file.size, digest.hex()))
        return made

    def close(self) -> None:
        for part in self.parts:
            part.webm.abandon()
            part.file.close()


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
    taken = {stream.endpoint for stream in found.streams}
    try:
        _fill(segments, found, films, (folder, random), progress)
        made: list[Made] = []
        for number, film in enumerate(films, 1):
            made += film.finish(folder, key, taken)
            progress(WALKED + (1 - WALKED) * number / len(films))
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
            films[stream.endpoint, screen] = _Film(stem, stream.endpoint, screen, {})
        films[stream.endpoint, screen].streams[stream] = facts
    return sorted(films.values(), key=lambda film: film.stem + ".")


def _fill(
    segments: Sequence[Segment],
    found: Survey,
    films: Sequence[_Film],
    where: tuple[Path, Random],
    progress: Progress,
) -> None:
    of = {stream: film for film in films for stream in film.streams}
    for walked, frame in frames(segments, found):
        of[frame.stream].take(frame, *where)
        progress(SURVEYED + (WALKED - SURVEYED) * walked / max(found.seconds, 0.001))
