"""From the link to the line: what the member tells, and when they wait."""

import pytest

from tests.waiting_room.core.world import World, refused
from waiting_room.core import commands as c
from waiting_room.core.model import Facing, Finding, State
from waiting_room.core.refusals import Refusal


@pytest.fixture
def world() -> World:
    return World()


def test_check_in_says_what_is_missing(world: World) -> None:
    ana = world.member()
    ana.redeems()
    everything = "location,callback,present,consent,microphone"
    assert ana.checks_in() == refused(Refusal.not_ready, missing=everything)
    ana.gives_everything()
    ana.tests_devices(microphone=Finding.blocked)
    assert ana.checks_in() == refused(Refusal.not_ready, missing="microphone")


def test_a_member_without_a_camera_may_check_in(world: World) -> None:
    ana = world.member()
    ana.redeems()
    ana.gives_everything()
    ana.tests_devices(camera=Finding.none)
    assert ana.checks_in() == ["checked_in"]
    assert ana.state is State.waiting


def test_checking_in_twice_is_checking_in_once(world: World) -> None:
    ana = world.waiting_member()
    assert ana.checks_in() == []


def test_nobody_checks_in_before_redeeming(world: World) -> None:
    ana = world.member()
    assert ana.checks_in() == refused(Refusal.wrong_state, state="booked")


def test_who_is_early_waits_aside_until_a_quarter_of_an_hour_before(world: World) -> None:
    ana = world.member(in_minutes=40)
    ana.redeems()
    ana.gives_everything()
    assert ana.checks_in() == ["checked_in_early"]
    assert ana.checks_in() == []
    world.passes(minutes=25, seconds=-1)
    assert world.looks(ana) == []
    world.passes(seconds=1)
    assert world.looks(ana) == ["early_ended"]
    assert ana.state is State.waiting
    assert ana.now.due == ana.now.start


def test_who_was_early_and_went_away_is_away_when_the_time_comes(world: World) -> None:
    ana = world.member(in_minutes=40)
    ana.redeems()
    ana.gives_everything()
    ana.checks_in()
    ana.goes()
    world.passes(minutes=25)
    assert world.looks(ana) == ["early_ended", "away"]
    assert ana.is_back() == ["back"]
    assert ana.state is State.waiting


def test_telling_the_same_again_records_nothing(world: World) -> None:
    ana = world.member()
    ana.redeems()
    for tell in (
        c.GiveLocation(text=world.writes("Elm Street"), driving=True),
        c.GiveCallback(text=world.writes("555")),
        c.GivePresent(text=world.writes("nobody"), others=0),
        c.GiveConsent(consent="telehealth-1", language="en"),
        c.CheckDevices(camera=Finding.ok, microphone=Finding.busy, facing=Facing.none, seen=False),
        c.Step(step="consent"),
    ):
        assert len(ana.does(tell)) == 1  # type: ignore[arg-type]
        assert ana.does(tell) == []


def test_where_the_member_is_may_change_during_the_visit(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.takes(ana)
    assert ana.gives_location("in the car", described=True, driving=True) == ["location_given"]
    assert ana.gives_callback("555") == ["callback_given"]
    assert ana.state is State.in_visit


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (c.Step(step="My name is Ana"), "step"),
        (c.Step(step="x" * 41), "step"),
        (c.Leave(reason="because I am tired"), "reason"),
        (c.GivePresent(text="t", others=21), "others"),  # type: ignore[arg-type]
        (c.GivePresent(text="t", others=-1), "others"),  # type: ignore[arg-type]
        (c.GiveConsent(consent="any words", language="en"), "consent"),
        (c.GiveConsent(consent="telehealth-1", language="English!"), "language"),
    ],
)
def test_what_is_no_code_is_not_journaled(world: World, command: c.Command, field: str) -> None:
    ana = world.member()
    ana.redeems()
    assert ana.does(command) == refused(Refusal.malformed, field=field)


def test_nothing_is_told_before_redeeming(world: World) -> None:
    ana = world.member()
    assert ana.gives_location() == refused(Refusal.wrong_state, state="booked")


def test_a_quarter_of_an_hour_before_is_not_early(world: World) -> None:
    ana = world.member(in_minutes=15)
    ana.redeems()
    ana.gives_everything()
    assert ana.checks_in() == ["checked_in"]
