"""Every adapter of the store, one after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from waiting_room.database import Database
from waiting_room.store import Store
from waiting_room.store_memory import MemoryStore
from waiting_room.store_sql import SqlStore

ADAPTERS = ["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=ADAPTERS)
async def adapter(request: pytest.FixtureRequest) -> AsyncIterator[Database | None]:
    """A database that is laid out; None is memory."""
    if request.param == "memory":
        yield None
        return
    database = Database(request.getfixturevalue(f"{request.param}_laid_out"))
    yield database
    await database.close()


@pytest.fixture
def store(adapter: Database | None) -> Store:
    return MemoryStore() if adapter is None else SqlStore(adapter)
