"""Every journal of a database looked through, one after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import sqlalchemy as sa

from waiting_room.core.ids import VisitId
from waiting_room.database import Database
from waiting_room.schema import journal, visits
from waiting_room.store import Broken
from waiting_room.store_sql import SqlStore

AT_ONCE = 500
"""Ids that are read together. More need more memory; fewer ask more often."""


@dataclass(frozen=True, slots=True)
class Audit:
    """How many journals were looked through, and what does not fit in which."""

    journals: int
    broken: tuple[Broken, ...]


async def audit(database: Database) -> Audit:
    """Verify the chain of every visit, and of records that no visit claims."""
    store, count, broken = SqlStore(database), 0, []
    async for visit in every_visit(database):
        count += 1
        if (found := await store.verify_chain(visit)) is not None:
            broken.append(found)
    return Audit(count, tuple(broken))


async def every_visit(database: Database) -> AsyncIterator[VisitId]:
    """The id of each visit, then of each that has records and no row."""
    after = ""
    while True:
        page = sa.select(visits.c.id).where(visits.c.id > after).order_by(visits.c.id).limit(AT_ONCE)
        ids = await _ids(database, page)
        for visit in ids:
            yield VisitId(visit)
        if len(ids) < AT_ONCE:
            break
        after = ids[-1]
    known = sa.select(visits.c.id)
    orphans = sa.select(journal.c.visit_id).where(journal.c.visit_id.not_in(known)).distinct()
    for visit in await _ids(database, orphans):
        yield VisitId(visit)


async def _ids(database: Database, query: sa.Select[str]) -> list[str]:
    return [row[0] for row in await database.read(lambda connection: connection.execute(query).all())]
