"""The line: who is next, how many are ahead, and what heals."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.waiting_room.scene import ANA, BEN, LEE, MEMBER, NINE, NORTH, ORTIZ, Scene, command_id
from waiting_room.core import commands as c
from waiting_room.core.ids import ClinicId, StaffId, VisitId
from waiting_room.core.model import Outcome, State
from waiting_room.core.refusals import Refusal, Refused
from waiting_room.line import Line, Standing
from waiting_room.store_memory import MemoryStore

CID = VisitId("cid")


@pytest.fixture
async def scene() -> Scene:
    return await Scene.on(MemoryStore())


@pytest.fixture
def line(scene: Scene) -> Line:
    return Line(scene.desk, scene.people)


async def takes_next(scene: Scene, line: Line, who: str = "lee") -> object:
    answer = await line.take_next(StaffId(who), scene.clock.now(), command_id())
    return answer if isinstance(answer, Refused) else answer.visit.id


async def test_the_earliest_due_is_next(scene: Scene, line: Line) -> None:
    await scene.waiting(BEN, start=NINE + timedelta(minutes=5))
    await scene.waiting(ANA)
    assert line.order() == (ANA, BEN)
    assert await takes_next(scene, line) == ANA


async def test_those_without_a_place_come_after_by_appointment(scene: Scene, line: Line) -> None:
    await scene.booked(CID, start=NINE - timedelta(minutes=5))
    await scene.booked(BEN, start=NINE - timedelta(minutes=10))
    await scene.waiting(ANA)
    assert line.order([NORTH]) == (ANA, BEN, CID)
    assert line.order([ClinicId("south")]) == ()


async def test_everybody_knows_how_many_are_ahead(scene: Scene, line: Line) -> None:
    await scene.waiting(ANA)
    await scene.waiting(BEN, start=NINE + timedelta(minutes=5))
    await scene.waiting(CID, clinic=ClinicId("south"))
    assert line.standings() == {ANA: Standing(0, False), BEN: Standing(1, False), CID: Standing(0, True)}
    await scene.asks(LEE, c.Claim(), ANA)
    await scene.asks(LEE, c.Admit(), ANA)
    assert line.standings()[BEN] == Standing(0, False)


async def test_two_who_take_the_next_at_once_get_different_people(scene: Scene, line: Line) -> None:
    await scene.waiting(ANA)
    await scene.waiting(BEN)
    taken = await asyncio.gather(takes_next(scene, line, "lee"), takes_next(scene, line, "ortiz"))
    assert set(taken) == {ANA, BEN}


async def test_taking_the_next_twice_is_taking_one(scene: Scene, line: Line) -> None:
    await scene.waiting(ANA)
    await scene.waiting(BEN)
    assert await takes_next(scene, line) == ANA
    assert await takes_next(scene, line) == ANA


async def test_in_a_visit_there_is_no_next(scene: Scene, line: Line) -> None:
    await scene.waiting(ANA)
    await scene.waiting(BEN)
    await takes_next(scene, line)
    await scene.asks(LEE, c.Admit(), ANA)
    assert await takes_next(scene, line) == Refused(Refusal.clinician_busy)
    await scene.asks(LEE, c.End(outcome=Outcome.treated), ANA)
    assert await takes_next(scene, line) == BEN


async def test_nobody_is_waiting(scene: Scene, line: Line) -> None:
    await scene.booked(ANA)
    assert await takes_next(scene, line) == Refused(Refusal.nobody_waiting)


async def test_a_line_that_is_behind_tries_the_next(scene: Scene) -> None:
    await scene.waiting(ANA)
    await scene.waiting(BEN)
    other = await Scene.on(scene.store)
    line = Line(other.desk, other.people)
    await line.load()
    scene.done(await scene.asks(ORTIZ, c.Claim(), ANA))
    assert await takes_next(other, line) == BEN


async def test_loading_finds_what_was_missed_and_drops_what_is_over(scene: Scene) -> None:
    await scene.waiting(ANA)
    other = await Scene.on(scene.store)
    line = Line(other.desk, other.people)
    await line.load()
    await scene.waiting(BEN)
    await scene.asks(MEMBER, c.Leave(), ANA)
    await line.load()
    assert [visit.id for visit in line.visits()] == [BEN]


async def test_a_closed_line_hears_nothing(scene: Scene, line: Line) -> None:
    line.close()
    await scene.booked(ANA)
    assert line.visits() == ()


async def test_it_is_known_who_holds_what(scene: Scene, line: Line) -> None:
    await scene.waiting(ANA)
    assert line.held_by(StaffId("lee")) is None
    await scene.asks(LEE, c.Claim(), ANA)
    held = line.held_by(StaffId("lee"))
    assert held is not None
    assert held.state is State.claimed
