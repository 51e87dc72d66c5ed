"""Records and the public feed: numbering, clocks, replay, catching up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.waiting_room.core.world import NORTH, SYSTEM, World, refused
from waiting_room.core import commands as c
from waiting_room.core.decide import decide
from waiting_room.core.evolve import ImpossibleRecordError
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Actor, Role
from waiting_room.core.patch import fold
from waiting_room.core.public import CHANGED, catch_up
from waiting_room.core.records import CLOCK, Recorded, apply, handle, replay
from waiting_room.core.refusals import Refusal
from waiting_room.core.views import view


@pytest.fixture
def world() -> World:
    return World()


def test_a_clock_that_runs_backwards_stands_still(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    last = world.now
    world.passes(hours=-5)
    assert lee.claims(ana) == ["claimed"]
    assert ana.now.updated_at == last
    assert ana.now.claim_expires == last + timedelta(seconds=60)
    assert world.looks(ana) == []


def test_records_carry_who_when_and_which_command(world: World) -> None:
    ana = world.member()
    booked, issued = world.journals[ana.visit]
    assert (booked.seq, issued.seq) == (1, 2)
    assert issued.actor.role is Role.booking
    assert issued.command is not None
    assert issued.command != booked.command


def test_what_the_clock_did_is_the_clocks_whoever_came_across_it(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    lee.claims(ana)
    ana.goes()
    world.passes(seconds=61)
    assert sun.claims(ana) == refused(Refusal.member_away)
    ana.is_back()
    assert sun.claims(ana) == ["claimed"]
    by = [(record.event.type, record.actor.id) for record in world.journals[ana.visit][-5:]]
    assert by == [
        ("gone", "clock"),
        ("claim_expired", "clock"),
        ("away", "clock"),
        ("back", "clock"),
        ("claimed", "sun"),
    ]
    world.passes(seconds=60)
    assert lee.claims(ana) == ["claim_expired", "claimed"]
    assert [record.actor for record in world.journals[ana.visit][-2:]] == [
        CLOCK,
        Actor(Role.clinician, "lee"),
    ]


def test_time_is_kept_in_whole_milliseconds(world: World) -> None:
    world.now += timedelta(microseconds=1234)
    ana = world.member()
    assert ana.now.updated_at.microsecond == 1000
    assert ana.now.start.microsecond == 1000


def test_what_is_already_so_is_accepted_without_a_record(world: World) -> None:
    ana = world.waiting_member()
    answer = handle(ana.now, c.PassTime(), SYSTEM, world.now)
    assert answer == Recorded(visit=ana.now, records=())


def test_deciding_says_what_handling_records(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.claims(ana)
    world.passes(seconds=60)
    sun = Actor(Role.clinician, "sun")
    answer = handle(ana.now, c.Claim(), sun, world.now)
    assert isinstance(answer, Recorded)
    decided = decide(ana.now, c.Claim(), sun, world.now)
    assert decided == tuple(record.event for record in answer.records)
    late = Actor(Role.clinician, "lee")
    assert decide(ana.now, c.Admit(), late, world.now) == refused(Refusal.claim_expired)


def test_a_journal_with_a_hole_or_a_stranger_is_refused(world: World) -> None:
    ana, ben = world.waiting_member(), world.waiting_member("Ben")
    journal = world.journals[ana.visit]
    assert replay(journal) == ana.now
    with pytest.raises(ImpossibleRecordError):
        replay([])
    with pytest.raises(ImpossibleRecordError):
        replay([*journal[:2], *journal[3:]])
    with pytest.raises(ImpossibleRecordError, match="another visit"):
        replay([*journal[:2], *world.journals[ben.visit][2:]])
    with pytest.raises(ImpossibleRecordError, match="another visit"):
        apply(None, replace(journal[0], visit=VisitId("other")))
    with pytest.raises(ImpossibleRecordError, match="another visit"):
        apply(None, journal[1])


def test_a_record_that_shows_nothing_still_counts(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    since = ana.now.seq
    lee.is_rung(ana)
    (record,) = catch_up(world.journals[ana.visit], since, Role.member, world.texts, world.directory)
    assert record == {
        "seq": since + 1,
        "type": CHANGED,
        "at": "2026-11-23T09:00:00.000Z",
        "patch": {"seq": since + 1},
    }


def test_a_page_catches_up_from_any_number_to_any_other(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.takes(ana)
    lee.ends(ana)
    journal = world.journals[ana.visit]
    for since in range(len(journal) + 1):
        for until in range(since, len(journal) + 1):
            page = seen(world, ana.visit, since)
            missed = catch_up(
                journal, since, Role.clinician, world.texts, world.directory,
                viewer="lee", until=until,
            )  # fmt: skip
            assert [record["seq"] for record in missed] == list(range(since + 1, until + 1))
            for record in missed:
                page = fold(page, record["patch"])
            assert page == seen(world, ana.visit, until)


def seen(world: World, visit: VisitId, seq: int) -> object:
    if seq == 0:
        return {}
    then = replay(world.journals[visit][:seq])
    return view(then, Role.clinician, world.texts, world.directory, "lee")


def test_the_same_person_in_two_clinics_is_two_visits(world: World) -> None:
    assert world.member().visit != world.member(clinic=NORTH).visit
