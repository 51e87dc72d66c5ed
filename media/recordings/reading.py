"""Segments read back: the entries of every chunk that is whole and stands where it belongs, and no others.

A segment may end anywhere, because a process may: what a crash cut off is not damage, and reading ends before
it. Anything else that is wrong is named, never decoded, and does not cost the chunks after it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from media.core.entries import MalformedError, decode
from media.core.recording import Entry, Track
from media.recordings.sealing import (
    CHUNK_HEAD,
    HEADER_BYTES_MAX,
    SEALED_MAX,
    SUFFIX,
    TAG_BYTES,
    Header,
    Kind,
    NotASegmentError,
    Seal,
    unpack_header,
)

_KINDS: Final = frozenset(Kind)
_HEAD: Final = re.compile(rb"(?=\0{4}(.{4})[\1\2]\0[\0-\x10])", re.DOTALL)
"""Where a chunk may begin: a number of 32 bits, a kind, and a length of 20 bits."""

_SKIP: Final = 1000
"""Chunks whose heads may be spoilt in a row: the one behind them is still found by its number."""


class Fault(StrEnum):
    """What is wrong with a place of a segment."""

    NO_SEGMENT = "no_segment"
    """The file does not begin like one."""
    WRONG_KEY = "wrong_key"
    """The header does not fit the key: either is another than the one the segment was made with."""
    CHANGED = "changed"
    """The chunk was changed, or is another segment's."""
    MISSING = "missing"
    """Chunks before this one are not where they belong: taken out, or moved elsewhere."""
    OUT_OF_PLACE = "out_of_place"
    """The chunk's number was due earlier: repeated, or moved from elsewhere."""
    NO_CHUNK = "no_chunk"
    """Here no chunk begins; what follows cannot be found."""
    AFTER_THE_END = "after_the_end"
    """Something follows the last chunk."""
    MALFORMED = "malformed"
    """The chunk is authentic and yet holds something else than entries: its writer's fault."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A fault at a byte offset of the file; `chunk` is the number the chunk there bears, 0 for the header."""

    fault: Fault
    offset: int
    chunk: int = 0


class DamagedError(Exception):
    """Reading came to a damage that nobody asked to be told of otherwise."""

    def __init__(self, damage: Damage) -> None:
        super().__init__(f"{damage.fault} at byte {damage.offset}, chunk {damage.chunk}")
        self.damage = damage


@dataclass(slots=True)
class Verdict:
    """What was found in a segment; filled while it is read."""

    header: Header | None = None
    chunks: int = 0
    """Those that were read."""
    ended: bool = False
    """Whether its writer came to an end in order: nothing is missing behind the last chunk."""
    damages: list[Damage] = field(default_factory=list)


def segments(folder: Path) -> list[Path]:
    """The segments in a recording's folder, in the order in which they began."""
    return sorted(folder.glob("*" + SUFFIX))


