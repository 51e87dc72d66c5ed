"""Somebody with access to the database changes history: the chain names the visit and the record."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import pytest
import sqlalchemy as sa

from tests.waiting_room.scene import ANA, BEN, LEE, Journaled
from waiting_room.core import commands as c
from waiting_room.database import Database
from waiting_room.migrations import sync_engine
from waiting_room.schema import journal, visits
from waiting_room.store import Broken, Conflict
from waiting_room.store_sql import SqlStore


@pytest.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    database = Database(url)
    store = SqlStore(database)
    for visit in (ANA, BEN):
        await Journaled(store).waiting(visit)
    yield store
    await database.close()


@pytest.fixture
def intruder(url: str, store: SqlStore) -> Iterator[sa.Connection]:
    """Access to the tables, after everything was written."""
    assert store is not None
    engine = sync_engine(url)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def changes(intruder: sa.Connection, seq: int, **values: object) -> None:
    row = sa.and_(journal.c.visit_id == ANA, journal.c.seq == seq)
    found = intruder.execute(sa.update(journal).where(row).values(values))
    assert found.rowcount == 1
    intruder.commit()


@pytest.mark.parametrize(
    "changed",
    [
        {"actor_id": "somebody"},
        {"actor_role": "system"},
        {"type": "line_seen"},
        {"version": 2},
        {"command_id": "another"},
        {"part": 7},
        {"data": {"text": "another"}},
        {"hash": "0" * 64},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_a_changed_record_is_named(
    store: SqlStore, intruder: sa.Connection, changed: dict[str, object]
) -> None:
    changes(intruder, 4, **changed)
    assert await store.verify_chain(ANA) == Broken(ANA, 4, "changed")
    assert await store.verify_chain(BEN) is None


async def test_a_damaged_record_is_named(store: SqlStore, intruder: sa.Connection) -> None:
    if intruder.dialect.name == "postgresql":
        pytest.skip("PostgreSQL refuses JSON that is none")
    intruder.execute(sa.text("UPDATE journal SET data = '{\"te' WHERE visit_id = 'ana' AND seq = 4"))
    intruder.commit()
    assert await store.verify_chain(ANA) == Broken(ANA, 4, "cannot be read")
    assert await store.verify_chain(BEN) is None


async def test_a_changed_time_is_named(store: SqlStore, intruder: sa.Connection) -> None:
    intruder.execute(sa.text("UPDATE journal SET at = at + 1 WHERE visit_id = 'ana' AND seq = 4"))
    intruder.commit()
    assert await store.verify_chain(ANA) == Broken(ANA, 4, "changed")


async def test_a_deleted_record_is_named(store: SqlStore, intruder: sa.Connection) -> None:
    intruder.execute(sa.delete(journal).where(journal.c.visit_id == ANA, journal.c.seq == 4))
    intruder.commit()
    assert await store.verify_chain(ANA) == Broken(ANA, 4, "missing")


async def test_a_cut_end_is_named(store: SqlStore, intruder: sa.Connection) -> None:
    intruder.execute(sa.delete(journal).where(journal.c.visit_id == ANA, journal.c.seq > 6))
    intruder.commit()
    assert await store.verify_chain(ANA) == Broken(ANA, 7, "missing")


async def test_an_end_that_was_cut_and_hidden_is_named(store: SqlStore, intruder: sa.Connection) -> None:
    intruder.execute(sa.delete(journal).where(journal.c.visit_id == ANA, journal.c.seq > 6))
    intruder.execute(sa.update(visits).where(visits.c.id == ANA).values(seq=6))
    intruder.commit()
    assert await store.verify_chain(ANA) == Broken(ANA, 6, "is not the one the visit points to")


async def test_records_in_another_order_are_named(store: SqlStore, intruder: sa.Connection) -> None:
    of_ana = sa.update(journal).where(journal.c.visit_id == ANA)
    for was, becomes in ((4, 999), (5, 4), (999, 5)):
        intruder.execute(of_ana.where(journal.c.seq == was).values(seq=becomes))
    intruder.commit()
    assert await store.verify_chain(ANA) == Broken(ANA, 4, "does not follow the record before it")


async def test_an_added_record_is_named(store: SqlStore, intruder: sa.Connection) -> None:
    seq = len(await store.records(ANA))
    copied = intruder.execute(sa.select(journal).where(journal.c.visit_id == ANA, journal.c.seq == seq)).one()
    row = copied._asdict() | {"seq": seq + 1, "command_id": "new", "prev_hash": copied.hash}
    intruder.execute(sa.insert(journal).values(row))
    intruder.commit()
    assert await store.verify_chain(ANA) == Broken(ANA, seq + 1, "changed")


async def test_history_written_anew_does_not_take_further_records_of_who_knew_the_old(
    store: SqlStore, intruder: sa.Connection
) -> None:
    known = await store.load(ANA)
    intruder.execute(sa.update(visits).where(visits.c.id == ANA).values(head="f" * 64))
    intruder.commit()
    with pytest.raises(Conflict):
        await Journaled(store).act(ANA, c.Claim(), LEE, before=known)


async def test_a_row_that_a_former_release_wrote_is_folded_from_the_journal(
    store: SqlStore, intruder: sa.Connection
) -> None:
    before = await store.load(ANA)
    row = intruder.execute(sa.select(visits.c.data).where(visits.c.id == ANA)).scalar_one()
    old = json.loads(json.dumps(row)) | {"state": "a_state_of_former_times"}
    intruder.execute(sa.update(visits).where(visits.c.id == ANA).values(data=old))
    intruder.commit()
    assert await store.load(ANA) == before
    assert before in await store.open_visits()
