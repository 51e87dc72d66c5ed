"""What operators do to the records: copies, proofs, legal holds, and deleting what is due."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from signaling.clock import Clock, SystemClock
from signaling.installation import check_schema, records_settings
from waiting_room import backup
from waiting_room.audit import Audit, audit
from waiting_room.core.ids import VisitId
from waiting_room.database import Database
from waiting_room.keys import SqlKeys
from waiting_room.migrations import HEAD
from waiting_room.placements import SqlPlacements
from waiting_room.sessions import SqlSessions
from waiting_room.store import Broken
from waiting_room.store_sql import SqlStore
from waiting_room.throttles import SqlThrottles


class UnknownVisitError(Exception):
    """There is no visit with that id."""


@asynccontextmanager
async def _opened() -> AsyncIterator[Database]:
    records = records_settings()
    check_schema(records)
    database = Database(records.database_url.get_secret_value(), pool_size=2)
    try:
        yield database
    finally:
        await database.close()


async def back_up(to: Path) -> backup.Copied:
    """Copy the SQLite database of the settings to a new file, while it is in use.

    Raises:
        BackupError: it cannot be done; nothing was changed.
    """
    url = records_settings().database_url.get_secret_value()
    return await asyncio.to_thread(backup.back_up, url, to)


async def restore(source: Path) -> tuple[backup.Copied, Audit | None]:
    """Make the database of the settings from a copy, and verify every journal.

    An older version's copy is not verified (None) before `migrate` has brought it here.

    Raises:
        BackupError: it cannot be done; nothing was changed.
    """
    url = records_settings().database_url.get_secret_value()
    copied = await asyncio.to_thread(backup.restore, url, source)
    return copied, await verify_all() if copied.revision == HEAD else None


async def verify_all() -> Audit:
    """Every visit's journal against its hashes."""
    async with _opened() as database:
        return await audit(database)


async def verify(visit: str) -> Broken | None:
    """One visit's journal against its hashes: the first record that does not fit.

    Raises:
        UnknownVisitError: there is neither such a visit nor a record of it.
    """
    async with _opened() as database:
        store = SqlStore(database)
        broken = await store.verify_chain(VisitId(visit))
        if broken is None and await store.load(VisitId(visit)) is None:
            raise UnknownVisitError
        return broken


async def hold(visit: str, clock: Clock | None = None) -> None:
    """Nothing of this visit is deleted from now on.

    Raises:
        UnknownVisitError: there is no such visit.
    """
    async with _opened() as database:
        if not await SqlStore(database).hold(VisitId(visit), (clock or SystemClock()).now()):
            raise UnknownVisitError


async def release(visit: str) -> None:
    """What is due of this visit is deleted by the next purge.

    Raises:
        UnknownVisitError: there is no such visit.
    """
    async with _opened() as database:
        if not await SqlStore(database).release_hold(VisitId(visit)):
            raise UnknownVisitError


async def purge(clock: Clock | None = None) -> dict[str, int]:
    """Delete now what a running server deletes every five minutes; how many of each."""
    at = (clock or SystemClock()).now()
    async with _opened() as database:
        return {
            "texts and parts of files": await SqlStore(database).purge(at),
            "sessions": await SqlSessions(database).purge(at),
            "idempotency keys": await SqlKeys(database).purge(at),
            "budgets of tries": await SqlThrottles(database).purge(at),
            "rooms of visits that are over": await SqlPlacements(database).purge(at),
        }
