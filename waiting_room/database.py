"""One database behind one URL: SQLite through aiosqlite, or PostgreSQL through psycopg.

The two differ in how a write begins, and nowhere else that the repositories can see:

* SQLite has one writer. Every write transaction begins with ``BEGIN IMMEDIATE`` on the one writing
  connection of this process, so that it either has the right to write or waits for it; it never fails half
  way. The file is in WAL mode with ``synchronous=FULL``: a commit that returned is on the disk.
* PostgreSQL runs at read committed; writers meet at a conditional UPDATE or at a unique index.

Exceptions never carry parameters (``hide_parameters``): they may hold what a person typed.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

BUSY_TIMEOUT_MS = 10_000
"""How long a SQLite writer waits for its turn.

Longer hides a stuck process, shorter fails a busy but healthy one.
"""

LOCK_TIMEOUT_MS = 10_000
"""The same on PostgreSQL: how long one row's lock may be waited for."""

STATEMENT_TIMEOUT_MS = 30_000
"""No statement of ours takes a second; one that takes this long is cut, so that the pool cannot drain."""

READERS = 4
"""SQLite connections that only read. More would only wait for each other on the same disk."""


class Unavailable(Exception):  # noqa: N818 - a state of the world, as the callers read it
    """The database cannot be asked just now. Whether a write that raised this was committed is unknown."""


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values have equal text, so that it can be hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def parse_url(url: str) -> sa.URL:
    """The URL with its driver named.

    Raises:
        ValueError: neither SQLite with a file nor PostgreSQL. The message does not repeat the URL: it may
            hold a password.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise ValueError("the database URL cannot be read") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError("a SQLite database URL needs a file: sqlite:///path/to/file.db")
        return parsed.set(drivername="sqlite+aiosqlite")
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise ValueError("the database URL must start with sqlite:/// or postgresql://")


class Database:
    """The engines of one database. Owns their connections; ``close`` ends them all."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        """Nothing is connected until the first use.

        Args:
            url: ``sqlite:///file`` or ``postgresql://…``.
            pool_size: PostgreSQL connections of this process at most.
        """
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _sqlite_engine(self.url, 1, "BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(self.url, READERS, "BEGIN")
        else:
            self._writer = self._reader = _postgres_engine(self.url, pool_size)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: commits at the end of the block, rolls back when it raises.

        Raises:
            Unavailable: no connection, or it broke. When the block itself had finished, the commit may have
                happened.
        """
        async with _available(), self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that only reads. On SQLite the whole block sees one snapshot."""
        async with _available(), self._reader.connect() as connection:
            yield connection

    async def truncate_log(self) -> None:
        """Fold SQLite's write-ahead log into the file, so that deleted content is gone from it as well."""
        if self.is_sqlite:
            async with _available(), self._writer.connect() as connection:
                raw = await connection.get_raw_connection()
                assert raw.driver_connection is not None
                await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close every connection. Safe to call twice."""
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


@asynccontextmanager
async def _available() -> AsyncIterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise Unavailable(type(error).__name__) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(type(error).__name__) from error
        raise


def _sqlite_engine(url: sa.URL, connections: int, begin: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=BUSY_TIMEOUT_MS / 1000 * 2,
        hide_parameters=True,
        json_serializer=canonical,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None  # the driver must not begin transactions of its own
        prepare_sqlite(dbapi_connection)

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def prepare_sqlite(dbapi_connection: Any) -> None:
    """Set what makes a commit durable and a deletion final.

    The write-ahead log is the file's, set by `migrate`.
    """
    cursor = dbapi_connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _postgres_engine(url: sa.URL, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,  # a restart of the server costs a reconnect, not a failed command
        hide_parameters=True,
        json_serializer=canonical,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}",
        },
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _durable(dbapi_connection: Any, _record: object) -> None:
        # A server set to acknowledge before writing would make our acknowledgements untrue. Stronger
        # settings stay.
        cursor = dbapi_connection.cursor()
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false) "
            "WHERE current_setting('synchronous_commit') = 'off'"
        )
        cursor.close()
        dbapi_connection.commit()

    return engine
