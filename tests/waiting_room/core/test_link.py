"""The link's door: what redeems, what rests, what is said to whom."""

import pytest

from tests.waiting_room.core.world import World, refused
from waiting_room.core.deadlines import DEVICES_KEPT
from waiting_room.core.model import State
from waiting_room.core.refusals import Refusal

NOT_RECOGNISED = refused(Refusal.not_recognised)
FIFTH = ["birth_date_refused", "link_rested"]


@pytest.fixture
def world() -> World:
    return World()


def test_redeeming_starts_the_place_at_the_appointment(world: World) -> None:
    ana = world.member(in_minutes=10)
    assert ana.redeems() == ["redeemed"]
    assert ana.state is State.preparing
    assert ana.now.due == ana.now.start


def test_who_redeems_late_takes_the_place_of_that_moment(world: World) -> None:
    ana = world.member(in_minutes=10)
    world.passes(minutes=12)
    ana.redeems()
    assert ana.now.due == ana.now.redeemed_at == world.now


def test_another_device_is_let_in_and_the_place_stays(world: World) -> None:
    ana = world.member(in_minutes=-5)
    ana.redeems(device="phone")
    due = ana.now.due
    world.passes(minutes=3)
    assert ana.redeems(device="laptop", on_behalf=True) == ["redeemed"]
    assert ana.now.due == due
    assert ana.now.redeemed_by == ("phone", "laptop")
    assert ana.now.on_behalf


def test_the_same_device_again_changes_nothing(world: World) -> None:
    ana = world.member()
    ana.redeems()
    assert ana.redeems() == []


def test_only_the_newest_devices_are_remembered(world: World) -> None:
    ana = world.member()
    for number in range(DEVICES_KEPT + 3):
        ana.redeems(device=f"device{number}")
    assert len(ana.now.redeemed_by) == DEVICES_KEPT
    assert ana.now.redeemed_by[-1] == f"device{DEVICES_KEPT + 2}"


def test_five_wrong_dates_rest_the_link_even_for_the_right_one(world: World) -> None:
    ana = world.member()
    for _ in range(4):
        assert ana.redeems(right=False) == ["birth_date_refused"]
    assert ana.redeems(right=False) == FIFTH
    assert ana.redeems() == NOT_RECOGNISED
    assert ana.redeems(right=False) == NOT_RECOGNISED
    world.passes(minutes=15)
    assert ana.redeems() == ["redeemed"]


def test_a_right_date_forgets_the_wrong_ones(world: World) -> None:
    ana = world.member()
    ana.redeems()
    ana.redeems(right=False)
    assert ana.redeems() == ["redeemed"]
    assert ana.now.link_tries == 0


def test_rests_follow_each_other(world: World) -> None:
    ana = world.member(in_minutes=30)
    for _ in range(2):
        for _ in range(4):
            assert ana.redeems(right=False) == ["birth_date_refused"]
        assert ana.redeems(right=False) == FIFTH
        world.passes(minutes=15)


def test_a_wrong_date_an_old_link_and_a_rest_look_the_same_outside(world: World) -> None:
    ana = world.member()
    assert ana.redeems(link="other") == NOT_RECOGNISED
    ana.gets_link("link2")
    assert ana.redeems(link="link1") == NOT_RECOGNISED


def test_a_new_link_starts_anew(world: World) -> None:
    ana, joy = world.member(), world.desk()
    for _ in range(5):
        ana.redeems(right=False)
    assert joy.makes_link(ana, "link2") == ["link_issued"]
    assert joy.makes_link(ana, "link2") == []
    assert ana.redeems(link="link2") == ["redeemed"]


def test_the_desk_passes_a_member_after_a_spoken_check(world: World) -> None:
    ana, joy = world.member(), world.desk()
    for _ in range(5):
        ana.redeems(right=False)
    assert joy.passes(ana) == ["link_passed"]
    assert joy.passes(ana) == []
    world.passes(minutes=14)
    assert ana.redeems(right=False) == ["redeemed"]
    assert ana.redeems(right=False, device="thief") == ["birth_date_refused"], "good for one redemption"


def test_a_pass_runs_out(world: World) -> None:
    ana, joy = world.member(in_minutes=30), world.desk()
    joy.passes(ana)
    world.passes(minutes=15)
    assert ana.redeems(right=False) == ["birth_date_refused"]


def test_a_known_device_uses_up_a_pass(world: World) -> None:
    ana, joy = world.member(), world.desk()
    ana.redeems()
    joy.passes(ana)
    assert ana.redeems() == ["redeemed"]
    assert ana.now.link_passed_until is None


def test_the_desk_cannot_pass_an_old_link(world: World) -> None:
    ana, joy = world.member(), world.desk()
    joy.makes_link(ana, "link2")
    assert joy.passes(ana, "link1") == refused(Refusal.link_revoked)


def test_an_hour_before_is_early_enough_and_not_a_moment_more(world: World) -> None:
    ana = world.member(in_minutes=61)
    assert ana.redeems() == refused(Refusal.too_early)
    assert ana.redeems(right=False) == ["birth_date_refused"], "too early is said to the right person only"
    world.passes(minutes=1)
    assert ana.redeems() == ["redeemed"]


def test_an_ended_visit_tells_the_right_person_so_and_still_counts_guesses(world: World) -> None:
    ana, joy = world.member(), world.desk()
    joy.cancels(ana)
    assert ana.redeems() == refused(Refusal.visit_cancelled)
    for _ in range(4):
        assert ana.redeems(right=False) == ["birth_date_refused"]
    assert ana.redeems(right=False) == FIFTH
    assert ana.redeems() == NOT_RECOGNISED
    assert ana.state is State.cancelled


def test_a_visit_whose_time_passed_is_a_no_show_at_that_millisecond(world: World) -> None:
    ana = world.member(in_minutes=0, minutes=45)
    world.passes(minutes=45, seconds=-0.001)
    assert world.looks(ana) == []
    world.passes(seconds=0.001)
    assert ana.redeems() == refused(Refusal.visit_ended)
    assert world.looks(ana) == ["no_show"]


def test_a_short_visit_can_be_redeemed_for_half_an_hour(world: World) -> None:
    ana = world.member(in_minutes=0, minutes=10)
    world.passes(minutes=29)
    assert ana.redeems() == ["redeemed"]
