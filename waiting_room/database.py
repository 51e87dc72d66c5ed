"""One database behind one URL: SQLite, or PostgreSQL through psycopg.

Repositories hand over a whole unit of work, a plain function of a connection, and get what it returned. How
it is run is the only place where the two differ:

* SQLite has one writer. A process has one thread that writes, so its writers queue in memory instead of
  polling a lock, and each transaction is one hop to a thread and back, whatever the number of its
  statements. It begins with ``BEGIN IMMEDIATE``, so it has the right to write before it reads. The file is
  in WAL mode with ``synchronous=FULL``: a commit that returned is on the disk.
* PostgreSQL runs at read committed on a pool of async connections; writers meet at a conditional UPDATE or
  at a unique index.

Exceptions never carry values (``hide_parameters``, `Rejected`): they may hold what a person typed.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

BUSY_TIMEOUT_MS = 10_000
"""How long a SQLite writer waits for its turn. Longer hides a stuck process; shorter fails a busy one."""

LOCK_TIMEOUT_MS = 10_000
"""The same on PostgreSQL: how long one row's lock may be waited for."""

STATEMENT_TIMEOUT_MS = 30_000
"""No statement of ours takes a second; one that takes this long is cut, so that the pool cannot drain."""

READERS = 4
"""SQLite connections that only read. More would only wait for each other on the same disk."""

WRITES_AT_MOST = 2_000
"""Writes that may queue for SQLite: some seconds of work. Beyond it the answer is `Unavailable`, at once."""

READS_AT_MOST = 20_000
"""The same for reads, which are ten times quicker: everybody of a large house may reconnect at once."""

T = TypeVar("T")
Work = Callable[[sa.Connection], T]
"""A unit of work. It runs on another thread or inside a driver, so it touches nothing but its connection."""


class Unavailable(Exception):  # noqa: N818 - a state of the world, as the callers read it
    """The database cannot be asked just now. Whether a write that raised this was committed is unknown."""


class Rejected(Exception):  # noqa: N818 - an answer
    """The database refused what was asked, and nothing was written. `why` names a constraint or a code.

    It stands in for the driver's own exception, whose text may hold the row.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


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
        return parsed.set(drivername="sqlite")
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise ValueError("the database URL must start with sqlite:/// or postgresql://")


class Database:
    """The connections of one process to one database; `close` ends them all."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        """Nothing is connected until the first use.

        Args:
            url: ``sqlite:///file`` or ``postgresql://…``.
            pool_size: PostgreSQL connections of this process at most.
        """
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine: _Engine = _Sqlite(self.url) if self.is_sqlite else _Postgres(self.url, pool_size)

    async def write(self, work: Work[T]) -> T:
        """Do `work` in a transaction that may write: commits when it returns, rolls back when it raises.

        Raises:
            Rejected: a constraint does not hold.
            Unavailable: no connection, or it broke. When the work itself had finished, the commit may have
                happened.
        """
        with _available():
            return await self._engine.write(work)

    async def read(self, work: Work[T]) -> T:
        """Do `work` that only reads. On SQLite all of it sees one snapshot.

        Raises:
            Unavailable: no connection, or it broke.
        """
        with _available():
            return await self._engine.read(work)

    async def ping(self) -> None:
        """Ask the database for nothing.

        Raises:
            Unavailable: it does not answer.
        """
        await self.read(lambda connection: connection.execute(sa.select(1)).scalar())

    async def truncate_log(self) -> None:
        """Fold SQLite's write-ahead log into the file, so that deleted content is gone from it as well."""
        with _available():
            await self._engine.truncate_log()

    async def close(self) -> None:
        """Close every connection. Nothing may be asked after this; safe to call twice."""
        await self._engine.close()


class _Engine(Protocol):
    """How units of work are run."""

    async def write(self, work: Work[T]) -> T: ...

    async def read(self, work: Work[T]) -> T: ...

    async def truncate_log(self) -> None: ...

    async def close(self) -> None: ...


class _Lane:
    """Threads with a connection each, and a queue before them."""

    def __init__(self, engine: sa.Engine, threads: int, at_most: int, name: str) -> None:
        self.engine = engine
        self.threads = ThreadPoolExecutor(threads, name)
        self._at_most = at_most
        self._waiting = 0

    async def run(self, work: Work[T]) -> T:
        def transaction() -> T:
            with self.engine.begin() as connection:
                return work(connection)

        if self._waiting >= self._at_most:
            raise Unavailable("too many are waiting")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, transaction)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self.threads.shutdown(wait=True)
        self.engine.dispose()


class _Sqlite:
    """One thread that writes, and a few that read."""

    def __init__(self, url: sa.URL) -> None:
        writer, reader = _sqlite_engine(url, 1, "BEGIN IMMEDIATE"), _sqlite_engine(url, READERS, "BEGIN")
        self._writing = _Lane(writer, 1, WRITES_AT_MOST, "sqlite-writer")
        self._reading = _Lane(reader, READERS, READS_AT_MOST, "sqlite-reader")

    async def write(self, work: Work[T]) -> T:
        return await self._writing.run(work)

    async def read(self, work: Work[T]) -> T:
        return await self._reading.run(work)

    async def truncate_log(self) -> None:
        def run() -> None:
            connection = self._writing.engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

        await asyncio.get_running_loop().run_in_executor(self._writing.threads, run)

    async def close(self) -> None:
        for lane in (self._writing, self._reading):
            await asyncio.to_thread(lane.close)


class _Postgres:
    """A pool of async connections."""

    def __init__(self, url: sa.URL, pool_size: int) -> None:
        self._engine = _postgres_engine(url, pool_size)

    async def write(self, work: Work[T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def read(self, work: Work[T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(work)

    async def truncate_log(self) -> None:
        """The server recycles its own."""

    async def close(self) -> None:
        await self._engine.dispose()


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise Unavailable(type(error).__name__) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(type(error).__name__) from error
        raise Rejected(_why(error)) from None


def _why(error: DBAPIError) -> str:
    """What was violated, without a value of the row."""
    if isinstance(error.orig, sqlite3.IntegrityError):
        return str(error.orig)  # names tables and columns only
    diagnosis = getattr(error.orig, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None)
    return constraint or getattr(error.orig, "sqlstate", None) or type(error.orig).__name__


def _sqlite_engine(url: sa.URL, connections: int, begin: str) -> sa.Engine:
    engine = sa.create_engine(
        url,
        poolclass=sa.QueuePool,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
        json_serializer=canonical,
        connect_args={
            "check_same_thread": False
        },  # a connection has one user at a time, though not always the same
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi_connection: Any, _record: object) -> None:
        prepare_sqlite(dbapi_connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def prepare_sqlite(dbapi_connection: Any) -> None:
    """Make commits durable and deletions final. The write-ahead log is the file's, set by `migrate`."""
    dbapi_connection.isolation_level = None  # the driver must not begin transactions of its own
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
    # Loading this takes as long as all else of SQLAlchemy; whoever runs on SQLite starts without it.
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

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
        # A server that acknowledges before writing would make our acknowledgements untrue. Stronger settings
        # stay as they are.
        cursor = dbapi_connection.cursor()
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false) "
            "WHERE current_setting('synchronous_commit') = 'off'"
        )
        cursor.close()
        dbapi_connection.commit()

    return engine
