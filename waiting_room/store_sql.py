"""Visits in SQLite or PostgreSQL. One class: the two differ in `database.Database` only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from waiting_room import files_sql, projection
from waiting_room.chain import START, Row, link_up, to_record, verify
from waiting_room.core.ids import ClinicId, CommandId, FileId, LinkId, TextId, VisitId
from waiting_room.core.model import Visit
from waiting_room.core.records import Record, apply
from waiting_room.database import Database, Rejected
from waiting_room.files import SealedPart
from waiting_room.schema import ONE_VISIT_PER_CLINICIAN, from_ms, journal, links, texts, to_ms, visits
from waiting_room.store import (
    DEADLINES_AT_ONCE,
    KEEP_LINKS,
    Append,
    Broken,
    ClinicianBusy,
    Conflict,
    Link,
    Stored,
)
from waiting_room.texts import KEEP_AFTER_END, KEPT_WITH_RECORDINGS, SealedText

_IDS_AT_ONCE = 500


class SqlStore:
    """The store on a database that `migrations.migrate` has prepared. See `store.Store`."""

    def __init__(self, database: Database, *, keep_texts: timedelta = KEEP_AFTER_END) -> None:
        """`keep_texts`: how long a visit's texts outlive its end.

        The database stays the caller's to close.
        """
        self._database = database
        self._keep_texts = keep_texts

    async def load(self, visit: VisitId) -> Stored | None:
        """See `Store.load`."""

        def work(connection: sa.Connection) -> Stored | None:
            row = connection.execute(_LOAD, {"visit": visit}).first()
            return None if row is None else _stored(connection, visit, row)

        return await self._database.read(work)

    async def append(self, new: Append) -> Stored:
        """See `Store.append`."""
        head = new.before.head if new.before else START
        rows = link_up(new.records, head)
        if not rows:
            raise ValueError("an append without records")
        values = _projected(new.after, rows[-1].hash, new.deadline)

        def work(connection: sa.Connection) -> None:
            if new.before is None:
                connection.execute(_INSERT_VISIT, values)
            else:
                expected = {
                    "expected_id": values.pop("id"),
                    "expected_seq": new.before.visit.seq,
                    "expected_head": head,
                }
                if connection.execute(_UPDATE_VISIT, values | expected).rowcount != 1:
                    raise Conflict
            connection.execute(_INSERT_JOURNAL, [_values(row) for row in rows])
            self._write_texts(connection, new)
            self._write_files(connection, new)
            _write_links(connection, new)

        try:
            await self._database.write(work)
        except Rejected as rejected:
            raise _meaning(rejected, new) from None
        return Stored(new.after, rows[-1].hash)

    def _write_texts(self, connection: sa.Connection, new: Append) -> None:
        ended_at = new.after.ended_at
        purge_after = None if ended_at is None else ended_at + self._keep_texts
        if new.texts:
            rows = [
                {
                    "id": text.id,
                    "visit_id": text.visit,
                    "kind": text.kind,
                    "sealed": text.sealed,
                    "created_at": text.created_at,
                    "purge_after": purge_after,
                }
                for text in new.texts
            ]
            connection.execute(_INSERT_TEXT, rows)
        before = new.before.visit.ended_at if new.before else None
        if before != ended_at:
            connection.execute(_PURGE_AFTER, {"visit": new.after.id, "after": purge_after})

    def _write_files(self, connection: sa.Connection, new: Append) -> None:
        for file in new.files:
            files_sql.share(connection, new.after.id, file, new.records[-1].at)
        ended_at = new.after.ended_at
        if (new.before.visit.ended_at if new.before else None) != ended_at:
            after = None if ended_at is None else ended_at + self._keep_texts
            files_sql.keep_until(connection, new.after.id, after)

    async def records(self, visit: VisitId, since: int = 0) -> tuple[Record, ...]:
        """See `Store.records`."""
        rows = await self._database.read(lambda connection: _journal(connection, visit, since))
        return tuple(to_record(row) for row in rows)

    async def recorded(self, visit: VisitId, command: CommandId) -> tuple[Record, ...]:
        """See `Store.recorded`."""
        asked = {"visit": visit, "command": command}
        rows = await self._database.read(lambda connection: connection.execute(_RECORDED, asked).all())
        return tuple(to_record(_row(row)) for row in rows)

    async def open_visits(self, clinics: Collection[ClinicId] | None = None) -> tuple[Stored, ...]:
        """See `Store.open_visits`."""
        query = _OPEN if clinics is None else _OPEN.where(visits.c.clinic_id.in_(sorted(clinics)))

        def work(connection: sa.Connection) -> tuple[Stored, ...]:
            rows = connection.execute(query).all()
            return tuple(_stored(connection, VisitId(row.id), row) for row in rows)

        return await self._database.read(work)

    async def positions(self) -> Mapping[VisitId, int]:
        """See `Store.positions`."""
        rows = await self._database.read(lambda connection: connection.execute(_POSITIONS).all())
        return {VisitId(row.id): row.seq for row in rows}

    async def texts(self, visits: Collection[VisitId]) -> tuple[SealedText, ...]:
        """See `Store.texts`."""
        parts = list(_in_parts(sorted(visits)))

        def work(connection: sa.Connection) -> list[sa.Row[Any]]:
            return [row for part in parts for row in connection.execute(_TEXTS, {"visits": part})]

        return tuple(
            SealedText(
                id=TextId(row.id),
                visit=VisitId(row.visit_id),
                kind=row.kind,
                sealed=bytes(row.sealed),
                created_at=row.created_at,
            )
            for row in await self._database.read(work)
        )

    async def add_part(self, part: SealedPart) -> None:
        """See `Store.add_part`."""
        try:
            await self._database.write(lambda connection: files_sql.insert(connection, part))
        except Rejected:
            raise ValueError("the store refused a part: it is there already, or of no visit") from None

    async def part(self, visit: VisitId, file: FileId, part: int) -> SealedPart | None:
        """See `Store.part`."""
        return await self._database.read(lambda connection: files_sql.find(connection, visit, file, part))

    async def drop_file(self, file: FileId) -> None:
        """See `Store.drop_file`."""
        await self._database.write(lambda connection: files_sql.drop(connection, file))

    async def link(self, token_sha256: str) -> Link | None:
        """See `Store.link`."""
        asked = {"digest": token_sha256}
        row = await self._database.read(lambda connection: connection.execute(_LINK, asked).first())
        return None if row is None else Link(LinkId(row.id), VisitId(row.visit_id))

    async def deadlines(self, until: datetime) -> tuple[tuple[VisitId, datetime], ...]:
        """See `Store.deadlines`."""
        asked = {"until": until}
        rows = await self._database.read(lambda connection: connection.execute(_DEADLINES, asked).all())
        return tuple((VisitId(row.id), row.deadline_at) for row in rows)

    async def verify_chain(self, visit: VisitId) -> Broken | None:
        """See `Store.verify_chain`."""

        def work(connection: sa.Connection) -> Broken | None:
            try:
                found = connection.execute(_CHAIN, {"visit": visit}).all()
            except ValueError:  # SQLite keeps JSON as it would any text
                return Broken(visit, _first_unreadable(connection, visit), "cannot be read")
            if not found:
                return Broken(visit, 1, "added") if _journal(connection, visit, since=0) else None
            rows = [_row(row) for row in found if row.seq is not None]
            return verify(visit, rows, found[0].at_seq, found[0].at_head)

        return await self._database.read(work)

    async def hold(self, visit: VisitId, at: datetime) -> bool:
        """See `Store.hold`."""
        return await self._set_hold(visit, at)

    async def release_hold(self, visit: VisitId) -> bool:
        """See `Store.release_hold`."""
        return await self._set_hold(visit, None)

    async def _set_hold(self, visit: VisitId, at: datetime | None) -> bool:
        change = visits.update().where(visits.c.id == visit).values(legal_hold_at=at)
        return await self._database.write(lambda connection: connection.execute(change).rowcount) == 1

    async def purge(self, at: datetime) -> int:
        """See `Store.purge`."""

        def work(connection: sa.Connection) -> int:
            connection.execute(_PURGE_LINKS, {"before": at - KEEP_LINKS})
            return connection.execute(_PURGE, {"at": at}).rowcount + files_sql.purge(connection, at)

        purged = await self._database.write(work)
        if purged:
            await self._database.truncate_log()
        return purged

    async def close(self) -> None:
        """See `Store.close`."""
        await self._database.close()


_BOUND = sa.bindparam
_LOAD = sa.select(visits.c.seq, visits.c.head, visits.c.data).where(visits.c.id == _BOUND("visit"))
_OPEN = (
    sa.select(visits.c.id, visits.c.seq, visits.c.head, visits.c.data)
    .where(visits.c.ended_at.is_(None))
    .order_by(visits.c.due_at, visits.c.id)
)
_POSITIONS = sa.select(visits.c.id, visits.c.seq).where(visits.c.ended_at.is_(None))
_INSERT_VISIT = visits.insert()
_UPDATE_VISIT = visits.update().where(
    visits.c.id == _BOUND("expected_id"),
    visits.c.seq == _BOUND("expected_seq"),
    visits.c.head == _BOUND("expected_head"),
)
_INSERT_JOURNAL = journal.insert()
_INSERT_TEXT = texts.insert()
_INSERT_LINK = links.insert()
_JOURNAL = sa.select(journal).where(journal.c.visit_id == _BOUND("visit")).order_by(journal.c.seq)
_JOURNAL_SINCE = _JOURNAL.where(journal.c.seq > _BOUND("since"))
_RECORDED = _JOURNAL.where(journal.c.command_id == _BOUND("command"))
# One statement, so one snapshot: a record committed between two would look like damage.
_CHAIN = (
    sa.select(journal, visits.c.seq.label("at_seq"), visits.c.head.label("at_head"))
    .select_from(visits.outerjoin(journal, journal.c.visit_id == visits.c.id))
    .where(visits.c.id == _BOUND("visit"))
    .order_by(journal.c.seq)
)
_TEXTS = sa.select(texts).where(texts.c.visit_id.in_(_BOUND("visits", expanding=True))).order_by(texts.c.id)
_LINK = sa.select(links.c.id, links.c.visit_id).where(links.c.token_sha256 == _BOUND("digest"))
_DEADLINES = (
    sa.select(visits.c.id, visits.c.deadline_at)
    .where(visits.c.deadline_at <= _BOUND("until"))
    .order_by(visits.c.deadline_at)
    .limit(DEADLINES_AT_ONCE)
)
_PURGE_AFTER = (
    texts.update()
    .where(texts.c.visit_id == _BOUND("visit"), texts.c.kind != KEPT_WITH_RECORDINGS)
    .values(purge_after=_BOUND("after"))
)
_HELD = sa.select(visits.c.id).where(visits.c.legal_hold_at.is_not(None))
_PURGE = texts.delete().where(texts.c.purge_after <= _BOUND("at"), texts.c.visit_id.not_in(_HELD))
_PURGE_LINKS = links.delete().where(
    links.c.visit_id.in_(
        sa.select(visits.c.id).where(visits.c.ended_at <= _BOUND("before"), visits.c.legal_hold_at.is_(None))
    )
)


def _projected(visit: Visit, head: str, deadline: datetime | None) -> dict[str, Any]:
    return {
        "id": visit.id,
        "clinic_id": visit.clinic,
        "state": visit.state.value,
        "seq": visit.seq,
        "head": head,
        "claimed_by": visit.claimed_by,
        "due_at": visit.due or visit.start,
        "deadline_at": deadline,
        "updated_at": visit.updated_at,
        "ended_at": visit.ended_at,
        "data": projection.to_json(visit),
    }


def _stored(connection: sa.Connection, visit: VisitId, row: sa.Row[*tuple[Any, ...]]) -> Stored:
    seen = projection.from_json(row.data)
    if seen is None:
        for line in _journal(connection, visit, since=0):
            if line.seq <= row.seq:
                seen = apply(seen, to_record(line))
        assert seen is not None, "a visit's row and its first record are written together"
    return Stored(seen, row.head)


def _write_links(connection: sa.Connection, new: Append) -> None:
    if new.links:
        common = {"visit_id": new.after.id, "created_at": new.records[-1].at}
        rows = [common | {"id": link.id, "token_sha256": link.token_sha256} for link in new.links]
        connection.execute(_INSERT_LINK, rows)


def _journal(connection: sa.Connection, visit: VisitId, since: int) -> list[Row]:
    return [_row(row) for row in connection.execute(_JOURNAL_SINCE, {"visit": visit, "since": since})]


_FIELDS = tuple(Row.__slots__)


def _values(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _FIELDS} | {"at": from_ms(row.at)}


def _row(row: sa.Row[Any]) -> Row:
    return Row(**({name: getattr(row, name) for name in _FIELDS} | {"at": to_ms(row.at)}))


def _first_unreadable(connection: sa.Connection, visit: VisitId) -> int:
    its = sa.select(journal.c.seq).where(journal.c.visit_id == visit).order_by(journal.c.seq)
    for seq in connection.execute(its).scalars().all():
        one = sa.select(journal).where(journal.c.visit_id == visit, journal.c.seq == seq)
        try:
            connection.execute(one).one()
        except ValueError:
            return int(seq)
    return 0


def _meaning(rejected: Rejected, new: Append) -> Exception:
    """What a violated constraint says in our words."""
    if rejected.why == ONE_VISIT_PER_CLINICIAN.name or "visits.claimed_by" in rejected.why:
        return ClinicianBusy(new.after.claimed_by)
    for ours in ("pk_visits", "visits.id", "pk_journal", "uq_journal_command", "journal.visit_id"):
        if ours in rejected.why:
            return Conflict()
    return ValueError("the store refused a record: an id is used twice or points nowhere")


def _in_parts(ids: Sequence[VisitId]) -> Iterator[Sequence[VisitId]]:
    for start in range(0, len(ids), _IDS_AT_ONCE):
        yield ids[start : start + _IDS_AT_ONCE]
