"""Runs the revisions on a connection that is already in a transaction.

Imported only when there is something to run.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from waiting_room.migrations import NewerDatabaseError
from waiting_room.schema import metadata


def scripts() -> ScriptDirectory:
    """The revisions beside this file, wherever the package is installed."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def upgrade(connection: sa.Connection, to: str = "head") -> None:
    """Run what lies between the database's revision and `to`, all in the transaction of `connection`.

    Raises:
        NewerDatabaseError: its revision is not one of ours.
    """
    directory = scripts()

    def steps(revision: str | tuple[str, ...], _context: MigrationContext) -> list[RevisionStep]:
        try:
            # What alembic.command itself calls; there is no public name for it.
            return directory._upgrade_revs(to, revision)  # type: ignore[arg-type]  # noqa: SLF001
        except CommandError:
            raise NewerDatabaseError from None

    with EnvironmentContext(Config(), directory, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
        environment.run_migrations()
