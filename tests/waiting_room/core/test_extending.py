"""How long a visit is planned to last, and making it longer."""

import pytest

from tests.waiting_room.core.world import World, refused, seen_by
from waiting_room.core.deadlines import EXTRA_MAX
from waiting_room.core.refusals import Refusal


@pytest.fixture
def world() -> World:
    return World()


def test_a_visit_that_began_in_time_is_planned_from_its_appointment(world: World) -> None:
    ana, lee = world.waiting_member(in_minutes=10, minutes=20), world.clinician()
    assert "planned_end" not in seen_by(ana, ana)
    lee.takes(ana)
    assert seen_by(ana, ana)["planned_end"] == "2026-11-23T09:30:00.000Z"
    assert seen_by(lee, ana)["planned_end"] == "2026-11-23T09:30:00.000Z"


def test_who_was_admitted_late_still_has_all_their_minutes(world: World) -> None:
    ana, lee = world.waiting_member(in_minutes=10, minutes=20), world.clinician()
    world.passes(minutes=25)
    lee.takes(ana)
    assert seen_by(ana, ana)["planned_end"] == "2026-11-23T09:45:00.000Z"


def test_the_clinician_adds_minutes_and_both_see_it(world: World) -> None:
    ana, lee = world.waiting_member(in_minutes=0, minutes=20), world.clinician()
    lee.takes(ana)
    assert "extra_minutes" not in seen_by(ana, ana)
    assert lee.extends(ana, 10) == ["extended"]
    assert lee.extends(ana, 5) == ["extended"]
    for who in (ana, lee):
        assert seen_by(who, ana)["extra_minutes"] == 15
        assert seen_by(who, ana)["planned_end"] == "2026-11-23T09:35:00.000Z"
    assert seen_by(ana, ana)["minutes"] == 20


def test_only_so_much_and_only_in_the_visit(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.claims(ana)
    assert lee.extends(ana) == refused(Refusal.wrong_state, state="claimed")
    lee.admits(ana)
    assert lee.extends(ana, 7) == refused(Refusal.malformed, field="minutes")
    for _ in range(EXTRA_MAX // 10):
        lee.extends(ana, 10)
    assert lee.extends(ana, 5) == refused(Refusal.extended_enough)


def test_others_do_not_see_the_plan(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.takes(ana)
    assert "planned_end" not in seen_by(world.clinician("sun"), ana)
    lee.requeues(ana)
    assert "planned_end" not in seen_by(ana, ana)
