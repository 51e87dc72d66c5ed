"""Backup, restore, proof, hold and purge, as whoever runs an installation does them."""

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from signaling import cli, upkeep
from tests.signaling.house import TEXT_KEY, Clock, World, running
from tests.signaling.test_recordings_door import KEY, Archive, bytes_of, path
from waiting_room.core import commands as c
from waiting_room.core.ids import CommandId, VisitId
from waiting_room.core.model import Actor, Role
from waiting_room.migrations import VERSIONS, sync_engine
from waiting_room.recordings import Recordings
from waiting_room.schema import journal, texts

pytestmark = pytest.mark.sockets


@pytest.fixture(autouse=True)
def url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The command line works on the house's own database."""
    url = f"sqlite:///{tmp_path / 'house.db'}"
    monkeypatch.setenv("VIDEOVISIT_DATABASE_URL", url)
    monkeypatch.setenv("VIDEOVISIT_TEXT_KEY", TEXT_KEY)
    return url


async def run(*arguments: str) -> int:
    """In a thread of its own: it brings its own event loop."""
    return await asyncio.to_thread(cli.main, list(arguments))


async def test_a_visit_and_its_recording_come_back_in_a_fresh_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the order of docs/operations.md: the database, then the recordings, and the keys from elsewhere."""
    recordings, fresh = tmp_path / "recordings", tmp_path / "fresh"
    recordings.mkdir()
    fresh.mkdir()
    async with running(tmp_path, recordings=recordings, recording_key=KEY) as world:
        archive = Archive(world, recordings, Recordings(world.database))
        visit, recording = await archive.recorded()
        officer = await archive.browser_of("privacy")
        assert await run("backup", str(tmp_path / "visits.backup")) == 0
        shutil.copytree(recordings, fresh / "recordings")
        film = archive.films[recording, "member.webm"]
    monkeypatch.setenv("VIDEOVISIT_DATABASE_URL", f"sqlite:///{fresh / 'house.db'}")
    assert await run("restore", str(tmp_path / "visits.backup")) == 0
    assert "1 of 1 journal is whole." in capsys.readouterr().out
    async with running(fresh, recordings=fresh / "recordings", recording_key=KEY) as world:
        archive = Archive(world, fresh / "recordings", Recordings(world.database))
        stale = world.browser()
        stale.cookies = officer.cookies
        assert (await stale.get("/api/recordings")).code == "not_signed_in"
        officer = await archive.browser_of("privacy")
        assert (await bytes_of(officer, path(recording)))[::2] == (200, film)
        assert await archive.opened(visit) == [("privacy", "privacy", "member.webm")]


async def test_an_older_versions_backup_asks_for_a_migration(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "old.backup"
    await run("backup", str(copy))
    engine = sync_engine(f"sqlite:///{copy}")
    with engine.begin() as connection:
        connection.execute(sa.update(VERSIONS).values(version_num="0001"))
    engine.dispose()
    monkeypatch.setenv("VIDEOVISIT_DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    assert await run("restore", str(copy)) == 0
    assert "run `videovisit migrate`" in capsys.readouterr().out


async def test_what_cannot_be_done_is_said_in_a_sentence(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a letter")
    assert await run("backup", str(tmp_path / "taken")) == 1
    assert "nothing is ever overwritten" in capsys.readouterr().err
    assert await run("restore", str(tmp_path / "taken")) == 1
    assert "there is a file of that name already" in capsys.readouterr().err
    monkeypatch.setenv("VIDEOVISIT_DATABASE_URL", "postgresql://root:hunter2@db/visits")
    assert await run("backup", str(tmp_path / "new")) == 1
    told = capsys.readouterr().err
    assert "pg_dump" in told
    assert "hunter2" not in told


async def test_a_changed_record_is_named_by_its_visit(
    world: World, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ana, _ = await world.books()
    ben, _ = await world.books()
    assert await run("visits", "verify") == 0
    assert await run("visits", "verify", ana) == 0
    assert "2 of 2 journals are whole." in capsys.readouterr().out
    engine = sync_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.update(journal).where(journal.c.visit_id == ana).values(actor_id="somebody"))
    engine.dispose()
    assert await run("visits", "verify") == 1
    told = capsys.readouterr()
    assert told.err == f"visit {ana}: record 1 changed\n"
    assert "1 of 2 journals are whole." in told.out
    assert await run("visits", "verify", ana) == 1
    assert await run("visits", "verify", ben) == 0


@pytest.mark.parametrize("verb", ["verify", "hold", "release"])
async def test_a_visit_that_is_not_there_is_said(
    world: World, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run("visits", verb, "no-such-visit") == 1
    assert capsys.readouterr().err == "videovisit: there is no such visit\n"


@pytest.fixture
async def ended(world: World) -> VisitId:
    """A visit that is over, with texts that are due in an hour."""
    visit, _ = await world.books()
    booking, at = Actor(Role.booking, "tests"), world.clock.now()
    await world.house.desk.execute(visit, c.Cancel(reason="clinic"), booking, at, CommandId("x"))
    return visit


def texts_of(url: str, visit: VisitId) -> int:
    engine = sync_engine(url)
    with engine.connect() as connection:
        count = connection.execute(
            sa.select(sa.func.count()).select_from(texts).where(texts.c.visit_id == visit)
        ).scalar()
    engine.dispose()
    assert count is not None
    return count


async def test_a_hold_keeps_what_a_purge_would_delete(world: World, ended: VisitId, url: str) -> None:
    later = Clock()
    later.at = world.clock.now() + timedelta(hours=2)
    await upkeep.purge(world.clock)
    assert texts_of(url, ended) == 1
    assert await run("visits", "hold", ended) == 0
    await upkeep.purge(later)
    assert texts_of(url, ended) == 1
    assert await run("visits", "release", ended) == 0
    assert (await upkeep.purge(later))["texts and parts of files"] == 1
    assert texts_of(url, ended) == 0


async def test_a_purge_says_how_many_of_each(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run("purge") == 0
    assert "0 texts and parts of files deleted\n" in capsys.readouterr().out
