"""What the doctor finds about the database and the clock, on real ones."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from signaling.clock import SystemClock
from signaling.doctor import records
from signaling.doctor.finding import Finding
from tests.postgres import Postgres, PostgresMissingError
from tests.postgres import running as postgres_running
from tests.signaling.doctor.patient import configured, told
from tests.signaling.house import Clock, furnish, running
from waiting_room.migrations import VERSIONS, migrate, sync_engine


async def findings(url: str, clock: Clock | SystemClock | None = None) -> dict[str, Finding]:
    return told(await records.check(configured(url), clock or Clock()))


def at_revision(url: str, revision: str) -> None:
    engine = sync_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.update(VERSIONS).values(version_num=revision))
    engine.dispose()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'visits.db'}"


async def test_a_furnished_file_is_well(url: str) -> None:
    await furnish(url)
    found = await findings(url)
    assert set(found) == {"database", "migrations", "clock", "directory"}
    assert all(finding.well for finding in found.values())


def test_a_file_that_is_not_there_is_not_made_by_looking(url: str, tmp_path: Path) -> None:
    found = asyncio.run(findings(url))
    assert "videovisit migrate" in (found["database"].remedy or "")
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_is_something_else_is_said_to_be_out_of_reach(url: str, tmp_path: Path) -> None:
    (tmp_path / "visits.db").write_bytes(b"somebody's letter, not a database" * 40)
    found = await findings(url)
    assert not found["database"].well
    assert "letter" not in found["database"].lines()


async def test_an_older_schema_asks_for_a_backup_and_a_migration(url: str) -> None:
    migrate(url)
    at_revision(url, "0001")
    found = await findings(url)
    assert found["database"].well
    assert "videovisit migrate" in (found["migrations"].remedy or "")
    assert "directory" not in found


async def test_a_newer_schema_asks_for_the_newer_version(url: str) -> None:
    migrate(url)
    at_revision(url, "9999")
    assert "newer version" in (await findings(url))["migrations"].sentence


async def test_nobody_in_the_directory_is_said(url: str) -> None:
    migrate(url)
    found = await findings(url)
    assert found["directory"].sentence == "0 clinics, 0 clinicians, 0 at the desk"
    assert "videovisit staff add" in (found["directory"].remedy or "")


async def test_a_clock_of_last_century_is_named(url: str) -> None:
    clock = Clock()
    clock.at = datetime(1970, 1, 1, tzinfo=UTC)
    await furnish(url)
    assert "1970-01-01" in (await findings(url, clock))["clock"].sentence


@pytest.mark.sockets
async def test_a_clock_that_was_set_back_is_behind_the_newest_record(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        await world.books()
        late = Clock()
        late.at = world.clock.now() - timedelta(hours=2)
        url = f"sqlite:///{tmp_path / 'house.db'}"
        assert "behind the newest record by 120 min" in (await findings(url, late))["clock"].sentence
        assert (await findings(url, world.clock))["clock"].well


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    try:
        with postgres_running() as server:
            yield server
    except PostgresMissingError as missing:
        pytest.skip(f"needs PostgreSQL: {missing}")


@pytest.mark.postgres
async def test_a_furnished_server_is_well_and_agrees_on_the_time(postgres: Postgres) -> None:
    with postgres.database() as url:
        await furnish(url)
        found = await findings(url, SystemClock())
        assert all(finding.well for finding in found.values())
        assert "agrees with the database's" in found["clock"].sentence


@pytest.mark.postgres
async def test_a_clock_apart_from_the_servers_is_measured(postgres: Postgres) -> None:
    class Slow(SystemClock):
        def now(self) -> datetime:
            return super().now() - timedelta(seconds=40)

    with postgres.database() as url:
        await furnish(url)
        found = (await findings(url, Slow()))["clock"]
        assert "40 s apart" in found.sentence
        assert "chrony" in (found.remedy or "")


@pytest.mark.postgres
async def test_a_server_that_only_reads_is_named(postgres: Postgres) -> None:
    with postgres.database() as url:
        await furnish(url)
        name = url.partition("@/")[2].partition("?")[0]
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode())
        assert "standby" in ((await findings(url, SystemClock()))["database"].remedy or "")


@pytest.mark.sockets
async def test_a_server_that_is_not_there_is_said_without_its_url() -> None:
    found = await findings("postgresql://root:hunter2@127.0.0.1:9/visits")
    assert not found["database"].well
    assert "hunter2" not in found["database"].lines()
