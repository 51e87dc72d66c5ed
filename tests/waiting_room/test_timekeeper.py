"""The timekeeper: what is due is settled when it is due, also after a restart and by whoever is there."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.waiting_room.scene import ANA, BEN, CLOCK, LEE, NINE, ORTIZ, Ids, Scene
from waiting_room.core import commands as c
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Presence, Role, State
from waiting_room.core.refusals import Refused
from waiting_room.database import Unavailable
from waiting_room.desk import Done
from waiting_room.store_memory import MemoryStore
from waiting_room.timekeeper import SWEEP_EVERY, Chore, Timekeeper


@pytest.fixture
async def scene() -> Scene:
    return await Scene.on(MemoryStore())


def timekeeper(scene: Scene, *chores: Chore) -> Timekeeper:
    return Timekeeper(scene.desk, scene.store, scene.clock, Ids(), chores=chores)


async def state(scene: Scene, visit: VisitId = ANA) -> State:
    found = await scene.desk.visit(visit)
    assert found is not None
    return found.state


async def test_a_claim_expires_when_its_time_has_come(scene: Scene) -> None:
    keeper = timekeeper(scene)
    await scene.waiting()
    await scene.asks(LEE, c.Claim())

    scene.clock.passes(seconds=59.999)
    await keeper.tick()
    assert await state(scene) is State.claimed

    scene.clock.passes(seconds=0.001)
    await keeper.tick()
    assert await state(scene) is State.waiting


async def test_it_comes_back_at_the_earliest_deadline(scene: Scene) -> None:
    keeper = timekeeper(scene)
    await scene.waiting()
    await scene.asks(LEE, c.Claim())
    assert await keeper.tick() == NINE + SWEEP_EVERY
    scene.clock.passes(seconds=57)
    assert await keeper.tick() == NINE + timedelta(seconds=60)


async def test_a_renewed_claim_does_not_expire_at_its_old_time(scene: Scene) -> None:
    keeper = timekeeper(scene)
    await scene.waiting()
    await scene.asks(LEE, c.Claim())
    scene.clock.passes(seconds=50)
    await keeper.tick()
    await scene.asks(LEE, c.RenewClaim())
    scene.clock.passes(seconds=10)
    await keeper.tick()
    assert await state(scene) is State.claimed
    scene.clock.passes(seconds=50)
    await keeper.tick()
    assert await state(scene) is State.waiting


async def test_what_fell_due_while_nobody_was_there_is_settled_at_the_start(scene: Scene) -> None:
    await scene.waiting(ANA)
    await scene.waiting(BEN)
    await scene.asks(LEE, c.Claim(), ANA)
    await scene.asks(ORTIZ, c.Claim(), BEN)
    scene.clock.passes(hours=1)
    restarted = await Scene.on(scene.store)
    restarted.clock.at = scene.clock.at

    await timekeeper(restarted).tick()

    assert await state(scene, ANA) is State.waiting
    assert await state(scene, BEN) is State.waiting


async def test_two_timekeepers_settle_it_once(scene: Scene) -> None:
    await scene.waiting()
    await scene.asks(LEE, c.Claim())
    other = await Scene.on(scene.store)
    other.clock.at = scene.clock.passes(seconds=60)
    await asyncio.gather(timekeeper(scene).tick(), timekeeper(other).tick())
    types = [record.event.type for record in await scene.store.records(ANA)]
    assert types.count("claim_expired") == 1


async def test_a_member_who_is_gone_is_away_after_a_while(scene: Scene) -> None:
    keeper = timekeeper(scene)
    await scene.waiting()
    gone = c.NotePresence(who=Role.member, presence=Presence.gone, since=scene.clock.now())
    await scene.asks(CLOCK, gone)
    scene.clock.passes(seconds=45)
    await keeper.tick()
    assert await state(scene) is State.away


async def test_a_clock_that_was_set_back_is_noticed(scene: Scene) -> None:
    keeper = timekeeper(scene)
    scene.clock.passes(days=30)
    await keeper.tick()
    scene.clock.passes(days=-30)
    assert await keeper.tick() == NINE + SWEEP_EVERY


async def test_a_store_that_is_away_is_asked_again_later(scene: Scene) -> None:
    class Away:
        """Cannot be asked."""

        async def deadlines(self, _until: datetime) -> tuple[tuple[VisitId, datetime], ...]:
            raise Unavailable

    keeper = Timekeeper(scene.desk, Away(), scene.clock, Ids())
    assert await keeper.tick() == NINE + SWEEP_EVERY


async def test_one_visit_that_fails_does_not_stop_the_others(scene: Scene) -> None:
    await scene.waiting(ANA)
    await scene.waiting(BEN)
    await scene.asks(LEE, c.Claim(), ANA)
    await scene.asks(ORTIZ, c.Claim(), BEN)
    execute = scene.desk.execute

    async def broken(visit: VisitId, *rest: object) -> Done | Refused:
        if visit == ANA:
            raise RuntimeError("a bug")
        return await execute(visit, *rest)  # type: ignore[arg-type]

    scene.desk.execute = broken  # type: ignore[assignment]
    scene.clock.passes(seconds=60)
    await timekeeper(scene).tick()
    assert await state(scene, ANA) is State.claimed
    assert await state(scene, BEN) is State.waiting


async def test_chores_are_done_every_so_often_whatever_happens_to_them(scene: Scene) -> None:
    done: list[datetime] = []

    async def chore(at: datetime) -> None:
        done.append(at)
        raise RuntimeError("not today")

    keeper = timekeeper(scene, Chore("purge", timedelta(minutes=10), chore))
    await keeper.tick()
    assert done == []
    at = scene.clock.passes(minutes=10)
    await keeper.tick()
    await keeper.tick()
    assert done == [at]


async def test_its_task_settles_news_at_once_and_ends_when_told(scene: Scene) -> None:
    keeper = timekeeper(scene)
    settled = asyncio.Event()
    scene.desk.subscribe(lambda change: settled.set() if change.after.state is State.away else None)
    await scene.waiting()
    keeper.start()
    await asyncio.sleep(0)
    scene.clock.passes(seconds=45)
    gone = c.NotePresence(
        who=Role.member, presence=Presence.gone, since=scene.clock.now() - timedelta(seconds=44.99)
    )
    await scene.asks(CLOCK, gone)
    scene.clock.passes(seconds=45)
    await asyncio.wait_for(settled.wait(), timeout=6)
    await keeper.stop()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "timekeeper"]


async def test_a_task_that_hangs_is_cut(scene: Scene) -> None:
    begun = asyncio.Event()

    async def hangs(_at: datetime) -> None:
        begun.set()
        await asyncio.Event().wait()

    keeper = timekeeper(scene, Chore("hangs", timedelta(0), hangs))
    keeper.start()
    await begun.wait()
    await keeper.stop(within=0.01)
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "timekeeper"]


async def test_stopping_what_was_never_started_is_nothing(scene: Scene) -> None:
    await timekeeper(scene).stop()
