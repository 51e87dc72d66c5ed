"""The port to whatever keeps visits.

It keeps the journal, the projection of it, the sealed texts and the digests of the links.

`append` is the only way in, and the only lock: one transaction, conditional on the position it was decided
on. Adapters: `store_sql.SqlStore` (SQLite or PostgreSQL) and `store_memory.MemoryStore`; one contract suite
holds for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from waiting_room.core.ids import ClinicId, CommandId, FileId, LinkId, StaffId, VisitId
from waiting_room.core.model import Visit
from waiting_room.core.records import Record
from waiting_room.files import SealedPart
from waiting_room.texts import SealedText

DEADLINES_AT_ONCE = 1_000
"""How many deadlines one question answers; whoever asks comes back for the rest."""

KEEP_LINKS = timedelta(days=30)
"""How long a link's digest outlives its visit, so that an old link still gets its kind page."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A visit as it was when it was read, and the hash of its last record: a position in its history."""

    visit: Visit
    head: str


@dataclass(frozen=True, slots=True)
class Link:
    """A join link that was issued for a visit. It is live while the visit's `link` is its id."""

    id: LinkId
    visit: VisitId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link to keep beside the event that issues it. The token itself is never stored."""

    id: LinkId
    token_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """What one command adds.

    `records` follow `before` without a gap, carry the command's id and add up to `after`.

    `deadline` is the next moment at which time alone changes the visit.

    `files`: those the records share; their parts are in the store already.
    """

    before: Stored | None
    after: Visit
    records: Sequence[Record]
    deadline: datetime | None = None
    texts: Sequence[SealedText] = ()
    links: Sequence[NewLink] = ()
    files: Sequence[FileId] = ()


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a visit's history stops being what was written. `seq` is the first record that does not fit."""

    visit: VisitId
    seq: int
    why: str


class Conflict(Exception):  # noqa: N818 - an expected answer
    """The visit has moved on, or the command is recorded already.

    Nothing was written; read again and decide anew.
    """


class FileGone(Exception):  # noqa: N818 - an expected answer
    """A file that the records share has no parts in this visit. Nothing was written."""


class ClinicianBusy(Exception):  # noqa: N818 - an expected answer
    """This clinician already holds a claimed or running visit. Nothing was written."""

    def __init__(self, clinician: StaffId | None) -> None:
        super().__init__("the clinician holds another visit")
        self.clinician = clinician


class Store(Protocol):
    """Visits, durably. Every method may raise `database.Unavailable`."""

    async def load(self, visit: VisitId) -> Stored | None:
        """The visit as it is now."""
        ...

    async def append(self, new: Append) -> Stored:
        """Write records, projection, texts and links in one transaction.

        After this returns they survive a crash.

        Raises:
            Conflict: `new.before` is no longer the position, the visit exists already, or the command is
                recorded.
            ClinicianBusy: `new.after` would be the second claimed or running visit of its clinician.
            FileGone: a file of `new.files` is not in the store.
            Unavailable: the database went away; whether it was written is known after reading again.
        """
        ...

    async def records(self, visit: VisitId, since: int = 0) -> tuple[Record, ...]:
        """The records after `since`, in order."""
        ...

    async def recorded(self, visit: VisitId, command: CommandId) -> tuple[Record, ...]:
        """What that command recorded, in order; empty when it recorded nothing."""
        ...

    async def open_visits(self, clinics: Collection[ClinicId] | None = None) -> tuple[Stored, ...]:
        """Visits that have not ended, of these clinics or of all, by due time.

        One query, whatever their number.
        """
        ...

    async def positions(self) -> Mapping[VisitId, int]:
        """The number of the newest record of every visit that has not ended. One query, one snapshot."""
        ...

    async def texts(self, visits: Collection[VisitId]) -> tuple[SealedText, ...]:
        """The sealed texts of those visits that have not been purged."""
        ...

    async def add_part(self, part: SealedPart) -> None:
        """Keep a part of a file that is not shared yet, for `files.UNSHARED_FOR`.

        Raises:
            ValueError: the part is there already, or there is no such visit.
        """
        ...

    async def part(self, visit: VisitId, file: FileId, part: int) -> SealedPart | None:
        """One part of a file of that visit; None when it is not there or was purged."""
        ...

    async def drop_file(self, file: FileId) -> None:
        """Delete a file that was not shared."""
        ...

    async def link(self, token_sha256: str) -> Link | None:
        """The link with that digest, live or not."""
        ...

    async def deadlines(self, until: datetime) -> tuple[tuple[VisitId, datetime], ...]:
        """Visits whose next deadline is at or before `until`, earliest first, at most `DEADLINES_AT_ONCE`."""
        ...

    async def verify_chain(self, visit: VisitId) -> Broken | None:
        """Where its history was changed, cut or added to since it was written; None when it is whole."""
        ...

    async def hold(self, visit: VisitId, at: datetime) -> bool:
        """Put the visit on legal hold: its texts outlive their purge time.

        False when there is no such visit.
        """
        ...

    async def release_hold(self, visit: VisitId) -> bool:
        """End a legal hold. False when there is no such visit."""
        ...

    async def purge(self, at: datetime) -> int:
        """Delete the texts and files whose time has come and which nothing holds; how many texts and parts.

        Links 30 days after the end go too.
        """
        ...

    async def close(self) -> None:
        """Give back every connection."""
        ...
