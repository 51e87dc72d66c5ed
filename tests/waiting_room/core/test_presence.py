"""Presence: who is gone, for how long, and what that does. It never moves a place."""

from datetime import timedelta

import pytest

from tests.waiting_room.core.world import SYSTEM, World, refused
from waiting_room.core import commands as c
from waiting_room.core.deadlines import CLOSE_AFTER, next_deadline
from waiting_room.core.model import Presence, Role, State
from waiting_room.core.refusals import Refusal


@pytest.fixture
def world() -> World:
    return World()


def test_a_short_gap_is_nothing(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    assert ana.goes() == ["gone"]
    assert ana.goes() == []
    world.passes(seconds=44)
    assert lee.claims(ana) == ["claimed"], "still offerable"
    assert ana.is_back() == ["back"]
    assert ana.is_back() == []


def test_gone_for_45_seconds_is_away_and_the_place_is_kept(world: World) -> None:
    ana = world.waiting_member()
    due = ana.now.due
    ana.goes()
    world.passes(seconds=45)
    assert world.looks(ana) == ["away"]
    assert ana.is_back() == ["back"]
    assert (ana.state, ana.now.due) == (State.waiting, due)


def test_late_news_counts_from_when_they_were_last_heard(world: World) -> None:
    ana = world.waiting_member()
    last_heard = world.now
    world.passes(seconds=50)
    assert ana.goes(since=last_heard) == ["gone", "away"]


def test_news_older_than_the_state_cannot_end_it(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    last_heard = world.now
    world.passes(minutes=5)
    lee.claims(ana)
    assert lee.goes(ana, since=last_heard) == ["gone"]
    assert ana.state is State.claimed


def test_news_from_the_future_counts_from_now(world: World) -> None:
    ana = world.waiting_member()
    ana.goes(since=world.now + timedelta(hours=1))
    assert ana.now.member_gone_since == world.now


def test_a_claim_whose_clinician_is_lost_is_released_with_the_place_kept(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    lee.claims(ana)
    assert lee.goes(ana) == ["gone"]
    world.passes(seconds=20)
    assert lee.admits(ana) == refused(Refusal.claim_expired)
    assert sun.claims(ana) == ["claim_released", "claimed"]


def test_a_clinician_who_reloads_keeps_the_claim(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.claims(ana)
    lee.goes(ana)
    world.passes(seconds=19)
    assert lee.is_back(ana) == ["back"]
    world.passes(seconds=30)
    assert lee.admits(ana) == ["admitted"]


@pytest.mark.parametrize("act", ["renews", "admits"])
def test_a_clinician_who_acts_is_not_gone(world: World, act: str) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.claims(ana)
    world.passes(seconds=1)
    lee.goes(ana)
    world.passes(seconds=1)
    getattr(lee, act)(ana)
    assert ana.now.clinician_gone_since is None


def test_a_visit_whose_clinician_is_lost_for_a_minute_goes_on_hold(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.takes(ana)
    lee.goes(ana)
    world.passes(seconds=60)
    assert world.looks(ana) == ["suspended"]
    assert ana.now.hold_reason == "clinician_lost"
    assert lee.is_back(ana) == ["back"]
    assert lee.resumes(ana) == ["resumed"]


def test_a_visit_whose_member_is_lost_for_three_minutes_goes_on_hold(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.takes(ana)
    ana.goes()
    world.passes(seconds=180)
    assert lee.resumes(ana) == refused(Refusal.member_away), "the hold is seen before anybody looks"
    assert world.looks(ana) == ["suspended"]
    assert ana.now.hold_reason == "member_lost"
    ana.is_back()
    assert lee.resumes(ana) == ["resumed"]


def test_a_member_whose_clinician_stays_lost_is_back_in_line_for_others(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    due = ana.now.due
    lee.takes(ana)
    lee.goes(ana)
    world.passes(seconds=60)
    world.looks(ana)
    world.passes(minutes=5, seconds=-0.001)
    assert sun.claims(ana) == refused(Refusal.claimed_by_other, clinician="lee")
    world.passes(seconds=0.001)
    assert world.looks(ana) == ["requeued"]
    assert ana.now.due == due
    assert sun.claims(ana) == ["claimed"]


def test_a_hold_the_clinician_chose_waits_for_them(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.takes(ana)
    lee.suspends(ana)
    lee.goes(ana)
    world.passes(minutes=30)
    assert world.looks(ana) == []
    assert lee.is_back(ana) == ["back"]
    assert lee.resumes(ana) == ["resumed"]


def test_a_member_who_left_is_not_put_back_in_line(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.takes(ana)
    lee.goes(ana)
    world.passes(seconds=60)
    world.looks(ana)
    ana.leaves()
    world.passes(minutes=30)
    assert world.looks(ana) == []
    assert ana.state is State.on_hold


def test_whoever_is_lost_first_is_the_reason(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.takes(ana)
    ana.goes()
    lee.goes(ana)
    world.passes(minutes=10)
    assert world.looks(ana) == ["suspended"]
    assert ana.now.hold_reason == "clinician_lost"


def test_a_lapsed_claim_of_a_member_who_is_gone_ends_away(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.claims(ana)
    ana.goes()
    world.passes(seconds=60)
    assert world.looks(ana) == ["claim_expired", "away"]


def test_nobody_elses_presence_is_recorded(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.takes(ana)
    note = c.NotePresence(who=Role.support, presence=Presence.gone, since=world.now)
    assert world.does(ana.visit, note, SYSTEM) == []


def test_only_the_holders_presence_matters(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    assert lee.goes(ana) == []
    lee.claims(ana)
    assert sun.goes(ana) == []
    note = c.NotePresence(who=Role.clinician, presence=Presence.gone, since=world.now)
    assert world.does(ana.visit, note, SYSTEM) == ["gone"]


def test_before_the_link_and_after_the_end_presence_is_nothing(world: World) -> None:
    ana, joy = world.member(), world.desk()
    assert ana.goes() == []
    joy.cancels(ana)
    assert ana.goes() == []


def test_what_nobody_moves_for_twelve_hours_is_closed(world: World) -> None:
    ana = world.waiting_member(in_minutes=10)
    assert next_deadline(ana.now) == ana.now.start + CLOSE_AFTER
    world.passes(hours=13)
    assert world.looks(ana) == ["closed"]
    assert ana.now.reason == "unattended"
    assert next_deadline(ana.now) is None


def test_a_hold_starts_the_twelve_hours_anew(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    world.passes(hours=11)
    lee.takes(ana)
    assert next_deadline(ana.now) is None, "a running visit has an owner"
    world.passes(hours=3)
    lee.suspends(ana)
    assert next_deadline(ana.now) == world.now + CLOSE_AFTER
