"""Who takes a visit: claims, offers, and how both run out."""

import pytest

from tests.waiting_room.core.world import World, refused
from waiting_room.core.deadlines import CLAIM_TTL, OFFER_TTL, next_deadline
from waiting_room.core.model import State
from waiting_room.core.refusals import Refusal


@pytest.fixture
def world() -> World:
    return World()


def test_one_wins_and_the_other_is_told_who(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    assert lee.claims(ana) == ["claimed"]
    assert sun.claims(ana) == refused(Refusal.claimed_by_other, clinician="lee")
    assert sun.admits(ana) == refused(Refusal.claimed_by_other, clinician="lee")
    assert lee.claims(ana) == []


def test_a_claim_ends_at_its_very_millisecond_with_the_place_kept(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    due = ana.now.due
    lee.claims(ana)
    assert next_deadline(ana.now) == world.now + CLAIM_TTL
    world.passes(seconds=59.999)
    assert world.looks(ana) == []
    world.passes(seconds=0.001)
    assert sun.claims(ana) == ["claim_expired", "claimed"], "nobody has to look first"
    assert ana.now.due == due


@pytest.mark.parametrize("looked", [False, True])
def test_a_late_admit_is_told_that_the_claim_expired(world: World, looked: bool) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.claims(ana)
    world.passes(seconds=60)
    if looked:
        assert world.looks(ana) == ["claim_expired"]
    for late in (lee.admits, lee.renews, lee.gives_back):
        assert late(ana) == refused(Refusal.claim_expired)


def test_a_late_admit_after_somebody_else_took_over_is_told_who(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    lee.claims(ana)
    world.passes(seconds=61)
    sun.claims(ana)
    assert lee.admits(ana) == refused(Refusal.claimed_by_other, clinician="sun")


def test_a_renewed_claim_holds_another_minute(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.claims(ana)
    assert lee.renews(ana) == []
    world.passes(seconds=59)
    assert lee.renews(ana) == ["claim_renewed"]
    world.passes(seconds=59)
    assert lee.admits(ana) == ["admitted"]
    assert lee.renews(ana) == []
    assert lee.admits(ana) == []


def test_a_claim_given_back_returns_the_visit_to_its_place(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.claims(ana)
    assert lee.gives_back(ana) == ["claim_released"]
    assert ana.state is State.waiting
    assert lee.gives_back(ana) == refused(Refusal.not_holder)
    assert lee.admits(ana) == refused(Refusal.not_holder)


def test_only_waiting_visits_are_taken(world: World) -> None:
    ana, lee, joy = world.member(in_minutes=0, minutes=240), world.clinician(), world.desk()
    assert lee.claims(ana) == refused(Refusal.not_waiting)
    ana.redeems()
    assert lee.claims(ana) == refused(Refusal.not_waiting)
    ana.gives_everything()
    ana.checks_in()
    joy.holds(ana)
    assert lee.claims(ana) == refused(Refusal.visit_held, by="joy")
    joy.releases(ana)
    ana.goes()
    world.passes(seconds=45)
    assert lee.claims(ana) == refused(Refusal.member_away)
    joy.cancels(ana)
    assert lee.claims(ana) == refused(Refusal.visit_cancelled)


def test_a_named_visit_is_for_that_clinician_alone(world: World) -> None:
    lee, sun = world.clinician("lee"), world.clinician("sun")
    ana = world.waiting_member(named=lee)
    assert sun.claims(ana) == refused(Refusal.named_for_other, clinician="lee")
    assert sun.is_rung(ana) == refused(Refusal.named_for_other, clinician="lee")
    assert lee.claims(ana) == ["claimed"]


def test_an_offer_rings_at_one_clinician_who_accepts(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    assert lee.is_rung(ana) == ["offered"]
    assert lee.is_rung(ana) == []
    assert sun.is_rung(ana) == refused(Refusal.offered_to_other, clinician="lee")
    assert sun.claims(ana) == refused(Refusal.offered_to_other, clinician="lee")
    assert sun.accepts(ana) == refused(Refusal.offered_to_other, clinician="lee")
    assert lee.accepts(ana) == ["claimed"]
    assert lee.accepts(ana) == []
    assert lee.is_rung(ana) == []
    assert sun.accepts(ana) == refused(Refusal.claimed_by_other, clinician="lee")


def test_who_is_rung_may_just_claim(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.is_rung(ana)
    assert lee.claims(ana) == ["claimed"]


def test_an_offer_nobody_answers_ends_with_the_place_kept(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    due = ana.now.due
    lee.is_rung(ana)
    assert next_deadline(ana.now) == world.now + OFFER_TTL
    world.passes(seconds=30)
    assert lee.accepts(ana) == refused(Refusal.offer_expired)
    assert lee.declines(ana) == refused(Refusal.offer_expired)
    assert world.looks(ana) == ["offer_expired"]
    assert (ana.state, ana.now.due) == (State.waiting, due)


def test_a_declined_offer_is_remembered(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.is_rung(ana)
    assert lee.declines(ana, "I know her") == refused(Refusal.malformed, field="reason")
    assert lee.declines(ana) == ["declined"]
    assert lee.declines(ana) == []
    assert ana.now.declined_by == ("lee",)
    lee.is_rung(ana)
    lee.declines(ana)
    assert ana.now.declined_by == ("lee",)
    assert ana.state is State.waiting
