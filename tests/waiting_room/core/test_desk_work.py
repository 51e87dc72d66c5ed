"""What the desk does: the line, holds, cancelling; and what booking may change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.waiting_room.core.world import BOOKING, MONDAY_NINE, SYSTEM, World, refused
from waiting_room.core import commands as c
from waiting_room.core.deadlines import LINE_MAX
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Actor, Role, State
from waiting_room.core.refusals import Refusal


@pytest.fixture
def world() -> World:
    return World()


def test_each_side_of_the_line_has_its_own_unread_count(world: World) -> None:
    ana, joy = world.waiting_member(), world.desk()
    assert ana.says("Is somebody there?") == ["said"]
    ana.says("Hello?")
    assert joy.says(ana, "Yes, two minutes.") == ["said"]
    assert (ana.now.line_unread_desk, ana.now.line_unread_member) == (2, 1)
    assert joy.sees_line(ana) == ["line_seen"]
    assert joy.sees_line(ana) == []
    assert (ana.now.line_unread_desk, ana.now.line_unread_member) == (0, 1)
    assert ana.sees_line() == ["line_seen"]
    assert ana.now.line_unread_member == 0
    assert [entry.by for entry in ana.now.line] == [Role.member, Role.member, Role.support]


def test_a_line_is_bounded(world: World) -> None:
    ana = world.member()
    ana.redeems()
    ana.says("again")
    world.visits[ana.visit] = replace(ana.now, line=ana.now.line * LINE_MAX)
    assert ana.says("again") == refused(Refusal.line_full)
    assert world.desk().says(ana, "again") == refused(Refusal.line_full)


def test_a_hold_has_an_owner_and_a_reason(world: World) -> None:
    ana, joy, lee = world.waiting_member(), world.desk(), world.clinician()
    due = ana.now.due
    assert joy.holds(ana, "She is not ready") == refused(Refusal.malformed, field="reason")
    assert joy.holds(ana) == ["held"]
    assert joy.holds(ana) == []
    assert lee.holds(ana) == refused(Refusal.visit_held, by="joy")
    assert joy.holds(ana, "other") == refused(Refusal.visit_held, by="joy")
    assert ana.now.held_by == Actor(Role.support, "joy")
    assert joy.releases(ana) == ["released"]
    assert joy.releases(ana) == []
    assert (ana.state, ana.now.due) == (State.waiting, due)


def test_who_is_gone_is_away_after_a_hold(world: World) -> None:
    ana, joy = world.waiting_member(), world.desk()
    ana.goes()
    joy.holds(ana)
    world.passes(minutes=5)
    assert joy.releases(ana) == ["released", "away"]
    assert joy.releases(ana) == []


def test_who_is_being_read_is_not_held(world: World) -> None:
    ana, joy, lee = world.waiting_member(), world.desk(), world.clinician()
    lee.claims(ana)
    assert joy.holds(ana) == refused(Refusal.wrong_state, state="claimed")
    assert joy.releases(ana) == refused(Refusal.wrong_state, state="claimed")


def test_cancelling_says_why(world: World) -> None:
    ana, joy = world.waiting_member(), world.desk()
    assert joy.cancels(ana, "Ana called") == refused(Refusal.malformed, field="reason")
    assert joy.cancels(ana, "clinician_ill") == ["cancelled"]
    assert ana.now.reason == "clinician_ill"
    assert joy.cancels(ana) == refused(Refusal.visit_cancelled)
    assert joy.makes_link(ana, "link9") == refused(Refusal.visit_cancelled)
    assert ana.says("Why?") == refused(Refusal.visit_cancelled)


def test_a_visit_moves_until_the_member_is_here(world: World) -> None:
    ana = world.member()
    later = c.Reschedule(start=ana.now.start + timedelta(minutes=30), minutes=30)
    assert world.does(ana.visit, later, BOOKING) == ["rescheduled"]
    assert world.does(ana.visit, later, BOOKING) == []
    too_long = replace(later, minutes=481)
    assert world.does(ana.visit, too_long, BOOKING) == refused(Refusal.malformed, field="minutes")
    too_late = replace(later, start=world.now - timedelta(minutes=30))
    assert world.does(ana.visit, too_late, BOOKING) == refused(Refusal.malformed, field="start")
    ana.redeems()
    again = replace(later, minutes=20)
    assert world.does(ana.visit, again, BOOKING) == refused(Refusal.already_arrived)
    assert world.does(ana.visit, later, BOOKING) == []


def test_booking_twice_is_booking_once(world: World) -> None:
    ana = world.member()
    assert world.does(ana.visit, ana.booking, BOOKING) == []
    other = replace(ana.booking, minutes=45)
    assert world.does(ana.visit, other, BOOKING) == refused(Refusal.visit_exists)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"minutes": 4}, "minutes"),
        ({"language": "in Spanish"}, "language"),
        ({"ref": "x" * 65}, "ref"),
        ({"ref": "M-1\nM-2"}, "ref"),
        ({"ref": ""}, "ref"),
        ({"start": MONDAY_NINE - timedelta(minutes=30)}, "start"),
    ],
)
def test_a_booking_is_within_bounds(world: World, wrong: dict[str, object], field: str) -> None:
    booking = replace(world.member().booking, visit=VisitId("new"), **wrong)  # type: ignore[arg-type]
    assert world.does(VisitId("new"), booking, BOOKING) == refused(Refusal.malformed, field=field)


def test_a_visit_without_a_number_of_the_health_system_is_booked_too(world: World) -> None:
    booking = replace(world.member().booking, visit=VisitId("new"), ref=None)
    assert world.does(VisitId("new"), booking, BOOKING) == ["booked"]


def test_what_does_not_exist(world: World) -> None:
    nowhere = VisitId("nowhere")
    assert world.does(nowhere, c.PassTime(), SYSTEM) == refused(Refusal.visit_unknown)
    ana = world.member()
    ana.visit = nowhere
    assert ana.redeems() == refused(Refusal.not_recognised), "the door tells nobody what exists"
