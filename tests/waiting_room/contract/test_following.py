"""Two desks on one store, as two processes have them: each tells its subscribers all, once, in order."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.waiting_room.scene import ANA, BEN, DESK, LEE, MEMBER, Scene
from waiting_room.core import commands as c
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Outcome, Role, State
from waiting_room.core.patch import fold
from waiting_room.core.views import view
from waiting_room.desk import Change
from waiting_room.store import Store


@dataclass
class Watched:
    """A desk and all that its subscribers heard."""

    scene: Scene
    heard: list[Change] = field(default_factory=list)

    def seqs(self, visit: VisitId = ANA) -> list[int]:
        return [record.seq for change in self.heard if change.after.id == visit for record in change.records]


@pytest.fixture
async def here(store: Store) -> Watched:
    return await watched(store)


@pytest.fixture
async def there(store: Store) -> Watched:
    return await watched(store)


async def watched(store: Store) -> Watched:
    found = Watched(await Scene.on(store))
    found.scene.desk.subscribe(found.heard.append)
    return found


async def test_what_another_process_did_to_a_followed_visit_is_told_when_it_is_looked_at(
    here: Watched, there: Watched
) -> None:
    await here.scene.waiting()
    (visit,) = await there.scene.desk.follow()
    here.scene.done(await here.scene.asks(LEE, c.Claim()))
    here.scene.done(await here.scene.asks(LEE, c.Admit()))
    assert there.heard == []
    await there.scene.desk.look(ANA)
    (change,) = there.heard
    assert change.before == visit
    assert change.elsewhere
    assert [record.event.type for record in change.records] == ["claimed", "admitted"]
    await there.scene.desk.look(ANA)
    assert len(there.heard) == 1


async def test_its_own_changes_are_not_from_elsewhere(here: Watched) -> None:
    await here.scene.desk.follow()
    await here.scene.waiting()
    await here.scene.desk.look_around()
    assert not any(change.elsewhere for change in here.heard)
    assert here.seqs() == list(range(1, len(here.seqs()) + 1))


async def test_a_visit_that_another_process_made_is_told_from_its_first_record(
    here: Watched, there: Watched
) -> None:
    await there.scene.desk.follow()
    await here.scene.waiting()
    assert await there.scene.desk.look_around() == 1
    (change,) = there.heard
    assert change.before is None
    assert there.seqs() == here.seqs()
    assert await there.scene.desk.look_around() == 0


async def test_a_visit_that_ended_elsewhere_is_told_when_all_are_looked_at(
    here: Watched, there: Watched
) -> None:
    await here.scene.waiting()
    await here.scene.booked(BEN)
    await there.scene.desk.follow()
    here.scene.done(await here.scene.asks(DESK, c.Cancel(reason="mistake")))
    assert await there.scene.desk.look_around() == 1
    assert there.heard[-1].after.state is State.cancelled
    assert await there.scene.desk.look_around() == 0


async def test_a_visit_that_was_over_before_is_nothing_new(here: Watched, there: Watched) -> None:
    await here.scene.booked()
    here.scene.done(await here.scene.asks(DESK, c.Cancel(reason="mistake")))
    await there.scene.desk.follow()
    await there.scene.desk.look(ANA)
    await there.scene.desk.look(VisitId("never-was"))
    assert there.heard == []


async def test_taking_turns_both_tell_every_record_once_in_order_and_fold_to_the_same_view(
    here: Watched, there: Watched
) -> None:
    await here.scene.waiting()
    for one in (here, there):
        await one.scene.desk.follow()
        one.heard.clear()
    start = await here.scene.desk.view(ANA, Role.support)
    assert start is not None
    steps = [
        (here, LEE, c.Claim()),
        (there, LEE, c.Admit()),
        (here, MEMBER, c.Step(step="consent")),
        (there, LEE, c.Suspend(reason="interpreter")),
        (here, LEE, c.Resume()),
        (there, LEE, c.End(outcome=Outcome.treated)),
    ]
    for one, actor, command in steps:
        await one.scene.asks(actor, command)
    for one in (here, there):
        await one.scene.desk.look_around()
        assert one.seqs() == list(range(start.seq + 1, start.seq + 1 + len(one.seqs())))
        seen = start.view
        for change in one.heard:
            for public in change.public(Role.support):
                seen = fold(seen, public["patch"])
        last = one.heard[-1]
        assert seen == view(last.after, Role.support, last.texts, last.directory)
    assert here.heard[-1].after == there.heard[-1].after


async def test_the_positions_are_those_of_open_visits(here: Watched, store: Store) -> None:
    await here.scene.waiting()
    await here.scene.booked(BEN)
    here.scene.done(await here.scene.asks(DESK, c.Cancel(reason="mistake"), BEN))
    visit = await here.scene.desk.visit(ANA)
    assert visit is not None
    assert await store.positions() == {ANA: visit.seq}


async def test_however_many_visits_end_an_open_one_is_told_without_a_gap(
    here: Watched, there: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("waiting_room.positions.VISITS_KEPT", 2)
    await here.scene.waiting()
    await there.scene.desk.follow()
    for number in range(4):
        await there.scene.booked(VisitId(f"v{number}"))
        there.scene.done(await there.scene.asks(DESK, c.Cancel(reason="mistake"), VisitId(f"v{number}")))
    here.scene.done(await here.scene.asks(LEE, c.Claim()))
    await there.scene.desk.look(ANA)
    assert there.heard[-1].before is not None
    assert [record.event.type for record in there.heard[-1].records] == ["claimed"]
