"""What every store promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.waiting_room.scene import (
    ANA,
    BEN,
    BOOKING,
    DESK,
    LEE,
    MEMBER,
    NINE,
    NORTH,
    ORTIZ,
    PERSON,
    Journaled,
    book,
    command_id,
    vault,
)
from waiting_room.core import commands as c
from waiting_room.core.ids import ClinicId, LinkId, RecordingId, TextId, VisitId
from waiting_room.core.model import Outcome, State
from waiting_room.core.records import replay
from waiting_room.store import ClinicianBusy, Conflict, Link, NewLink, Store


@pytest.fixture
def journaled(store: Store) -> Journaled:
    return Journaled(store)


async def test_what_was_appended_is_what_is_read(store: Store, journaled: Journaled) -> None:
    written = await journaled.waiting()

    assert await store.load(ANA) == written
    assert written.visit.state is State.waiting


async def test_the_projection_is_what_the_journal_adds_up_to(store: Store, journaled: Journaled) -> None:
    written = await journaled.waiting()

    records = await store.records(ANA)
    assert replay(records) == written.visit
    assert [record.seq for record in records] == list(range(1, written.visit.seq + 1))


async def test_records_since_leave_out_what_is_known(store: Store, journaled: Journaled) -> None:
    await journaled.waiting()
    assert (await store.records(ANA, since=5))[0].seq == 6


async def test_an_unknown_visit_is_nothing(store: Store) -> None:
    assert await store.load(ANA) is None
    assert await store.records(ANA) == ()
    assert await store.recorded(ANA, command_id()) == ()
    assert await store.verify_chain(ANA) is None


async def test_moments_keep_their_millisecond(store: Store, journaled: Journaled) -> None:
    journaled.at = NINE + timedelta(milliseconds=1)
    written = await journaled.booked()
    read = await store.load(ANA)

    assert read is not None
    assert read.visit.updated_at == written.visit.updated_at == NINE + timedelta(milliseconds=1)
    assert (await store.records(ANA))[0].at == NINE + timedelta(milliseconds=1)


async def test_a_decision_on_an_old_position_is_a_conflict_and_changes_nothing(
    store: Store, journaled: Journaled
) -> None:
    old = await journaled.waiting()
    won = await journaled.act(ANA, c.Claim(), LEE)

    with pytest.raises(Conflict):
        await journaled.act(ANA, c.Claim(), ORTIZ, before=old)

    assert await store.load(ANA) == won
    assert len(await store.records(ANA)) == won.visit.seq


async def test_a_visit_is_made_once(store: Store, journaled: Journaled) -> None:
    first = await journaled.booked()
    with pytest.raises(Conflict):
        await journaled.act(ANA, book(ANA), BOOKING, before=None)
    assert await store.load(ANA) == first


async def test_of_many_who_decide_at_once_one_wins(store: Store, journaled: Journaled) -> None:
    position = await journaled.waiting()

    async def claim(number: int) -> str:
        actor = LEE if number % 2 else ORTIZ
        try:
            await store.append(journaled.decided(position, ANA, c.Claim(), actor))
        except Conflict:
            return "lost"
        return actor.id

    answers = await asyncio.gather(*(claim(number) for number in range(12)))

    winners = [answer for answer in answers if answer != "lost"]
    now = await store.load(ANA)
    assert now is not None
    assert winners == [now.visit.claimed_by]
    assert await store.verify_chain(ANA) is None


async def test_a_clinician_holds_one_visit(store: Store, journaled: Journaled) -> None:
    await journaled.waiting(ANA)
    before = await journaled.waiting(BEN)
    await journaled.act(ANA, c.Claim(), LEE)

    with pytest.raises(ClinicianBusy) as busy:
        await journaled.act(BEN, c.Claim(), LEE)

    assert busy.value.clinician == LEE.id
    assert await store.load(BEN) == before
    assert len(await store.records(BEN)) == before.visit.seq


async def test_a_clinician_in_a_visit_holds_it(journaled: Journaled) -> None:
    await journaled.waiting(ANA)
    await journaled.waiting(BEN)
    await journaled.act(ANA, c.Claim(), LEE)
    await journaled.act(ANA, c.Admit(), LEE)
    with pytest.raises(ClinicianBusy):
        await journaled.act(BEN, c.Claim(), LEE)


async def test_a_visit_on_hold_frees_its_clinician(journaled: Journaled) -> None:
    await journaled.waiting(ANA)
    await journaled.waiting(BEN)
    for command in (c.Claim(), c.Admit(), c.Suspend(reason="break")):
        await journaled.act(ANA, command, LEE)

    await journaled.act(BEN, c.Claim(), LEE)
    with pytest.raises(ClinicianBusy):
        await journaled.act(ANA, c.Resume(), LEE)


async def test_of_two_claims_of_one_clinician_at_once_one_stands(store: Store, journaled: Journaled) -> None:
    visits = [VisitId(f"v{number}") for number in range(6)]
    positions = {visit: await journaled.waiting(visit) for visit in visits}

    async def claim(visit: VisitId) -> bool:
        try:
            await store.append(journaled.decided(positions[visit], visit, c.Claim(), LEE))
        except ClinicianBusy:
            return False
        return True

    assert sum(await asyncio.gather(*(claim(visit) for visit in visits))) == 1


async def test_a_command_is_recorded_once(store: Store, journaled: Journaled) -> None:
    await journaled.waiting()
    claim = command_id()
    await journaled.act(ANA, c.Claim(), LEE, command_id=claim)
    now = await journaled.act(ANA, c.ReleaseClaim(), LEE)

    with pytest.raises(Conflict):
        await journaled.act(ANA, c.Claim(), LEE, command_id=claim)

    assert await store.load(ANA) == now
    assert [record.event.type for record in await store.recorded(ANA, claim)] == ["claimed"]


async def test_what_a_command_recorded_is_found_by_its_id_alone(store: Store, journaled: Journaled) -> None:
    await journaled.booked(ANA)
    booked = command_id()
    await journaled.act(BEN, book(BEN), BOOKING, command_id=booked)

    assert await store.recorded(ANA, booked) == ()
    assert len(await store.recorded(BEN, booked)) == 1


async def test_texts_come_back_sealed_and_open_with_the_key(store: Store, journaled: Journaled) -> None:
    await journaled.booked()
    await journaled.booked(BEN)

    [sealed] = await store.texts([ANA])

    assert b"Ruiz" not in sealed.sealed
    assert vault().open(ANA, sealed.id, sealed.sealed) == PERSON
    assert len(await store.texts([ANA, BEN])) == 2
    assert await store.texts([]) == ()


async def test_nothing_of_a_lost_append_stays(store: Store, journaled: Journaled) -> None:
    old = await journaled.waiting()
    await journaled.act(ANA, c.Claim(), LEE)
    texts = await store.texts([ANA])
    issue = c.IssueLink(link=LinkId("late"))
    links = (NewLink(id=LinkId("late"), token_sha256="d" * 64),)

    with pytest.raises(Conflict):
        await journaled.act(ANA, issue, DESK, before=old, links=links, texts={TextId("late"): "…"})

    assert await store.texts([ANA]) == texts
    assert await store.link("d" * 64) is None


async def test_an_id_used_twice_is_refused_without_a_word_of_the_text(
    store: Store, journaled: Journaled
) -> None:
    before = await journaled.waiting()
    say = c.Say(text=TextId("person-ana"))

    with pytest.raises(ValueError, match="an id is used twice") as refused:
        await journaled.act(ANA, say, MEMBER, texts={TextId("person-ana"): "my secret"})

    assert refused.value.__cause__ is None
    assert await store.load(ANA) == before


async def test_a_link_is_found_by_its_digest(store: Store, journaled: Journaled) -> None:
    await journaled.booked()
    links = (NewLink(id=LinkId("first"), token_sha256="a" * 64),)
    await journaled.act(ANA, c.IssueLink(link=LinkId("first")), DESK, links=links)

    assert await store.link("a" * 64) == Link(LinkId("first"), ANA)
    assert await store.link("b" * 64) is None


async def test_open_visits_are_those_that_have_not_ended(store: Store, journaled: Journaled) -> None:
    ana = await journaled.waiting(ANA)
    ben = await journaled.booked(BEN, start=NINE - timedelta(minutes=5))
    over = VisitId("over")
    await journaled.booked(over)
    await journaled.act(over, c.Cancel(reason="member_request"), BOOKING)

    assert await store.open_visits([NORTH]) == (ben, ana)
    assert await store.open_visits() == (ben, ana)
    assert await store.open_visits([ClinicId("south")]) == ()
    assert await store.open_visits([]) == ()


async def test_deadlines_are_known_in_order(store: Store, journaled: Journaled) -> None:
    await journaled.waiting(ANA)
    await journaled.waiting(BEN)
    await journaled.act(ANA, c.Claim(), LEE)
    journaled.at = NINE + timedelta(seconds=1)
    await journaled.act(BEN, c.Claim(), ORTIZ)

    found = await store.deadlines(NINE + timedelta(seconds=60.5))
    assert found == ((ANA, NINE + timedelta(seconds=60)),)
    assert [visit for visit, _ in await store.deadlines(NINE + timedelta(days=1))] == [ANA, BEN]


async def test_a_deadline_that_is_met_is_forgotten(store: Store, journaled: Journaled) -> None:
    await journaled.waiting(ANA)
    await journaled.act(ANA, c.Claim(), LEE)
    await journaled.act(ANA, c.ReleaseClaim(), LEE)
    assert await store.deadlines(NINE + timedelta(minutes=10)) == ()


async def _ended(journaled: Journaled, visit: VisitId = ANA) -> None:
    await journaled.waiting(visit)
    for command in (c.Claim(), c.Admit(), c.End(outcome=Outcome.treated)):
        await journaled.act(visit, command, LEE)


async def test_texts_outlive_a_visit_by_an_hour(store: Store, journaled: Journaled) -> None:
    await _ended(journaled)

    assert await store.purge(NINE + timedelta(minutes=59)) == 0
    assert await store.purge(NINE + timedelta(minutes=60)) == 1
    assert await store.texts([ANA]) == ()


async def test_the_names_of_who_agreed_to_a_recording_are_kept_with_it(
    store: Store, journaled: Journaled
) -> None:
    await journaled.waiting()
    for command in (c.Claim(), c.Admit(), _ask()):
        await journaled.act(ANA, command, LEE)
    name = TextId("name-of-leo")
    agree = c.AgreeRecording(recording=RecordingId("rec"), consent="v1", language="en", people=(name,))
    await journaled.act(ANA, agree, MEMBER, texts={name: "Leo"}, kind="recording")
    await journaled.act(ANA, c.End(outcome=Outcome.treated), LEE)

    await store.purge(NINE + timedelta(days=1))
    assert [text.id for text in await store.texts([ANA])] == [name]


def _ask() -> c.AskRecording:
    return c.AskRecording(recording=RecordingId("rec"), consent="v1", language="en")


async def test_texts_of_an_open_visit_are_never_purged(store: Store, journaled: Journaled) -> None:
    await journaled.waiting()
    assert await store.purge(NINE + timedelta(days=365)) == 0


async def test_a_purge_leaves_the_history_whole(store: Store, journaled: Journaled) -> None:
    await _ended(journaled)
    before = await store.records(ANA)
    await store.purge(NINE + timedelta(days=1))

    assert await store.records(ANA) == before
    assert await store.verify_chain(ANA) is None


async def test_a_legal_hold_keeps_texts_until_it_is_released(store: Store, journaled: Journaled) -> None:
    await _ended(journaled)
    assert await store.hold(ANA, NINE)
    assert await store.purge(NINE + timedelta(days=400)) == 0

    assert await store.release_hold(ANA)
    assert await store.purge(NINE + timedelta(days=400)) == 1


async def test_a_hold_survives_what_happens_next(store: Store, journaled: Journaled) -> None:
    await journaled.waiting()
    await store.hold(ANA, NINE)
    for command in (c.Claim(), c.Admit(), c.End(outcome=Outcome.treated)):
        await journaled.act(ANA, command, LEE)
    assert await store.purge(NINE + timedelta(days=1)) == 0


async def test_there_is_nothing_to_hold_of_an_unknown_visit(store: Store) -> None:
    assert not await store.hold(ANA, NINE)
    assert not await store.release_hold(ANA)


async def test_who_left_and_returned_keeps_their_texts(store: Store, journaled: Journaled) -> None:
    await journaled.waiting()
    await journaled.act(ANA, c.Leave(), MEMBER)
    journaled.at = NINE + timedelta(minutes=5)
    await journaled.act(ANA, c.ReturnToPlace(), MEMBER)
    assert await store.purge(NINE + timedelta(hours=2)) == 0


async def test_links_outlive_a_visit_by_thirty_days(store: Store, journaled: Journaled) -> None:
    await journaled.booked()
    links = (NewLink(id=LinkId("first"), token_sha256="a" * 64),)
    await journaled.act(ANA, c.IssueLink(link=LinkId("first")), DESK, links=links)
    await journaled.act(ANA, c.Cancel(reason="member_request"), BOOKING)

    await store.purge(NINE + timedelta(days=29))
    assert await store.link("a" * 64) is not None
    await store.purge(NINE + timedelta(days=30))
    assert await store.link("a" * 64) is None


async def test_an_append_without_records_is_a_bug(journaled: Journaled) -> None:
    stored = await journaled.booked()
    new = journaled.decided(stored, ANA, c.IssueLink(link=LinkId("x")), DESK)
    with pytest.raises(ValueError, match="without records"):
        await journaled.store.append(replace(new, records=()))
