"""PostgreSQL goes away and comes back: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import pytest

from tests.postgres import Postgres, PostgresMissingError, running
from tests.waiting_room.scene import ANA, LEE, Scene, command_id
from waiting_room.core.commands import Claim
from waiting_room.core.model import State
from waiting_room.database import Database, Unavailable
from waiting_room.migrations import migrate
from waiting_room.store_sql import SqlStore


@pytest.mark.postgres
@pytest.mark.slow
async def test_a_database_that_crashes_and_returns_is_used_again() -> None:
    try:
        with running(fsync=True) as server:
            await _crash_and_return(server)
    except PostgresMissingError as missing:
        pytest.skip(f"PostgreSQL tests: {missing}")


async def _crash_and_return(server: Postgres) -> None:
    url = server.url()
    migrate(url)
    database = Database(url)
    scene = await Scene.on(SqlStore(database))
    await scene.waiting()
    claim = command_id()
    done = scene.done(await scene.asks(LEE, Claim(), same_as=claim))

    server.crash()
    with pytest.raises(Unavailable):
        await scene.asks(LEE, Claim(), same_as=command_id())
    with pytest.raises(Unavailable):
        await scene.desk.visit(ANA)
    server.start()

    again = scene.done(await scene.asks(LEE, Claim(), same_as=claim))
    assert again.records == done.records
    visit = await scene.desk.visit(ANA)
    assert visit is not None
    assert visit.state is State.claimed
    assert await scene.store.verify_chain(ANA) is None
    await database.close()
