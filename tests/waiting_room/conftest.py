"""The databases these tests run on.

A fresh SQLite file, and a fresh database in a PostgreSQL of the tests' own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Postgres, PostgresMissingError, running
from waiting_room.migrations import migrate, sync_engine
from waiting_room.schema import metadata


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    try:
        with running() as server:
            yield server
    except PostgresMissingError as missing:
        pytest.skip(f"PostgreSQL tests: {missing}")


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """An empty database."""
    with postgres.database() as url:
        yield url


@pytest.fixture(scope="session")
def _laid_out(postgres: Postgres) -> Iterator[str]:
    with postgres.database() as url:
        migrate(url)
        yield url


@pytest.fixture
def postgres_laid_out(_laid_out: str) -> str:
    """A database with every table and no row: the same one each time, because making one takes a while."""
    engine = sync_engine(_laid_out)
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    engine.dispose()
    return _laid_out


@pytest.fixture
def sqlite_laid_out(sqlite_url: str) -> str:
    migrate(sqlite_url)
    return sqlite_url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A file that does not exist yet."""
    return f"sqlite:///{tmp_path}/visits.db"


BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest) -> str:
    """Each database in turn, empty."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest) -> str:
    """Each database in turn, laid out."""
    url: str = request.getfixturevalue(f"{request.param}_laid_out")
    return url
