"""The databases' own promises: durable, quiet about what they hold, and never an endless queue."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.waiting_room.scene import ANA, BOOKING, LEE, MEMBER, NINE, Journaled
from waiting_room.core import commands as c
from waiting_room.core.ids import TextId
from waiting_room.core.moments import moment
from waiting_room.database import Database, Rejected, Unavailable
from waiting_room.migrations import migrate
from waiting_room.schema import from_ms, staff, to_ms
from waiting_room.store_sql import SqlStore


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    yield database
    await database.close()


async def setting(database: Database, name: str) -> object:
    return await database.read(lambda connection: connection.exec_driver_sql(name).scalar())


async def test_sqlite_commits_reach_the_disk(sqlite_laid_out: str) -> None:
    database = Database(sqlite_laid_out)
    assert await setting(database, "PRAGMA journal_mode") == "wal"
    assert await setting(database, "PRAGMA synchronous") == 2
    assert await setting(database, "PRAGMA foreign_keys") == 1
    assert await setting(database, "PRAGMA secure_delete") == 1
    await database.close()


@pytest.mark.postgres
@pytest.mark.parametrize("server", ["off", "local", "on"])
async def test_postgres_never_acknowledges_before_it_has_written(postgres_laid_out: str, server: str) -> None:
    database = Database(f"{postgres_laid_out}&options=-c%20synchronous_commit%3D{server}")
    assert await setting(database, "SHOW synchronous_commit") in {"on", "local"}
    await database.close()


async def test_a_unit_of_work_that_fails_leaves_nothing(database: Database) -> None:
    def half(connection: sa.Connection) -> None:
        connection.execute(sa.text("INSERT INTO clinics VALUES ('a', 'a', 'a', 'a', 'a', 'a')"))
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        await database.write(half)
    assert await setting(database, "SELECT count(*) FROM clinics") == 0


async def test_what_goes_wrong_does_not_repeat_what_was_written(database: Database) -> None:
    row = {"id": "x", "login": "Ana Ruiz", "name": "Ana Ruiz", "credentials": None}
    with pytest.raises(Rejected) as failed:
        await database.write(lambda connection: connection.execute(staff.insert(), row))
    assert "Ruiz" not in "".join(traceback.format_exception(failed.value))


async def test_a_mistake_of_ours_is_named_by_its_code_alone(database: Database) -> None:
    with pytest.raises((Rejected, Unavailable)) as failed:
        await database.read(lambda connection: connection.execute(sa.text("SELECT 'Ruiz'::nonsense")))
    assert "Ruiz" not in str(failed.value)


async def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/no/such/file.db", f"postgresql:///x?host={tmp_path}"):
        database = Database(url)
        with pytest.raises(Unavailable):
            await database.ping()
        await database.close()


async def test_an_answer_that_is_there(database: Database) -> None:
    await database.ping()


async def test_a_queue_that_is_full_says_so_at_once(
    sqlite_laid_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("waiting_room.database.WRITES_AT_MOST", 3)
    database = Database(sqlite_laid_out)
    go_on = threading.Event()
    held = [asyncio.create_task(database.write(lambda _: go_on.wait(10))) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(Unavailable, match="too many"):
        await database.write(lambda _: True)
    await database.ping()

    go_on.set()
    assert await asyncio.gather(*held) == [True, True, True]
    assert await database.write(lambda _: True)
    await database.close()


async def test_another_process_that_writes_is_waited_for(sqlite_laid_out: str) -> None:
    one, other = Database(sqlite_laid_out), Database(sqlite_laid_out)
    begun, go_on = threading.Event(), threading.Event()

    def holds(connection: sa.Connection) -> None:
        connection.execute(sa.text("INSERT INTO clinics VALUES ('a', 'a', 'a', 'a', 'a', 'a')"))
        begun.set()
        go_on.wait(10)

    holding = asyncio.create_task(one.write(holds))
    await asyncio.to_thread(begun.wait, 10)
    waiting = asyncio.create_task(
        other.write(lambda connection: connection.execute(sa.text("DELETE FROM clinics")).rowcount)
    )
    assert await setting(other, "SELECT count(*) FROM clinics") == 0  # readers do not wait
    go_on.set()

    await holding
    assert await waiting == 1
    await one.close()
    await other.close()


async def test_a_purged_text_is_gone_from_the_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/visits.db"
    migrate(url)
    database = Database(url)
    store = SqlStore(database)
    journaled = Journaled(store)
    await journaled.waiting()
    say = c.Say(text=TextId("hello"))
    await journaled.act(ANA, say, MEMBER, texts={say.text: "x" * 500})
    sealed = [text.sealed for text in await store.texts([ANA])]
    await journaled.act(ANA, c.Claim(), LEE)
    await journaled.act(ANA, c.ReleaseClaim(), LEE)
    await journaled.act(ANA, c.Cancel(reason="mistake"), BOOKING)

    await store.purge(NINE + timedelta(hours=1))

    left = _everything_in(tmp_path)
    assert b"hello" in left
    assert not [text for text in sealed if text in left]
    await database.close()


def _everything_in(directory: Path) -> bytes:
    return b"".join(file.read_bytes() for file in directory.iterdir())


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_comes_back_as_it_went(at: datetime) -> None:
    assert from_ms(to_ms(at)) == moment(at)


def test_times_are_of_one_zone_and_never_of_none() -> None:
    denver = NINE.astimezone(timezone(timedelta(hours=-7)))
    assert from_ms(to_ms(denver)) == NINE
    assert from_ms(to_ms(denver)).tzinfo is UTC
    with pytest.raises(ValueError, match="without a zone"):
        to_ms(NINE.replace(tzinfo=None))
