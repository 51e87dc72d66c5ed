"""A backup is made while others write, holds what was acknowledged before it began, and comes back whole."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.waiting_room.scene import ANA, BEN, NINE, PERSON, Journaled, book, vault
from waiting_room import audit as auditing
from waiting_room.audit import Audit, audit
from waiting_room.backup import BackupError, back_up, restore
from waiting_room.core.ids import CommandId, VisitId
from waiting_room.database import Database
from waiting_room.migrations import HEAD, VERSIONS, migrate, sync_engine
from waiting_room.schema import journal, sessions
from waiting_room.sessions import Session, SessionKind, SqlSessions
from waiting_room.store import Broken
from waiting_room.store_sql import SqlStore

ENOUGH = 60
"""Acknowledgements before the backup begins; the writer goes on all through it."""


async def visited(url: str, *named: VisitId) -> None:
    database = Database(url)
    for visit in named or (ANA, BEN):
        await Journaled(SqlStore(database)).waiting(visit)
    await database.close()


@contextmanager
def writing(url: str) -> Iterator[list[tuple[VisitId, CommandId]]]:
    """A process that writes as fast as it can; what it had acknowledged when this began."""
    worker = [sys.executable, "-m", "tests.waiting_room.writer", url, "w"]
    with subprocess.Popen(worker, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().split() for _ in range(ENOUGH)]
        yield [(VisitId(visit), CommandId(command)) for visit, command, _ in lines]
        assert process.poll() is None, "it wrote all the while"
        process.kill()
        process.stdout.read()


async def is_whole(url: str, acknowledged: list[tuple[VisitId, CommandId]]) -> None:
    """Everything acknowledged is there once, its texts open, and every chain holds."""
    database = Database(url)
    store = SqlStore(database)
    assert (await audit(database)).broken == ()
    for visit, command in acknowledged:
        assert len(await store.recorded(visit, command)) == 1
        texts = vault().open_all(await store.texts([visit]))
        assert texts[book(visit).person] == PERSON
    await database.close()


@pytest.fixture
def there(tmp_path: Path) -> str:
    """Where it is brought back to: a fresh folder."""
    (tmp_path / "fresh").mkdir()
    return f"sqlite:///{tmp_path / 'fresh' / 'visits.db'}"


@pytest.mark.slow
async def test_a_copy_made_during_writes_holds_all_that_was_acknowledged_before(
    sqlite_laid_out: str, there: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    with writing(sqlite_laid_out) as acknowledged:
        back_up(sqlite_laid_out, copy)
    restored = restore(there, copy)
    assert restored.visits >= len({visit for visit, _ in acknowledged})
    await is_whole(there, acknowledged)


async def test_a_database_that_came_back_is_written_to_like_any_other(
    sqlite_laid_out: str, there: str, tmp_path: Path
) -> None:
    await visited(sqlite_laid_out, ANA)
    back_up(sqlite_laid_out, tmp_path / "copy.db")
    restore(there, tmp_path / "copy.db")
    assert not migrate(there)
    await visited(there, BEN)
    database = Database(there)
    assert await audit(database) == Audit(2, ())
    mode = await database.read(lambda connection: connection.execute(sa.text("PRAGMA journal_mode")).scalar())
    assert mode == "wal"
    await database.close()


async def test_a_copy_is_one_file_for_its_owner_alone(sqlite_laid_out: str, tmp_path: Path) -> None:
    await visited(sqlite_laid_out)
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "copy.db.part").write_bytes(b"left by one that was killed")
    assert back_up(sqlite_laid_out, folder / "copy.db").visits == 2
    assert [one.name for one in folder.iterdir()] == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600


async def test_sessions_of_then_are_over(sqlite_laid_out: str, there: str, tmp_path: Path) -> None:
    database = Database(sqlite_laid_out)
    session = Session(
        id_sha256="d" * 64,
        kind=SessionKind.staff,
        subject="lee",
        visit=None,
        created_at=NINE,
        expires_at=NINE,
    )
    await SqlSessions(database).open(session)
    await database.close()
    back_up(sqlite_laid_out, tmp_path / "copy.db")
    restore(there, tmp_path / "copy.db")
    counts = []
    for url in (sqlite_laid_out, there):
        engine = sync_engine(url)
        with engine.connect() as connection:
            counts.append(connection.execute(sa.select(sa.func.count()).select_from(sessions)).scalar())
        engine.dispose()
    assert counts == [1, 0]


def test_nothing_is_overwritten(sqlite_laid_out: str, there: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    back_up(sqlite_laid_out, copy)
    before = copy.read_bytes()
    with pytest.raises(BackupError, match="already"):
        back_up(sqlite_laid_out, copy)
    assert copy.read_bytes() == before
    with pytest.raises(BackupError, match="already"):
        restore(sqlite_laid_out, copy)
    Path(there.removeprefix("sqlite:///") + "-wal").write_bytes(b"of another database")
    with pytest.raises(BackupError, match="log"):
        restore(there, copy)


def test_a_link_that_leads_nowhere_is_not_followed(sqlite_laid_out: str, tmp_path: Path) -> None:
    (tmp_path / "copy.db").symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(BackupError, match="already"):
        back_up(sqlite_laid_out, tmp_path / "copy.db")
    assert not (tmp_path / "elsewhere.db").exists()


def cut(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:-5000])


def letter(copy: Path) -> None:
    copy.write_bytes(b"Dear somebody, this is no database. " * 300)


def another(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as made:
        made.execute("CREATE TABLE recipes (name TEXT)")


def newer(copy: Path) -> None:
    engine = sync_engine(f"sqlite:///{copy}")
    with engine.begin() as connection:
        connection.execute(sa.update(VERSIONS).values(version_num="9999"))
    engine.dispose()


@pytest.mark.parametrize(
    ("harm", "said"),
    [(cut, "damaged"), (letter, "no database"), (another, "no database of ours"), (newer, "newer version")],
    ids=lambda one: getattr(one, "__name__", None),
)
async def test_what_is_no_backup_is_refused_and_nothing_is_left(
    sqlite_laid_out: str, there: str, tmp_path: Path, harm: object, said: str
) -> None:
    await visited(sqlite_laid_out)
    copy = tmp_path / "copy.db"
    back_up(sqlite_laid_out, copy)
    assert callable(harm)
    harm(copy)
    with pytest.raises(BackupError, match=said):
        restore(there, copy)
    assert list((tmp_path / "fresh").iterdir()) == []


async def test_history_that_was_changed_in_the_copy_is_named(
    sqlite_laid_out: str, there: str, tmp_path: Path
) -> None:
    await visited(sqlite_laid_out)
    copy = tmp_path / "copy.db"
    back_up(sqlite_laid_out, copy)
    engine = sync_engine(f"sqlite:///{copy}")
    with engine.begin() as connection:
        row = sa.and_(journal.c.visit_id == ANA, journal.c.seq == 2)
        connection.execute(sa.update(journal).where(row).values(actor_id="somebody"))
    engine.dispose()
    restore(there, copy)
    database = Database(there)
    assert (await audit(database)).broken == (Broken(ANA, 2, "changed"),)
    await database.close()


def test_there_must_be_something_to_copy(sqlite_url: str, there: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no database to copy"):
        back_up(sqlite_url, tmp_path / "copy.db")
    with pytest.raises(BackupError, match="no such file"):
        restore(there, tmp_path / "copy.db")
    migrate(sqlite_url)
    with pytest.raises(BackupError, match="no such folder"):
        back_up(sqlite_url, tmp_path / "nowhere" / "copy.db")


def test_a_server_has_its_own_tools(tmp_path: Path) -> None:
    for work in (back_up, restore):
        with pytest.raises(BackupError, match="pg_dump") as refused:
            work("postgresql://root:hunter2@db/visits", tmp_path / "x")
        assert "hunter2" not in str(refused.value)


async def test_every_journal_is_looked_through(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "AT_ONCE", 2)
    five = [VisitId(name) for name in ("a", "b", "c", "d", "e")]
    await visited(url, *five)
    database = Database(url)
    assert [visit async for visit in auditing.every_visit(database)] == five
    assert await audit(database) == Audit(5, ())
    await database.close()


async def test_records_without_a_visit_are_found(sqlite_laid_out: str) -> None:
    await visited(sqlite_laid_out)
    with closing(sqlite3.connect(sqlite_laid_out.removeprefix("sqlite:///"))) as intruder:
        intruder.execute("DELETE FROM visits WHERE id = ?", (ANA,))
        intruder.commit()
    database = Database(sqlite_laid_out)
    assert await audit(database) == Audit(2, (Broken(ANA, 1, "added"),))
    await database.close()


def dumped(url: str, to: Path) -> None:
    """As docs/operations.md has it."""
    subprocess.run(["pg_dump", "--format=custom", f"--file={to}", url], check=True, timeout=60)


def undumped(url: str, source: Path) -> None:
    """As docs/operations.md has it."""
    subprocess.run(
        ["pg_restore", "--exit-on-error", "--no-owner", f"--dbname={url}", str(source)],
        check=True,
        timeout=60,
    )


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed")
async def test_a_server_is_dumped_during_writes_and_comes_back(
    postgres_laid_out: str, postgres_url: str, tmp_path: Path
) -> None:
    with writing(postgres_laid_out) as acknowledged:
        dumped(postgres_laid_out, tmp_path / "visits.dump")
    undumped(postgres_url, tmp_path / "visits.dump")
    assert not migrate(postgres_url)
    await is_whole(postgres_url, acknowledged)


def test_the_commands_for_a_server_are_those_of_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    assert 'pg_dump --format=custom --file=visits.dump "$VIDEOVISIT_DATABASE_URL"' in page
    assert 'pg_restore --exit-on-error --no-owner --dbname="$VIDEOVISIT_DATABASE_URL" visits.dump' in page


def test_a_copy_says_its_revision(sqlite_laid_out: str, tmp_path: Path) -> None:
    assert back_up(sqlite_laid_out, tmp_path / "copy.db").revision == HEAD
