"""A recording's segments as the composer walks them: whatever opens, and the name of whatever does not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from media.core.recording import Entry
from media.core.timeline import Segment
from media.recordings.reading import Fault, Verdict, header, read
from media.recordings.sealing import SUFFIX, NotASegmentError


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with a segment, and at which chunk; 0 is its head. `fault` as in `recordings.reading`."""

    segment: str
    fault: str
    chunk: int


@dataclass(frozen=True, slots=True)
class Recording:
    """The segments, and what was found to be damaged in them so far."""

    segments: Sequence[Segment]
    damages: Callable[[], Sequence[Damage]]


class _Walked:
    """A segment's entries, read from its file every time they are walked."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key
        self.verdict = Verdict()

    def __iter__(self) -> Iterator[Entry]:
        self.verdict = Verdict()
        return read(self.path, self._key, self.verdict)

    def wrong_key(self) -> bool:
        """Whether the head does not fit the key: then nothing it says is to be believed."""
        next(iter(self), None)
        return any(damage.fault is Fault.WRONG_KEY for damage in self.verdict.damages)

    def damages(self) -> Iterator[Damage]:
        for damage in self.verdict.damages:
            yield Damage(self.path.stem, damage.fault.value, damage.chunk)


def open_recording(folder: Path, recording: str, key: bytes) -> Recording:
    """The segments of a recording in its folder. Raises `OSError`."""
    segments: list[Segment] = []
    walked: list[_Walked] = []
    heads: list[Damage] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            said = header(path)
        except NotASegmentError as problem:
            if not problem.cut:  # else its writer was killed before it wrote anything
                heads.append(Damage(path.stem, Fault.NO_SEGMENT.value, 0))
            continue
        entries = _Walked(path, key)
        if said.recording != recording or entries.wrong_key():
            heads.append(Damage(path.stem, Fault.WRONG_KEY.value, 0))
            continue
        segments.append(Segment(said.started, entries))
        walked.append(entries)

    def damages() -> list[Damage]:
        return [*heads, *(damage for each in walked for damage in each.damages())]

    return Recording(segments, damages)
