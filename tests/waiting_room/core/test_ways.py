"""By telephone instead of video, and from one device to another: the visit and its place stay the same."""

import pytest

from tests.waiting_room.core.world import BOOKING, Answer, Clinician, Desk, Member, World, refused, seen_by
from waiting_room.core import commands as c
from waiting_room.core.ids import DeviceId
from waiting_room.core.model import Call, Finding, Mode, Outcome, State
from waiting_room.core.refusals import Refusal


@pytest.fixture
def world() -> World:
    return World()


def by_phone(who: Clinician | Desk, member: Member) -> Answer:
    return who.does(member, c.ChangeMode(mode=Mode.phone))


def by_video(who: Clinician | Desk, member: Member) -> Answer:
    return who.does(member, c.ChangeMode(mode=Mode.video))


def notes_call(who: Clinician, member: Member, call: Call) -> Answer:
    return who.does(member, c.NoteCall(call=call))


def test_call_me_instead_needs_a_number(world: World) -> None:
    ana = world.member()
    ana.redeems()
    assert ana.does(c.AskForCall()) == refused(Refusal.not_ready, missing="callback")
    ana.gives_callback()
    assert ana.does(c.AskForCall()) == ["call_requested"]
    assert ana.does(c.AskForCall()) == []


def test_a_wish_to_be_called_is_seen_by_everybody_who_can_call(world: World) -> None:
    ana, joy, lee = world.waiting_member(), world.desk(), world.clinician()
    ana.does(c.AskForCall())
    for who in (ana, joy, lee):
        assert seen_by(who, ana)["call_requested_at"] == "2026-11-23T09:00:00.000Z"
    assert seen_by(joy, ana)["callback"] == "+1 212 555 0123"
    assert "callback" not in seen_by(lee, ana)
    lee.claims(ana)
    assert seen_by(lee, ana)["callback"] == "+1 212 555 0123"
    assert ana.does(c.WithdrawCall()) == ["call_withdrawn"]
    assert ana.does(c.WithdrawCall()) == []
    assert "call_requested_at" not in seen_by(joy, ana)


def test_changing_the_way_settles_the_wish_and_moves_no_place(world: World) -> None:
    ana, joy = world.waiting_member(), world.desk()
    ana.does(c.AskForCall())
    due = ana.now.due
    assert by_phone(joy, ana) == ["mode_changed"]
    assert by_phone(joy, ana) == []
    assert (ana.state, ana.now.due, ana.now.mode) == (State.waiting, due, Mode.phone)
    assert "call_requested_at" not in seen_by(ana, ana)
    assert ana.does(c.AskForCall()) == [], "it is a telephone visit already"


def test_a_telephone_visit_needs_no_devices(world: World) -> None:
    ana, joy = world.member(), world.desk()
    ana.redeems()
    ana.gives_location()
    ana.gives_callback()
    ana.gives_present()
    ana.consents()
    ana.tests_devices(Finding.blocked, Finding.blocked, seen=False)
    assert ana.checks_in() == refused(Refusal.not_ready, missing="microphone")
    by_phone(joy, ana)
    assert ana.checks_in() == ["checked_in"]


def test_who_waits_for_a_call_may_close_the_page(world: World) -> None:
    ana, joy, lee = world.waiting_member(), world.desk(), world.clinician()
    by_phone(joy, ana)
    ana.goes()
    world.passes(minutes=30)
    assert world.looks(ana) == []
    assert lee.claims(ana) == ["claimed"]
    assert lee.admits(ana) == ["admitted"]
    world.passes(minutes=10)
    assert world.looks(ana) == []
    lee.suspends(ana)
    assert lee.resumes(ana) == ["resumed"]


def test_who_was_away_is_back_in_line_by_telephone(world: World) -> None:
    ana, joy = world.waiting_member(), world.desk()
    ana.goes()
    world.passes(minutes=1)
    world.looks(ana)
    assert ana.state is State.away
    assert by_phone(joy, ana) == ["mode_changed"]
    assert ana.state is State.waiting
    assert by_video(joy, ana) == ["mode_changed", "away"], "by video they would have to be here"


