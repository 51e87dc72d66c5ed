"""The visit itself: admit, identity, hold and resume, hand back, end."""

import pytest

from tests.waiting_room.core.world import World, refused
from waiting_room.core import commands as c
from waiting_room.core.lifecycle import BEGUN_AND_ENDED, Fhir, fhir
from waiting_room.core.model import Outcome, State
from waiting_room.core.refusals import Refusal


@pytest.fixture
def world() -> World:
    return World()


def test_from_admit_to_end(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.claims(ana)
    assert lee.admits(ana) == ["admitted"]
    assert lee.confirms_identity(ana) == ["identity_confirmed"]
    assert lee.confirms_identity(ana) == []
    assert fhir(ana.now) == Fhir("in-progress", "checked-in")
    assert lee.ends(ana, Outcome.needs_follow_up) == ["completed"]
    assert ana.now.outcome is Outcome.needs_follow_up
    assert ana.now.seen_by == "lee"
    assert fhir(ana.now) == BEGUN_AND_ENDED
    assert lee.ends(ana) == refused(Refusal.visit_ended)


def test_identity_is_confirmed_inside_the_visit(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.claims(ana)
    assert lee.confirms_identity(ana) == refused(Refusal.wrong_state, state="claimed")


def test_hold_and_resume(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    lee.takes(ana)
    assert lee.suspends(ana, "Back in a minute") == refused(Refusal.malformed, field="reason")
    assert lee.suspends(ana) == ["suspended"]
    assert lee.suspends(ana) == []
    assert ana.now.hold_reason == "consulting"
    assert sun.resumes(ana) == refused(Refusal.claimed_by_other, clinician="lee")
    assert sun.claims(ana) == refused(Refusal.claimed_by_other, clinician="lee")
    assert lee.resumes(ana) == ["resumed"]
    assert lee.resumes(ana) == []
    assert ana.state is State.in_visit


def test_a_visit_that_was_not_admitted_cannot_end_as_one(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.claims(ana)
    assert lee.ends(ana) == refused(Refusal.wrong_state, state="claimed")


def test_a_visit_on_hold_can_end(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.takes(ana)
    lee.suspends(ana)
    assert lee.ends(ana, Outcome.technical) == ["completed"]


def test_handing_back_returns_the_member_to_their_place(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    due = ana.now.due
    lee.takes(ana)
    lee.confirms_identity(ana)
    assert lee.requeues(ana) == ["requeued"]
    assert (ana.state, ana.now.due) == (State.waiting, due)
    sun.takes(ana)
    assert ana.now.identity_confirmed_at is None, "each clinician confirms for themselves"


def test_the_desk_may_hand_on_what_is_on_hold_but_not_what_is_running(world: World) -> None:
    ana, lee, joy = world.waiting_member(), world.clinician(), world.desk()
    lee.takes(ana)
    assert joy.requeues(ana) == refused(Refusal.wrong_state, state="in_visit")
    lee.suspends(ana)
    assert joy.requeues(ana) == ["requeued"]
    assert joy.requeues(ana) == []


def test_a_begun_visit_is_not_cancelled(world: World) -> None:
    ana, lee, joy = world.waiting_member(), world.clinician(), world.desk()
    lee.takes(ana)
    assert joy.cancels(ana) == refused(Refusal.already_begun)
    lee.suspends(ana)
    assert joy.cancels(ana) == refused(Refusal.already_begun)


def test_a_member_in_other_hands_is_redirected(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    joy = world.desk()
    lee.takes(ana)
    assert sun.does(ana, redirect()) == refused(Refusal.claimed_by_other, clinician="lee")
    assert lee.does(ana, redirect()) == ["redirected"]
    assert fhir(ana.now) == BEGUN_AND_ENDED
    ben = world.waiting_member("Ben")
    assert joy.redirects(ben, "Went to hospital") == refused(Refusal.malformed, field="reason")
    assert joy.redirects(ben) == ["redirected"]
    assert fhir(ben.now) == Fhir("cancelled", "cancelled")


def redirect() -> c.Redirect:

    return c.Redirect(reason="emergency_services")
