"""Throttles: how often something was tried lately.

They survive a restart, which is what a guesser would wait for.

A throttle's key is a keyed digest (`texts.Vault.digest`) of what is counted: neither names nor addresses
are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from waiting_room.database import Database
from waiting_room.schema import UtcTime, throttles


@dataclass(frozen=True, slots=True)
class Tries:
    """How many there were in the window that ends `until`."""

    count: int
    until: datetime


class Throttles(Protocol):
    """Counters in fixed windows; a window begins with the first try in it."""

    async def count(self, key: str, window: timedelta, at: datetime) -> Tries:
        """Count one try. The first after a window's end begins the next window of length `window`."""
        ...

    async def tries(self, key: str, at: datetime) -> Tries | None:
        """The running window, without counting; None when there is none."""
        ...

    async def forget(self, key: str) -> None:
        """Forget the tries, as after a success."""
        ...

    async def purge(self, at: datetime) -> int:
        """Delete windows that have ended; how many."""
        ...


class SqlThrottles:
    """See `Throttles`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, key: str, window: timedelta, at: datetime) -> Tries:
        """See `Throttles.count`."""
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        over = throttles.c.window_ends_at <= at
        ends_at = sa.literal(at + window, UtcTime)
        upsert = (
            insert(throttles)
            .values(key=key, count=1, window_ends_at=at + window)
            .on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "count": sa.case((over, 1), else_=throttles.c.count + 1),
                    "window_ends_at": sa.case((over, ends_at), else_=throttles.c.window_ends_at),
                },
            )
            .returning(throttles.c.count.label("tries"), throttles.c.window_ends_at)
        )
        row = await self._database.write(lambda connection: connection.execute(upsert).one())
        return Tries(row.tries, row.window_ends_at)

    async def tries(self, key: str, at: datetime) -> Tries | None:
        """See `Throttles.tries`."""
        query = sa.select(throttles.c.count.label("tries"), throttles.c.window_ends_at).where(
            throttles.c.key == key, throttles.c.window_ends_at > at
        )
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else Tries(row.tries, row.window_ends_at)

    async def forget(self, key: str) -> None:
        """See `Throttles.forget`."""
        its = throttles.delete().where(throttles.c.key == key)
        await self._database.write(lambda connection: connection.execute(its))

    async def purge(self, at: datetime) -> int:
        """See `Throttles.purge`."""
        ended = throttles.delete().where(throttles.c.window_ends_at <= at)
        return await self._database.write(lambda connection: connection.execute(ended).rowcount)


class MemoryThrottles:
    """See `Throttles`."""

    def __init__(self) -> None:
        self._windows: dict[str, Tries] = {}

    async def count(self, key: str, window: timedelta, at: datetime) -> Tries:
        """See `Throttles.count`."""
        known = await self.tries(key, at)
        self._windows[key] = Tries(known.count + 1, known.until) if known else Tries(1, at + window)
        return self._windows[key]

    async def tries(self, key: str, at: datetime) -> Tries | None:
        """See `Throttles.tries`."""
        known = self._windows.get(key)
        return known if known is not None and at < known.until else None

    async def forget(self, key: str) -> None:
        """See `Throttles.forget`."""
        self._windows.pop(key, None)

    async def purge(self, at: datetime) -> int:
        """See `Throttles.purge`."""
        kept = {key: tries for key, tries in self._windows.items() if at < tries.until}
        purged = len(self._windows) - len(kept)
        self._windows = kept
        return purged
