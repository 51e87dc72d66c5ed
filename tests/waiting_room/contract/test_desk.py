"""The desk keeps its word on every store: decided on the truth, recorded once, told in order."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.waiting_room.scene import (
    ANA,
    BEN,
    BOOKING,
    CLOCK,
    DESK,
    LEE,
    MEMBER,
    NINE,
    NORTH,
    ORTIZ,
    Scene,
    book,
    command_id,
)
from waiting_room.core import commands as c
from waiting_room.core.ids import ClinicId, CommandId, DeviceId, LinkId, TextId, VisitId
from waiting_room.core.model import Outcome, Role, State
from waiting_room.core.patch import Json, fold
from waiting_room.core.refusals import Refusal, Refused
from waiting_room.database import Unavailable
from waiting_room.desk import Change, Done
from waiting_room.reading import Missed, Snapshot
from waiting_room.store import Append, Store, Stored
from waiting_room.texts import SealedText


@pytest.fixture
async def scene(store: Store) -> Scene:
    return await Scene.on(store)


@pytest.fixture
def heard(scene: Scene) -> list[Change]:
    changes: list[Change] = []
    scene.desk.subscribe(changes.append)
    return changes


def seqs(changes: list[Change], visit: VisitId = ANA) -> list[int]:
    return [record.seq for change in changes if change.after.id == visit for record in change.records]


async def test_a_claim_of_a_waiting_visit_is_done(scene: Scene) -> None:
    await scene.waiting()
    done = scene.done(await scene.asks(LEE, c.Claim()))
    assert done.visit.claimed_by == LEE.id
    assert [record.event.type for record in done.records] == ["claimed"]
    assert await scene.desk.visit(ANA) == done.visit


async def test_the_second_of_two_clinicians_is_told_who_won(scene: Scene) -> None:
    await scene.waiting()
    answers = await asyncio.gather(scene.asks(LEE, c.Claim()), scene.asks(ORTIZ, c.Claim()))
    [lost] = [answer for answer in answers if isinstance(answer, Refused)]
    [won] = [answer for answer in answers if isinstance(answer, Done)]
    assert lost == Refused(Refusal.claimed_by_other, {"clinician": won.visit.claimed_by or ""})


async def test_across_two_desks_the_loser_is_told_who_won(scene: Scene, store: Store) -> None:
    await scene.waiting()
    other = await Scene.on(store)
    await other.asks(CLOCK, c.PassTime())  # it knows the visit as it is now

    scene.done(await scene.asks(LEE, c.Claim()))

    assert await other.asks(ORTIZ, c.Claim()) == Refused(Refusal.claimed_by_other, {"clinician": LEE.id})


async def test_a_desk_that_is_behind_does_not_refuse_what_is_allowed_now(scene: Scene, store: Store) -> None:
    await scene.waiting()
    other = await Scene.on(store)
    scene.done(await scene.asks(LEE, c.Claim()))
    assert isinstance(await other.asks(ORTIZ, c.Claim()), Refused)  # it knows of the claim
    scene.done(await scene.asks(LEE, c.ReleaseClaim()))

    scene.done(await other.asks(ORTIZ, c.Claim()))


async def test_a_clinician_who_holds_a_visit_is_refused_another(scene: Scene) -> None:
    await scene.waiting(ANA)
    await scene.waiting(BEN)
    scene.done(await scene.asks(LEE, c.Claim(), ANA))
    assert await scene.asks(LEE, c.Claim(), BEN) == Refused(Refusal.clinician_busy)
    scene.done(await scene.asks(ORTIZ, c.Claim(), BEN))


async def test_the_same_command_again_gives_the_same_answer_and_adds_nothing(
    scene: Scene, store: Store
) -> None:
    await scene.waiting()
    claim = command_id()
    first = scene.done(await scene.asks(LEE, c.Claim(), same_as=claim))
    again = scene.done(await scene.asks(LEE, c.Claim(), same_as=claim))
    assert again == first
    assert len(await store.records(ANA)) == first.visit.seq


async def test_the_same_command_much_later_adds_nothing(scene: Scene, store: Store) -> None:
    await scene.waiting()
    claim = command_id()
    first = scene.done(await scene.asks(LEE, c.Claim(), same_as=claim))
    now = scene.done(await scene.asks(LEE, c.ReleaseClaim()))

    again = scene.done(await scene.asks(LEE, c.Claim(), same_as=claim))

    assert again.records == first.records
    assert again.visit == now.visit
    assert len(await store.records(ANA)) == now.visit.seq


async def test_the_same_command_at_another_desk_adds_nothing(scene: Scene, store: Store) -> None:
    await scene.waiting()
    other = await Scene.on(store)
    await other.asks(CLOCK, c.PassTime())
    claim = command_id()
    first, again = await asyncio.gather(
        scene.asks(LEE, c.Claim(), same_as=claim), other.asks(LEE, c.Claim(), same_as=claim)
    )
    assert scene.done(first).records == scene.done(again).records
    assert len(await store.recorded(ANA, claim)) == 1


async def test_a_visit_is_booked_once_however_often_it_is_asked(scene: Scene, store: Store) -> None:
    booked = command_id()
    answers = await asyncio.gather(*(scene.asks(BOOKING, book(ANA), same_as=booked) for _ in range(5)))
    assert {scene.done(answer).visit.seq for answer in answers} == {1}
    assert await scene.asks(BOOKING, book(ANA, minutes=30)) == Refused(Refusal.visit_exists)
    assert len(await store.records(ANA)) == 1


async def test_a_refusal_changes_nothing(scene: Scene, store: Store, heard: list[Change]) -> None:
    await scene.waiting()
    before, told = await store.records(ANA), len(heard)
    assert isinstance(await scene.asks(LEE, c.Admit()), Refused)
    assert await store.records(ANA) == before
    assert len(heard) == told


async def test_an_unknown_visit_is_refused(scene: Scene) -> None:
    assert await scene.asks(LEE, c.Claim()) == Refused(Refusal.visit_unknown)
    assert await scene.desk.visit(ANA) is None


async def test_a_wrong_birth_date_is_recorded_and_refused_each_time(scene: Scene, store: Store) -> None:
    await scene.booked()
    await scene.asks(DESK, c.IssueLink(link=LinkId("link")))
    redeem = c.Redeem(link=LinkId("link"), device=DeviceId("phone"), birth_date_matches=False)
    attempt = command_id()

    assert await scene.asks(MEMBER, redeem, same_as=attempt) == Refused(Refusal.not_recognised)
    assert await scene.asks(MEMBER, redeem, same_as=attempt) == Refused(Refusal.not_recognised)
    assert [record.event.type for record in await store.recorded(ANA, attempt)] == ["birth_date_refused"]

    await scene.asks(MEMBER, redeem)
    visit = await scene.desk.visit(ANA)
    assert visit is not None
    assert visit.link_tries == 2


async def test_subscribers_hear_each_record_once_in_order(scene: Scene, heard: list[Change]) -> None:
    await scene.waiting()
    await asyncio.gather(*(scene.asks(MEMBER, c.Step(step=f"step_{number}")) for number in range(10)))
    assert seqs(heard) == list(range(1, heard[-1].after.seq + 1))
    for change in heard:
        assert (change.before.seq if change.before else 0) + len(change.records) == change.after.seq


async def test_a_subscriber_that_fails_is_contained(scene: Scene, heard: list[Change]) -> None:
    def fails(_change: Change) -> None:
        raise RuntimeError("the page is gone")

    stop = scene.desk.subscribe(fails)
    late: list[Change] = []
    scene.desk.subscribe(late.append)
    await scene.booked()
    assert seqs(heard) == seqs(late) == [1]
    stop()


async def test_who_unsubscribed_hears_nothing(scene: Scene) -> None:
    changes: list[Change] = []
    scene.desk.subscribe(changes.append)()
    await scene.booked()
    assert changes == []


async def test_what_another_desk_recorded_is_told_before_what_follows(scene: Scene, store: Store) -> None:
    await scene.waiting()
    heard: list[Change] = []
    scene.desk.subscribe(heard.append)
    other = await Scene.on(store)
    other.done(await other.asks(LEE, c.Claim()))
    other.done(await other.asks(LEE, c.Admit()))

    scene.done(await scene.asks(LEE, c.ConfirmIdentity()))

    told = [record.event.type for change in heard for record in change.records]
    assert told == ["claimed", "admitted", "identity_confirmed"]
    assert seqs(heard) == list(range(seqs(heard)[0], heard[-1].after.seq + 1))


async def test_a_command_goes_on_when_whoever_asked_is_gone(scene: Scene, heard: list[Change]) -> None:
    await scene.waiting()
    asking = asyncio.create_task(scene.asks(LEE, c.Claim()))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await scene.desk.close()

    visit = await scene.desk.visit(ANA)
    assert visit is not None
    assert visit.state is State.claimed
    assert heard[-1].after == visit


class Unsure:
    """A store whose next append goes through, or does not, and then loses the connection."""

    def __init__(self, store: Store, *, commits: bool) -> None:
        self._store = store
        self._commits = commits
        self.armed = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def append(self, new: Append) -> Stored:
        if not self.armed:
            return await self._store.append(new)
        self.armed = False
        if self._commits:
            await self._store.append(new)
        raise Unavailable


@pytest.mark.parametrize("commits", [True, False], ids=["committed", "lost"])
async def test_an_append_of_unknown_fate_is_recorded_and_told_exactly_once(
    store: Store, commits: bool
) -> None:
    unsure = Unsure(store, commits=commits)
    scene = await Scene.on(unsure)  # type: ignore[arg-type]
    heard: list[Change] = []
    scene.desk.subscribe(heard.append)
    await scene.waiting()
    unsure.armed = True

    done = scene.done(await scene.asks(LEE, c.Claim()))

    assert [record.event.type for record in done.records] == ["claimed"]
    assert [record.event.type for record in await store.records(ANA)].count("claimed") == 1
    assert seqs(heard) == list(range(1, done.visit.seq + 1))


async def test_texts_that_cannot_be_read_do_not_hold_up_what_is_committed(store: Store) -> None:
    class Unreadable:
        """A store whose texts are away for a while."""

        def __init__(self) -> None:
            self.away = False

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        async def texts(self, visits: list[VisitId]) -> tuple[SealedText, ...]:
            if self.away:
                raise Unavailable
            return await store.texts(visits)

    unreadable = Unreadable()
    await (await Scene.on(store)).waiting()
    scene = await Scene.on(unreadable)  # type: ignore[arg-type]
    heard: list[Change] = []
    scene.desk.subscribe(heard.append)

    unreadable.away = True
    scene.done(await scene.asks(LEE, c.Claim()))
    unreadable.away = False
    scene.done(await scene.asks(LEE, c.Admit()))

    assert heard[0].texts == {}
    assert TextId("person-ana") in heard[1].texts


async def test_a_desk_remembers_so_many_visits_and_no_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("waiting_room.positions.VISITS_KEPT", 2)
    scene = await Scene.on(store)
    for number in range(4):
        await scene.booked(VisitId(f"v{number}"))
    assert list(scene.desk._positions._others) == ["v2", "v3"]
    await scene.asks(BOOKING, c.Cancel(reason="mistake"), VisitId("v0"))
    assert list(scene.desk._positions._others) == ["v3", "v0"]


async def test_a_link_is_live_until_the_next_is_issued(scene: Scene, store: Store) -> None:
    await scene.waiting()
    link = await store.link("link-ana")
    visit = await scene.desk.visit(ANA)
    assert link is not None
    assert visit is not None
    assert link.id == visit.link
    await scene.asks(DESK, c.IssueLink(link=LinkId("second")))
    visit = await scene.desk.visit(ANA)
    assert visit is not None
    assert link.id != visit.link


async def test_texts_are_open_to_who_may_see_them(scene: Scene) -> None:
    await scene.waiting()
    say = TextId("hello")
    await scene.asks(MEMBER, c.Say(text=say), texts={say: "Is this working?"})

    member = await scene.desk.view(ANA, Role.member)
    board = await scene.desk.view(ANA, Role.clinician, "lee")

    assert member is not None
    assert board is not None
    assert member.view["for_name"] == "Ana"
    assert [entry["text"] for entry in member.view["line"].values()] == ["Is this working?"]
    assert board.view["short_name"] == "Ana R."
    assert "birth_date" not in board.view


async def _busy_morning(scene: Scene) -> None:
    await scene.waiting()
    for number, actor in enumerate((MEMBER, DESK, MEMBER)):
        text = TextId(f"line-{number}")
        await scene.asks(actor, c.Say(text=text), texts={text: f"message {number}"})
    await scene.asks(LEE, c.Claim())
    scene.clock.passes(seconds=61)
    await scene.asks(CLOCK, c.PassTime())
    for command in (c.Claim(), c.Admit(), c.ConfirmIdentity(), c.End(outcome=Outcome.treated)):
        scene.done(await scene.asks(ORTIZ, command))


@pytest.mark.parametrize(
    ("role", "viewer"),
    [(Role.member, ""), (Role.support, ""), (Role.clinician, "lee"), (Role.clinician, "ortiz")],
)
async def test_a_page_that_folds_what_it_is_told_stands_where_the_visit_is(
    scene: Scene, heard: list[Change], role: Role, viewer: str
) -> None:
    await _busy_morning(scene)
    page: Json = {}
    for change in heard:
        for record in change.public(role, viewer):  # type: ignore[arg-type]
            page = fold(page, record["patch"])

    now = await scene.desk.view(ANA, role, viewer)  # type: ignore[arg-type]
    assert now is not None
    assert page == now.view


@pytest.mark.parametrize("since", [1, 4, 9, 12])
async def test_a_page_that_was_away_catches_up(scene: Scene, heard: list[Change], since: int) -> None:
    await _busy_morning(scene)
    told = [record for change in heard for record in change.public(Role.clinician, "ortiz")]
    page: Json = {}
    for record in told[:since]:
        page = fold(page, record["patch"])

    missed = await scene.desk.catch_up(ANA, since, Role.clinician, "ortiz")

    assert missed == Missed(tuple(told[since:]))
    for record in told[since:]:
        page = fold(page, record["patch"])
    now = await scene.desk.view(ANA, Role.clinician, "ortiz")
    assert now is not None
    assert page == now.view


async def test_a_page_that_is_up_to_date_gets_nothing(scene: Scene) -> None:
    await scene.waiting()
    visit = await scene.desk.visit(ANA)
    assert visit is not None
    assert await scene.desk.catch_up(ANA, visit.seq, Role.member) == Missed(())


@pytest.mark.parametrize("since", [0, -1, 10_000])
async def test_a_page_that_knows_nothing_sensible_gets_a_snapshot(scene: Scene, since: int) -> None:
    await scene.waiting()
    found = await scene.desk.catch_up(ANA, since, Role.member)
    assert isinstance(found, Snapshot)
    assert found == await scene.desk.view(ANA, Role.member)


async def test_there_is_nothing_to_see_of_an_unknown_visit(scene: Scene) -> None:
    assert await scene.desk.view(ANA, Role.member) is None
    assert await scene.desk.catch_up(ANA, 0, Role.member) is None


async def test_a_board_shows_the_open_visits_of_its_clinics(scene: Scene) -> None:
    await scene.waiting(ANA)
    await scene.booked(BEN, start=NINE - timedelta(minutes=10))
    await scene.booked(VisitId("south"), clinic=ClinicId("south"))
    over = VisitId("over")
    await scene.booked(over)
    await scene.asks(BOOKING, c.Cancel(reason="member_request"), over)

    board = await scene.desk.board([NORTH], Role.support)

    assert [row.visit.id for row in board] == [BEN, ANA]
    for row in board:
        alone = await scene.desk.view(row.visit.id, Role.support)
        assert alone is not None
        assert row.view == alone.view
    assert len(await scene.desk.open_visits()) == 3


async def test_what_was_said_in_a_visit_is_forgotten_once_it_has_ended(
    scene: Scene, heard: list[Change]
) -> None:
    await _busy_morning(scene)
    assert heard[-1].after.state is State.completed
    assert scene.desk._positions.get(ANA).texts is None


async def test_a_command_that_changes_nothing_is_done(scene: Scene) -> None:
    await scene.waiting()
    assert scene.done(await scene.asks(CLOCK, c.PassTime())).records == ()


async def test_who_keeps_losing_is_told_so(store: Store) -> None:
    class AlwaysBehind:
        """Somebody else is always quicker."""

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        async def append(self, _new: Append) -> Stored:
            number = command_id()
            await busy.asks(MEMBER, c.Step(step=number), same_as=CommandId(f"other-{number}"))
            return await store.append(_new)

    busy = await Scene.on(store)
    await busy.waiting()
    behind = await Scene.on(AlwaysBehind())  # type: ignore[arg-type]
    assert await behind.asks(LEE, c.Claim()) == Refused(Refusal.conflict)
