"""The schema's history leads to the schema, on both databases."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import waiting_room
from waiting_room.migrations import HEAD, VERSIONS, NewerDatabaseError, migrate, revision, sync_engine
from waiting_room.migrations.runner import scripts
from waiting_room.schema import metadata


def described(url: str) -> dict[str, object]:
    """Everything the database says about its tables."""
    engine = sync_engine(url)
    found: dict[str, object] = {}
    with engine.connect() as connection:
        seen = sa.inspect(connection)
        for table in seen.get_table_names():
            columns = [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in seen.get_columns(table)
            ]
            found[table] = {
                "columns": columns,
                "primary key": seen.get_pk_constraint(table),
                "foreign keys": sorted(seen.get_foreign_keys(table), key=str),
                "unique": sorted(seen.get_unique_constraints(table), key=str),
                "indexes": sorted(
                    (index["name"], index["column_names"], bool(index["unique"]))
                    for index in seen.get_indexes(table)
                ),
            }
        if engine.dialect.name == "sqlite":
            statements = sa.text(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            )
        else:
            statements = sa.text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
        found["definitions"] = {row[0]: row[1] for row in connection.execute(statements)}
    engine.dispose()
    return found


def test_the_revisions_end_where_the_code_says() -> None:
    assert scripts().get_heads() == [HEAD]


def test_the_revisions_build_what_an_empty_database_is_given(empty_url: str) -> None:
    migrate(empty_url, from_scratch=True)
    built = described(empty_url)
    engine = sync_engine(empty_url)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        VERSIONS.drop(connection)
    engine.dispose()

    migrate(empty_url)

    assert described(empty_url) == built
    assert set(built) == {*metadata.tables, "alembic_version", "definitions"}


def test_nothing_is_left_for_a_further_revision(empty_url: str) -> None:
    migrate(empty_url, from_scratch=True)
    engine = sync_engine(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_migrating_again_changes_nothing(empty_url: str) -> None:
    assert revision(empty_url) is None
    assert migrate(empty_url) is True
    before = described(empty_url)
    assert migrate(empty_url) is False
    assert revision(empty_url) == HEAD
    assert described(empty_url) == before


def test_processes_that_start_together_lay_out_the_tables_once(empty_url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        did = list(pool.map(migrate, [empty_url] * 6))
    assert sum(did) == 1


def test_a_newer_database_is_not_touched(empty_url: str) -> None:
    migrate(empty_url)
    engine = sync_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(VERSIONS.update().values(version_num="9999"))
    engine.dispose()
    with pytest.raises(NewerDatabaseError):
        migrate(empty_url)
    assert revision(empty_url) == "9999"


def test_an_up_to_date_start_does_not_load_alembic(sqlite_url: str) -> None:
    script = (
        "import sys; from waiting_room.migrations import migrate; "
        f"migrate({sqlite_url!r}); migrate({sqlite_url!r}); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name", "not a url"])
def test_other_databases_are_refused_without_repeating_the_url(url: str) -> None:
    with pytest.raises(ValueError, match="database URL") as refused:
        migrate(url)
    assert "host" not in str(refused.value)


def test_the_revisions_run_from_wherever_the_package_is_installed(tmp_path: Path) -> None:
    shutil.copytree(Path(waiting_room.__file__).parent, tmp_path / "site" / "waiting_room")
    script = (
        "from waiting_room.migrations import migrate, revision; "
        f"url = 'sqlite:///{tmp_path}/x.db'; migrate(url, from_scratch=True); print(revision(url))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
    )
    assert done.stdout.strip() == HEAD


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert revision(f"sqlite:///{tmp_path / 'absent.db'}") is None
    assert not list(tmp_path.iterdir())


def test_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'new.db'}")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