def test_a_running_visit_is_its_clinicians_to_change(world: World) -> None:
    ana, joy, lee, sun = world.waiting_member(), world.desk(), world.clinician(), world.clinician("sun")
    lee.takes(ana)
    assert by_phone(joy, ana) == refused(Refusal.wrong_state, state="in_visit")
    assert by_phone(sun, ana) == refused(Refusal.claimed_by_other, clinician="lee")
    assert by_phone(lee, ana) == ["mode_changed"]
    assert ana.state is State.in_visit


def test_a_call_has_its_steps_and_the_visit_its_outcome(world: World) -> None:
    ana, joy, lee = world.waiting_member(), world.desk(), world.clinician()
    by_phone(joy, ana)
    lee.claims(ana)
    assert notes_call(lee, ana, Call.calling) == refused(Refusal.wrong_state, state="claimed")
    lee.admits(ana)
    assert notes_call(lee, ana, Call.calling) == ["call_noted"]
    assert notes_call(lee, ana, Call.calling) == []
    assert seen_by(ana, ana)["call"] == "calling"
    notes_call(lee, ana, Call.not_reached)
    world.passes(minutes=2)
    notes_call(lee, ana, Call.calling)
    assert notes_call(lee, ana, Call.reached) == ["call_noted"]
    assert seen_by(lee, ana)["call_tries"] == 2
    assert seen_by(joy, ana)["call_at"] == "2026-11-23T09:02:00.000Z"
    assert lee.ends(ana, Outcome.treated) == ["completed"]
    assert ana.now.call is None
    assert ana.now.call_tries == 2


def test_there_is_no_call_in_a_visit_by_video(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    lee.takes(ana)
    assert notes_call(lee, ana, Call.calling) == refused(Refusal.not_by_phone)
    by_phone(lee, ana)
    notes_call(lee, ana, Call.calling)
    by_video(lee, ana)
    assert "call" not in seen_by(lee, ana)


def test_the_number_the_health_system_has_is_for_the_holder_of_a_telephone_visit(world: World) -> None:
    ana, lee = world.waiting_member(phone="+1 212 555 0199"), world.clinician()
    lee.claims(ana)
    assert "phone" not in seen_by(lee, ana)
    by_phone(lee, ana)
    assert seen_by(lee, ana)["phone"] == "+1 212 555 0199"


def test_a_booked_telephone_visit_goes_the_same_way(world: World) -> None:
    ana, lee = world.member(mode=Mode.phone), world.clinician()
    ana.redeems()
    ana.gives_location()
    ana.gives_callback()
    ana.gives_present()
    ana.consents()
    assert ana.checks_in() == ["checked_in"]
    lee.takes(ana)
    notes_call(lee, ana, Call.reached)
    assert lee.ends(ana) == ["completed"]


def test_another_device_is_let_in_by_one_that_is(world: World) -> None:
    ana = world.waiting_member()
    due = ana.now.due
    tablet = c.HandOver(device=DeviceId("tablet"), by=ana.device)
    assert ana.does(tablet) == ["handed_over"]
    assert ana.does(tablet) == []
    assert ana.now.redeemed_by == (ana.device, "tablet")
    assert (ana.state, ana.now.due) == (State.waiting, due)


def test_a_device_that_was_never_in_hands_nothing_over(world: World) -> None:
    ana = world.waiting_member()
    stranger = c.HandOver(device=DeviceId("tablet"), by=DeviceId("stranger"))
    assert ana.does(stranger) == refused(Refusal.not_recognised)


def test_nobody_is_handed_a_visit_that_is_over(world: World) -> None:
    ana = world.waiting_member()
    world.desk().cancels(ana)
    tablet = c.HandOver(device=DeviceId("tablet"), by=ana.device)
    assert ana.does(tablet) == refused(Refusal.visit_cancelled)


def test_neither_the_member_nor_a_program_changes_the_way_of_a_visit(world: World) -> None:
    ana, joy = world.member(), world.desk()
    mode = c.ChangeMode(mode=Mode.phone)
    assert world.does(ana.visit, mode, BOOKING) == refused(Refusal.not_permitted)
    assert ana.does(mode) == refused(Refusal.not_permitted)
    assert by_phone(joy, ana) == ["mode_changed"], "the desk may have agreed it with the member"
