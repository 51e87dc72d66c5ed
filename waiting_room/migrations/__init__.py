"""The schema's history (Alembic), and `migrate`, which brings a database to its end.

`HEAD` is written here as well as in the last revision, so that a database that is up to date (every start
but the first) is recognised without loading Alembic; a test keeps the two equal. An empty database is laid
out from `schema` at once and stamped, for the same reason; a test keeps that equal, table by table, to the
database the revisions build.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from sqlite3 import OperationalError
from typing import Any

import sqlalchemy as sa

from waiting_room.database import parse_url, prepare_sqlite
from waiting_room.schema import metadata

HEAD = "0005"
"""The newest revision."""

_LOG_TRIES = 100
_LOG_PAUSE_SECONDS = 0.05

_LOCK = 7_310_579_002
"""Names our advisory lock on PostgreSQL: processes that start together lay out the tables once."""

VERSIONS = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


class NewerDatabaseError(Exception):
    """The database was laid out by a newer release; this one does not touch it."""


def migrate(url: str, *, from_scratch: bool = False) -> bool:
    """Bring the database at `url` to `HEAD`. Blocking; safe to run in several processes at once.

    Args:
        url: ``sqlite:///file`` (the file is made if it is missing) or ``postgresql://…``.
        from_scratch: run every revision even in an empty database, as an old one would have been brought
        here.

    Returns:
        Whether anything had to be done.

    Raises:
        NewerDatabaseError: it is at a revision that this release does not know.
        ValueError: the URL is not one of ours.
    """
    engine = sync_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            with contextlib.suppress(OSError):  # then the engine says it
                Path(engine.url.database or "").touch(mode=0o600)  # for its owner alone, as its log is then
            _use_write_ahead_log(engine)
        with engine.connect() as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            return _bring_to_head(connection, from_scratch)
    finally:
        engine.dispose()


def revision(url: str) -> str | None:
    """The revision the database at `url` is at; None when it is empty or not there. Blocking.

    Changes nothing: looking makes no file.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return None
    engine = sync_engine(url)
    try:
        with engine.connect() as connection:
            return _revision(connection)
    finally:
        engine.dispose()


def sync_engine(url: str) -> sa.Engine:
    """An engine for blocking use, at start-up and in tools, with the same durability as the store's."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(
            parsed, poolclass=sa.NullPool, hide_parameters=True, connect_args={"connect_timeout": 5}
        )
    engine = sa.create_engine(parsed, poolclass=sa.NullPool, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def _prepare(dbapi_connection: Any, _record: object) -> None:
        prepare_sqlite(dbapi_connection)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _use_write_ahead_log(engine: sa.Engine) -> None:
    """Once for the life of the file.

    SQLite does not wait for its turn here, however patient the connection is.
    """
    for left in reversed(range(_LOG_TRIES)):
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode=WAL")
        except OperationalError:
            if not left:
                raise
        else:
            return
        finally:
            connection.close()
        time.sleep(_LOG_PAUSE_SECONDS)


def _bring_to_head(connection: sa.Connection, from_scratch: bool) -> bool:
    at = _revision(connection)
    if at == HEAD:
        return False
    if at is None and not from_scratch:
        metadata.create_all(connection, checkfirst=False)
        VERSIONS.create(connection)
        connection.execute(VERSIONS.insert().values(version_num=HEAD))
        return True
    # Alembic loads only when there is work for it.
    from waiting_room.migrations.runner import upgrade  # noqa: PLC0415

    upgrade(connection)
    return True


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSIONS.name):
        return None
    found: str | None = connection.execute(sa.select(VERSIONS.c.version_num)).scalar()
    return found