def header(path: Path) -> Header:
    """What a segment says of itself. It is not to be believed before it was read with its key.

    Raises:
        NotASegmentError: it says nothing.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return unpack_header(file.read(HEADER_BYTES_MAX))[0]


def read(path: Path, key: bytes, verdict: Verdict | None = None) -> Iterator[Entry]:
    """The entries of a segment, in order, each track once.

    With a `verdict` everything is told there and damaged chunks are left out; without one the first damage
    ends the reading. A file that ends within its header has no entries yet.

    Raises:
        DamagedError: there is no `verdict` and something is wrong.
        OSError: the file cannot be read.
    """
    found = Verdict() if verdict is None else verdict
    told: set[int] = set()
    with path.open("rb") as file:
        for piece in _pieces(file, key, found):
            if isinstance(piece, Damage):
                found.damages.append(piece)
                if verdict is None:
                    raise DamagedError(piece)
                continue
            found.chunks += 1
            for entry in piece:
                if isinstance(entry, Track):
                    if entry.number in told:
                        continue
                    told.add(entry.number)
                yield entry


def verify(path: Path, key: bytes) -> Verdict:
    """Read a whole segment and say what was found.

    Raises:
        OSError: the file cannot be read.
    """
    verdict = Verdict()
    for _ in read(path, key, verdict):
        pass
    return verdict


def _pieces(file: BinaryIO, key: bytes, verdict: Verdict) -> Iterator[list[Entry] | Damage]:
    """What each chunk holds, and in its place what is wrong."""
    try:
        verdict.header, size = unpack_header(file.read(HEADER_BYTES_MAX))
    except NotASegmentError as problem:
        if not problem.cut:
            yield Damage(Fault.NO_SEGMENT, 0)
        return
    file.seek(0)
    head, tag = file.read(size), file.read(TAG_BYTES)
    if len(tag) < TAG_BYTES:
        return
    seal = Seal(key, head)
    if not seal.fits(tag):
        yield Damage(Fault.WRONG_KEY, 0)
        return
    walk = _Walk(file, seal)
    while (chunk := walk.next()) is not None:
        if isinstance(chunk, Damage):
            yield chunk
            continue
        if chunk.missing:
            yield Damage(Fault.MISSING, chunk.offset, chunk.number)
        verdict.ended |= chunk.last
        try:
            yield list(decode(chunk.plain))
        except MalformedError:
            yield Damage(Fault.MALFORMED, chunk.offset, chunk.number)


@dataclass(frozen=True, slots=True)
class _Chunk:
    offset: int
    number: int
    plain: bytes
    last: bool
    missing: bool


class _Walk:
    """From chunk to chunk. `_spoilt` in a row could not be opened: so many numbers may be left out."""

    def __init__(self, file: BinaryIO, seal: Seal) -> None:
        self._file = file
        self._seal = seal
        self._due = 1
        self._spoilt = 0
        self._ended = False
        self._over = False

    def next(self) -> _Chunk | Damage | None:
        """The next chunk, or what is wrong here; None at the end."""
        offset = self._file.tell()
        head = self._file.read(CHUNK_HEAD.size)
        if not head or self._over:
            return None
        if self._ended:
            self._over = True
            return Damage(Fault.AFTER_THE_END, offset)
        number, kind, size = CHUNK_HEAD.unpack(head.ljust(CHUNK_HEAD.size, b"\0"))
        likely = number >= self._due and kind in _KINDS and TAG_BYTES <= size <= SEALED_MAX
        sealed = self._file.read(min(size, SEALED_MAX))
        whole = len(sealed) == size
        plain = self._seal.open(number, head, sealed) if whole else None
        if plain is None:
            cut = len(head) < CHUNK_HEAD.size or not any(head) or (likely and not whole)
            return self._spoil(offset, number, whole=whole and likely, cut=cut)
        if number < self._due:
            return Damage(Fault.OUT_OF_PLACE, offset, number)
        missing = number > self._due + self._spoilt
        self._due, self._spoilt = number + 1, 0
        self._ended = kind == Kind.LAST
        return _Chunk(offset, number, plain, self._ended, missing)

    def _spoil(self, offset: int, number: int, *, whole: bool, cut: bool) -> Damage | None:
        """Nothing opens here: go on where a chunk begins whose number may follow, or behind this one."""
        self._spoilt += 1
        behind = self._file.tell()
        self._file.seek(offset + 1)
        place = self._find(self._file.read(2 * SEALED_MAX))
        if place is not None:
            self._file.seek(offset + 1 + place)
        elif whole:
            self._file.seek(behind)
        else:
            self._over = True
            return None if cut else Damage(Fault.NO_CHUNK, offset)
        return Damage(Fault.CHANGED, offset, number)

    def _find(self, window: bytes) -> int | None:
        for head in _HEAD.finditer(window):
            if self._due <= int.from_bytes(head[1], "big") <= self._due + self._spoilt + _SKIP:
                return head.start()
        return None
