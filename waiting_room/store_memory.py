"""Visits in memory, with the same promises as the database except surviving the process.

For tests and rehearsals.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from waiting_room.chain import START, Row, link_up, to_record, verify
from waiting_room.core.ids import ClinicId, CommandId, FileId, LinkId, VisitId
from waiting_room.core.model import Visit
from waiting_room.core.records import Record
from waiting_room.files import UNSHARED_FOR, SealedPart
from waiting_room.schema import BUSY_STATES
from waiting_room.store import (
    DEADLINES_AT_ONCE,
    KEEP_LINKS,
    Append,
    Broken,
    ClinicianBusy,
    Conflict,
    FileGone,
    Link,
    Stored,
)
from waiting_room.texts import KEEP_AFTER_END, KEPT_WITH_RECORDINGS, SealedText


@dataclass(slots=True)
class _Kept:
    """Everything about one visit."""

    stored: Stored
    deadline: datetime | None
    rows: list[Row] = field(default_factory=list)
    texts: list[SealedText] = field(default_factory=list)
    files: dict[FileId, dict[int, SealedPart]] = field(default_factory=dict)
    shared: set[FileId] = field(default_factory=set)
    purge_after: datetime | None = None
    legal_hold_at: datetime | None = None


class MemoryStore:
    """See `store.Store`. Each method runs to its end without waiting, which is its transaction."""

    def __init__(self, *, keep_texts: timedelta = KEEP_AFTER_END) -> None:
        """`keep_texts`: how long a visit's texts outlive its end."""
        self._keep_texts = keep_texts
        self._visits: dict[VisitId, _Kept] = {}
        self._links: dict[str, Link] = {}
        self._text_ids: set[str] = set()
        self._link_ids: set[LinkId] = set()

    async def load(self, visit: VisitId) -> Stored | None:
        """See `Store.load`."""
        kept = self._visits.get(visit)
        return kept.stored if kept else None

    async def append(self, new: Append) -> Stored:
        """See `Store.append`."""
        visit = new.after.id
        kept = self._visits.get(visit)
        if not new.records:
            raise ValueError("an append without records")
        if (kept.stored if kept else None) != new.before or self._is_recorded(kept, new):
            raise Conflict
        if self._busy(new.after):
            raise ClinicianBusy(new.after.claimed_by)
        if self._text_ids & {text.id for text in new.texts} or self._link_ids & {
            link.id for link in new.links
        }:
            raise ValueError("the store refused a record: an id is used twice or points nowhere")
        if any(kept is None or file not in kept.files for file in new.files):
            raise FileGone
        rows = link_up(new.records, new.before.head if new.before else START)
        stored = Stored(new.after, rows[-1].hash)
        if kept is None:
            kept = self._visits[visit] = _Kept(stored, new.deadline)
        kept.stored, kept.deadline = stored, new.deadline
        kept.rows.extend(rows)
        kept.texts.extend(new.texts)
        self._text_ids |= {text.id for text in new.texts}
        kept.shared |= set(new.files)
        ended_at = new.after.ended_at
        kept.purge_after = None if ended_at is None else ended_at + self._keep_texts
        for link in new.links:
            self._link_ids.add(link.id)
            self._links[link.token_sha256] = Link(link.id, visit)
        return stored

    def _is_recorded(self, kept: _Kept | None, new: Append) -> bool:
        commands = {record.command for record in new.records}
        return kept is not None and any(row.command_id in commands for row in kept.rows)

    def _busy(self, after: Visit) -> bool:
        return after.state in BUSY_STATES and any(
            kept.stored.visit.claimed_by == after.claimed_by
            and kept.stored.visit.state in BUSY_STATES
            and kept.stored.visit.id != after.id
            for kept in self._visits.values()
        )

    async def records(self, visit: VisitId, since: int = 0) -> tuple[Record, ...]:
        """See `Store.records`."""
        kept = self._visits.get(visit)
        return tuple(to_record(row) for row in kept.rows if row.seq > since) if kept else ()

    async def recorded(self, visit: VisitId, command: CommandId) -> tuple[Record, ...]:
        """See `Store.recorded`."""
        return tuple(record for record in await self.records(visit) if record.command == command)

    async def open_visits(self, clinics: Collection[ClinicId] | None = None) -> tuple[Stored, ...]:
        """See `Store.open_visits`."""
        found = [
            kept.stored
            for kept in self._visits.values()
            if kept.stored.visit.ended_at is None and (clinics is None or kept.stored.visit.clinic in clinics)
        ]
        return tuple(
            sorted(found, key=lambda stored: (stored.visit.due or stored.visit.start, stored.visit.id))
        )

    async def positions(self) -> Mapping[VisitId, int]:
        """See `Store.positions`."""
        return {stored.visit.id: stored.visit.seq for stored in await self.open_visits()}

    async def texts(self, visits: Collection[VisitId]) -> tuple[SealedText, ...]:
        """See `Store.texts`."""
        return tuple(text for visit in visits if (kept := self._visits.get(visit)) for text in kept.texts)

    async def add_part(self, part: SealedPart) -> None:
        """See `Store.add_part`."""
        kept = self._visits.get(part.visit)
        if kept is None or part.part in kept.files.get(part.file, {}):
            raise ValueError("the store refused a part: it is there already, or of no visit")
        kept.files.setdefault(part.file, {})[part.part] = part

    async def part(self, visit: VisitId, file: FileId, part: int) -> SealedPart | None:
        """See `Store.part`."""
        kept = self._visits.get(visit)
        return kept.files.get(file, {}).get(part) if kept else None

    async def drop_file(self, file: FileId) -> None:
        """See `Store.drop_file`."""
        for kept in self._visits.values():
            if file not in kept.shared:
                kept.files.pop(file, None)

    async def link(self, token_sha256: str) -> Link | None:
        """See `Store.link`."""
        return self._links.get(token_sha256)

    async def deadlines(self, until: datetime) -> tuple[tuple[VisitId, datetime], ...]:
        """See `Store.deadlines`."""
        found = [
            (visit, kept.deadline)
            for visit, kept in self._visits.items()
            if kept.deadline is not None and kept.deadline <= until
        ]
        return tuple(sorted(found, key=lambda item: item[1])[:DEADLINES_AT_ONCE])

    async def verify_chain(self, visit: VisitId) -> Broken | None:
        """See `Store.verify_chain`."""
        kept = self._visits.get(visit)
        return verify(visit, kept.rows, kept.stored.visit.seq, kept.stored.head) if kept else None

    async def hold(self, visit: VisitId, at: datetime) -> bool:
        """See `Store.hold`."""
        return self._set_hold(visit, at)

    async def release_hold(self, visit: VisitId) -> bool:
        """See `Store.release_hold`."""
        return self._set_hold(visit, None)

    def _set_hold(self, visit: VisitId, at: datetime | None) -> bool:
        kept = self._visits.get(visit)
        if kept is not None:
            kept.legal_hold_at = at
        return kept is not None

    async def purge(self, at: datetime) -> int:
        """See `Store.purge`."""
        purged = 0
        for visit, kept in self._visits.items():
            ended_at = kept.stored.visit.ended_at
            if kept.legal_hold_at is not None:
                continue
            due = kept.purge_after is not None and kept.purge_after <= at
            purged += _purge_files(kept, at, shared=due)
            if ended_at is None:
                continue
            if due:
                stays = [text for text in kept.texts if text.kind == KEPT_WITH_RECORDINGS]
                purged += len(kept.texts) - len(stays)
                kept.texts = stays
            if ended_at <= at - KEEP_LINKS:
                self._links = {digest: link for digest, link in self._links.items() if link.visit != visit}
        return purged

    async def close(self) -> None:
        """See `Store.close`."""


def _purge_files(kept: _Kept, at: datetime, *, shared: bool) -> int:
    """Parts of files that nobody shared in time, and of those that were shared when it is time for them."""
    purged = 0
    for file, parts in list(kept.files.items()):
        oldest = min(part.created_at for part in parts.values())
        if shared if file in kept.shared else oldest + UNSHARED_FOR <= at:
            purged += len(kept.files.pop(file))
    return purged
