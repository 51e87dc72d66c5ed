"""Random mornings: two desks, duplicated commands, lost answers, a clock that jumps. The laws hold.

* The journal adds up to the projection, and its chain is whole.
* No command is recorded twice; the same command gets the same answer.
* Each desk's subscribers hear each record once, in order, from the first they heard of the visit.
* A page that folds what it is told stands where the visit is.
* No clinician holds two visits.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.waiting_room.scene import (
    ANA,
    BEN,
    CLOCK,
    DESK,
    LEE,
    MEMBER,
    NINE,
    ORTIZ,
    Scene,
    command_id,
    device_check,
)
from waiting_room.core import commands as c
from waiting_room.core.commands import Command
from waiting_room.core.ids import CommandId, DeviceId, LinkId, TextId, VisitId
from waiting_room.core.model import Actor, Outcome, Presence, Role
from waiting_room.core.patch import Json, fold
from waiting_room.core.records import replay
from waiting_room.core.refusals import Refused
from waiting_room.database import Unavailable
from waiting_room.desk import Change, Done
from waiting_room.schema import BUSY_STATES
from waiting_room.store import Append, Store, Stored
from waiting_room.store_memory import MemoryStore

VISITS = (ANA, BEN)


@dataclass(frozen=True)
class Wish:
    """Somebody asks for something, at one of the desks, perhaps while the connection to the store breaks."""

    desk: int
    visit: VisitId
    actor: Actor
    command: Command
    breaks: str
    repeats: bool
    passes: float


def _noted(who: Role, presence: Presence) -> Command:
    return c.NotePresence(who=who, presence=presence, since=NINE)


CLINICIANS_DO: list[Command] = [
    c.Claim(),
    c.RenewClaim(),
    c.ReleaseClaim(),
    c.Admit(),
    c.ConfirmIdentity(),
    c.Suspend(reason="break"),
    c.Resume(),
    c.Requeue(),
    c.End(outcome=Outcome.treated),
]

PEOPLE: list[tuple[Actor, list[Command]]] = [
    (
        MEMBER,
        [
            c.Leave(),
            c.ReturnToPlace(),
            c.SeeLine(),
            c.Step(step="devices"),
            c.Step(step="location"),
            device_check(),
            c.Redeem(link=LinkId("link-ana"), device=DeviceId("tablet"), birth_date_matches=False),
            c.Redeem(link=LinkId("link-ana"), device=DeviceId("tablet"), birth_date_matches=True),
            c.Say(text=TextId("new")),
        ],
    ),
    (DESK, [c.Hold(reason="lunch"), c.Release(), c.SeeLine(), c.IssueLink(link=LinkId("another"))]),
    (DESK, [c.Cancel(reason="mistake")]),
    (
        CLOCK,
        [
            c.PassTime(),
            _noted(Role.member, Presence.gone),
            _noted(Role.member, Presence.here),
            _noted(Role.clinician, Presence.gone),
        ],
    ),
    (LEE, CLINICIANS_DO),
    (ORTIZ, CLINICIANS_DO),
]

wishes = st.sampled_from(PEOPLE).flatmap(
    lambda person: st.builds(
        Wish,
        desk=st.integers(0, 1),
        visit=st.sampled_from(VISITS),
        actor=st.just(person[0]),
        command=st.sampled_from(person[1]),
        breaks=st.sampled_from(["", "", "", "", "before", "after"]),
        repeats=st.booleans(),
        passes=st.sampled_from([0, 0, 0, 1, 20, 46, 61, 700, -30]),
    )
)


class Breaking:
    """A store that loses its connection when told to, before or after the commit; others go first."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.breaks = ""

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def load(self, visit: VisitId) -> Stored | None:
        await asyncio.sleep(0)
        return await self._store.load(visit)

    async def append(self, new: Append) -> Stored:
        await asyncio.sleep(0)
        breaks, self.breaks = self.breaks, ""
        if breaks == "before":
            raise Unavailable
        stored = await self._store.append(new)
        if breaks == "after":
            raise Unavailable
        return stored


@dataclass
class Page:
    """A support page at one of the desks."""

    seqs: dict[VisitId, list[int]] = field(default_factory=dict)
    views: dict[VisitId, Json] = field(default_factory=dict)

    def hears(self, change: Change) -> None:
        visit = change.after.id
        self.seqs.setdefault(visit, []).extend(record.seq for record in change.records)
        for record in change.public(Role.support):
            self.views[visit] = fold(self.views.get(visit, {}), record["patch"])


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(wishes, min_size=5, max_size=40))
def test_the_laws_hold_whatever_happens(morning: list[Wish]) -> None:
    asyncio.run(_happens(morning))


async def _happens(morning: list[Wish]) -> None:
    kept = MemoryStore()
    stores = [Breaking(kept), Breaking(kept)]
    scenes = [await Scene.on(store) for store in stores]  # type: ignore[arg-type]
    scenes[1].clock = scenes[0].clock
    page = Page()
    scenes[0].desk.subscribe(page.hears)
    for visit in VISITS:
        await scenes[0].waiting(visit)

    for wish in morning:
        scenes[0].clock.passes(seconds=wish.passes)
        await _wished(scenes, stores, wish)
        await _check(kept)
    for visit in VISITS:  # the desk of the page meets what the other desk did
        await scenes[0].asks(CLOCK, c.PassTime(), visit)
    await _check_page(scenes[0], page)


async def _wished(scenes: list[Scene], stores: list[Breaking], wish: Wish) -> None:
    command, texts = wish.command, {}
    if isinstance(command, c.Say):
        command = c.Say(text=TextId(f"said-{command_id()}"))
        texts = {command.text: "Hello?"}
    if isinstance(command, c.NotePresence):
        since = scenes[0].clock.now() - timedelta(seconds=1)
        command = c.NotePresence(who=command.who, presence=command.presence, since=since)
    same = command_id()
    stores[wish.desk].breaks = wish.breaks
    asked = [scenes[wish.desk].asks(wish.actor, command, wish.visit, same_as=same, texts=texts)]
    if wish.repeats:
        asked.append(scenes[1 - wish.desk].asks(wish.actor, command, wish.visit, same_as=same, texts=texts))
    answers = await asyncio.gather(*asked)
    stores[wish.desk].breaks = ""
    recorded = [answer.records for answer in answers if isinstance(answer, Done) and answer.records]
    assert len(set(recorded)) <= 1
    assert all(type(answer) in (Done, Refused) for answer in answers)


async def _check(store: Store) -> None:
    holders: Counter[str] = Counter()
    for visit in VISITS:
        stored, records = await store.load(visit), await store.records(visit)
        assert stored is not None
        assert replay(records) == stored.visit
        assert await store.verify_chain(visit) is None
        by_command: dict[CommandId | None, list[int]] = {}
        for record in records:
            by_command.setdefault(record.command, []).append(record.seq)
        for seqs in by_command.values():
            assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        if stored.visit.state in BUSY_STATES:
            holders[stored.visit.claimed_by or ""] += 1
    assert all(count == 1 for count in holders.values())


async def _check_page(scene: Scene, page: Page) -> None:
    for visit in VISITS:
        now = await scene.desk.view(visit, Role.support)
        assert now is not None
        assert page.seqs[visit] == list(range(1, now.seq + 1))
        assert page.views[visit] == now.view
