"""Files that people share in a visit: sealed in parts before they reach the store, opened part by part.

Each part is sealed like a text (AES-256-GCM, the text vault's keys) with the visit, the file and the part's
number authenticated, so that parts cannot be swapped, moved or taken from another file. That the last one is
there says the size in the journal.

Parts come in before the file is shared. Until a command shares it (`store.Append.files`) a file has an hour;
from then on it lives as long as the visit's texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from waiting_room.core.ids import FileId, VisitId
from waiting_room.texts import Vault

PART_BYTES = 256 * 1024
"""One part in the clear. Larger holds up SQLite's one writer for longer; smaller makes more rows."""

UNSHARED_FOR = timedelta(hours=1)
"""How long parts are kept that nobody shared: an upload that was cut off, or a process that died.

Longer keeps rubbish; shorter could take a slow upload's first parts away.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPart:
    """A part of a file as the store holds it; `part` counts from 0."""

    file: FileId
    part: int
    visit: VisitId
    sealed: bytes
    created_at: datetime


def seal_part(
    vault: Vault, content: bytes, *, visit: VisitId, file: FileId, part: int, at: datetime
) -> SealedPart:
    """A part as it may be stored for that visit, under that file and number."""
    sealed = vault.seal_bytes(_bound(visit, file, part), content)
    return SealedPart(file=file, part=part, visit=visit, sealed=sealed, created_at=at)


def open_part(vault: Vault, sealed: SealedPart) -> bytes:
    """The part in the clear.

    Raises:
        UnreadableError: its key is not here, or it was changed or moved.
    """
    return vault.open_bytes(_bound(sealed.visit, sealed.file, sealed.part), sealed.sealed)


def parts_of(size: int) -> int:
    """How many parts a file of so many bytes has."""
    return -(-size // PART_BYTES)


def _bound(visit: VisitId, file: FileId, part: int) -> bytes:
    """Never equal to what a text is bound to: that has two lines."""
    return f"{visit}\n{file}\nfile part {part}".encode()
