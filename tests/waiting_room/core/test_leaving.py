"""Leaving and coming back."""

import pytest

from tests.waiting_room.core.world import World, refused
from waiting_room.core.model import State
from waiting_room.core.refusals import Refusal


@pytest.fixture
def world() -> World:
    return World()


def test_who_leaves_and_returns_within_ten_minutes_has_their_place(world: World) -> None:
    ana = world.waiting_member(in_minutes=-5)
    due = ana.now.due
    assert ana.leaves("feeling_better") == ["left"]
    assert ana.leaves() == []
    assert (ana.state, ana.now.reason) == (State.left, "feeling_better")
    world.passes(minutes=9, seconds=59)
    checked_in_at = ana.now.checked_in_at
    assert ana.returns() == ["returned", "checked_in"]
    assert (ana.state, ana.now.due, ana.now.checked_in_at) == (State.waiting, due, checked_in_at)
    assert ana.returns() == []


def test_ten_minutes_are_over_at_their_millisecond(world: World) -> None:
    ana = world.waiting_member(in_minutes=-5)
    ana.leaves()
    world.passes(minutes=10)
    assert ana.returns() == refused(Refusal.return_too_late)
    assert ana.redeems(device="laptop") == refused(Refusal.visit_ended)


def test_who_left_while_preparing_goes_on_preparing(world: World) -> None:
    ana = world.member()
    ana.redeems()
    ana.leaves()
    assert ana.now.reason == "left"
    assert ana.returns() == ["returned"]
    assert ana.state is State.preparing


def test_who_left_early_returns_early(world: World) -> None:
    ana = world.member(in_minutes=40)
    ana.redeems()
    ana.gives_everything()
    ana.checks_in()
    ana.leaves()
    assert ana.returns() == ["returned"]
    assert ana.state is State.preparing
    world.passes(minutes=25)
    assert world.looks(ana) == ["early_ended"]


def test_who_left_early_and_returns_when_it_is_time_is_in_line(world: World) -> None:
    ana = world.member(in_minutes=20)
    ana.redeems()
    ana.gives_everything()
    ana.checks_in()
    ana.leaves()
    world.passes(minutes=5)
    assert ana.returns() == ["returned", "checked_in"]


def test_who_left_may_press_the_link_again_and_then_return(world: World) -> None:
    ana = world.waiting_member(in_minutes=-5)
    ana.leaves()
    assert ana.redeems(device="laptop") == ["redeemed"]
    assert ana.state is State.left
    assert ana.returns() == ["returned", "checked_in"]


def test_leaving_a_claimed_visit_frees_the_clinician(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.claims(ana)
    ana.leaves()
    assert ana.now.claimed_by is None
    assert lee.admits(ana) == refused(Refusal.visit_ended)


def test_leaving_a_running_visit_puts_it_on_hold(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.takes(ana)
    assert ana.leaves() == ["left"]
    assert (ana.state, ana.now.hold_reason) == (State.on_hold, "member_left")
    assert ana.leaves() == []
    assert ana.goes() == [], "who left is not missed"
    assert lee.resumes(ana) == refused(Refusal.member_left)
    assert lee.requeues(ana) == refused(Refusal.member_left)
    assert ana.returns() == ["returned"]
    assert lee.resumes(ana) == ["resumed"]


def test_nobody_leaves_what_they_did_not_come_to(world: World) -> None:
    ana = world.member()
    assert ana.leaves() == refused(Refusal.wrong_state, state="booked")
    assert ana.returns() == refused(Refusal.wrong_state, state="booked")


def test_there_is_no_return_to_what_is_over(world: World) -> None:
    ana, joy = world.waiting_member(), world.desk()
    joy.cancels(ana)
    assert ana.returns() == refused(Refusal.visit_cancelled)
    assert ana.leaves() == refused(Refusal.visit_cancelled)
