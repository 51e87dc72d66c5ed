"""Guests: invited by the member or the holder, in by one device, out when anybody who may says so."""

import pytest

from tests.waiting_room.core.world import Guest, World, refused, seen_by
from waiting_room.core import commands_guests as g
from waiting_room.core import events_guests as e
from waiting_room.core.deadlines import GUESTS_EVER
from waiting_room.core.guests import after, at_device, joined, live
from waiting_room.core.ids import DeviceId, GuestId
from waiting_room.core.model import Actor, GuestKind, Role, State
from waiting_room.core.refusals import Refusal


@pytest.fixture
def world() -> World:
    return World()


def sister(world: World) -> Guest:
    return Guest(world, "Maria Ruiz")


def interpreter(world: World) -> Guest:
    return Guest(world, "Sol", DeviceId("laptop"), GuestKind.interpreter, signs=True)


def test_a_member_invites_before_and_during_the_visit(world: World) -> None:
    ana, lee = world.member(), world.clinician()
    assert ana.invites(sister(world)) == refused(Refusal.wrong_state, state="booked")
    ana.redeems()
    assert ana.invites(sister(world)) == ["guest_invited"]
    ana.gives_everything()
    ana.checks_in()
    lee.takes(ana)
    assert ana.invites(interpreter(world)) == ["guest_invited"]
    assert [guest.name for guest in live(ana.now.guests)] == [guest.name for guest in ana.now.guests]


def test_only_the_clinician_who_holds_the_visit_invites(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    assert lee.invites(ana, interpreter(world)) == refused(Refusal.not_holder)
    lee.claims(ana)
    assert lee.invites(ana, interpreter(world)) == ["guest_invited"]
    assert sun.invites(ana, sister(world)) == refused(Refusal.claimed_by_other, clinician="lee")


def test_a_third_guest_finds_no_seat_until_one_is_removed(world: World) -> None:
    ana = world.waiting_member()
    leo = Guest(world, "Leo")
    ana.invites(sister(world))
    ana.invites(interpreter(world))
    assert ana.invites(leo) == refused(Refusal.guests_full, most=2)
    ana.removes(sister(world))
    assert ana.invites(leo) == ["guest_invited"]


def test_the_same_invitation_again_is_the_same_invitation(world: World) -> None:
    ana, maria = world.waiting_member(), sister(world)
    ana.invites(maria)
    assert ana.invites(maria) == []
    ana.removes(maria)
    assert ana.invites(maria) == []
    assert live(ana.now.guests) == ()


def test_invitations_without_end_are_refused(world: World) -> None:
    ana = world.waiting_member()
    for number in range(GUESTS_EVER):
        guest = Guest(world, f"G{number}")
        assert ana.invites(guest) == ["guest_invited"]
        assert ana.removes(guest) == ["guest_removed"]
    assert ana.invites(sister(world)) == refused(Refusal.guests_full, most=GUESTS_EVER)


@pytest.mark.parametrize("name", ["member", "clinician", "guest-", "guest-a b", "guest-" + "x" * 58])
def test_a_guest_is_never_called_like_another_endpoint(world: World, name: str) -> None:
    ana = world.waiting_member()
    wrong = ana.invites(sister(world), guest=GuestId(name))
    assert wrong == refused(Refusal.malformed, field="guest")


def test_only_an_interpreter_signs(world: World) -> None:
    assert world.waiting_member().invites(sister(world), signs=True) == refused(
        Refusal.malformed, field="signs"
    )


def test_a_link_is_good_for_one_device_and_the_first_loses_nothing(world: World) -> None:
    ana, maria = world.waiting_member(), sister(world)
    ana.invites(maria)
    assert maria.joins(ana) == ["guest_joined"]
    before = ana.now
    assert maria.joins(ana, device="stranger") == refused(Refusal.guest_link_used)
    assert ana.now is before
    assert maria.joins(ana) == []


def test_who_left_comes_back_by_the_same_link_on_the_same_device(world: World) -> None:
    ana, maria = world.waiting_member(), sister(world)
    ana.invites(maria)
    maria.joins(ana)
    assert maria.leaves(ana) == ["guest_left"]
    assert maria.leaves(ana) == []
    assert joined(ana.now.guests) == ()
    assert maria.joins(ana, device="stranger") == refused(Refusal.guest_link_used)
    assert maria.joins(ana) == ["guest_joined"]
    assert [guest.id for guest in joined(ana.now.guests)] == [maria.id]


def test_a_new_link_lets_another_device_in_and_the_old_one_out(world: World) -> None:
    ana, maria = world.waiting_member(), sister(world)
    ana.invites(maria)
    maria.joins(ana)
    old = maria.link
    assert ana.renews(maria, "link-new") == ["guest_link_issued"]
    assert ana.renews(maria, "link-new") == []
    assert joined(ana.now.guests) == ()
    assert maria.joins(ana, link=old) == refused(Refusal.not_recognised)
    assert maria.joins(ana, device="new-phone") == ["guest_joined"]
    assert maria.leaves(ana) == refused(Refusal.guest_unknown)


def test_one_device_is_one_guest(world: World) -> None:
    ana, maria, leo = world.waiting_member(), sister(world), Guest(world, "Leo")
    ana.invites(maria)
    ana.invites(leo)
    maria.joins(ana)
    assert leo.joins(ana, device=maria.device) == refused(Refusal.guest_link_used)
    ana.removes(maria)
    assert leo.joins(ana, device=maria.device) == refused(Refusal.guest_link_used)
    assert leo.joins(ana, device="phone") == ["guest_joined"]


def test_a_member_removes_their_own_guests_and_the_holder_all(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    maria, sol = sister(world), interpreter(world)
    ana.invites(maria)
    lee.takes(ana)
    lee.invites(ana, sol)
    assert ana.removes(sol) == refused(Refusal.not_inviter)
    assert ana.renews(sol, "mine") == refused(Refusal.not_inviter)
    assert lee.renews_link(ana, maria, "by-lee") == ["guest_link_issued"]
    assert lee.removes(ana, maria) == ["guest_removed"]
    assert lee.removes(ana, maria) == []
    assert lee.removes(ana, sol) == ["guest_removed"]


def test_who_was_removed_is_out_for_good(world: World) -> None:
    ana, maria = world.waiting_member(), sister(world)
    ana.invites(maria)
    maria.joins(ana)
    ana.removes(maria)
    assert maria.joins(ana) == refused(Refusal.not_recognised)
    assert maria.leaves(ana) == refused(Refusal.guest_unknown)
    assert ana.renews(maria, "again") == refused(Refusal.guest_unknown)
    assert ana.removes(Guest(world, "Nobody")) == refused(Refusal.guest_unknown)


def test_a_link_works_while_the_visit_is_open(world: World) -> None:
    ana, lee, maria = world.waiting_member(), world.clinician(), sister(world)
    ana.invites(maria)
    lee.takes(ana)
    lee.ends(ana)
    assert maria.joins(ana) == refused(Refusal.visit_ended)
    assert maria.leaves(ana) == refused(Refusal.visit_ended)


def test_guests_outlast_a_hold_and_a_hand_over(world: World) -> None:
    ana, lee, sun, maria = (
        world.waiting_member(), world.clinician("lee"), world.clinician("sun"), sister(world),
    )  # fmt: skip
    ana.invites(maria)
    maria.joins(ana)
    lee.takes(ana)
    lee.suspends(ana)
    lee.requeues(ana)
    sun.takes(ana)
    assert ana.state is State.in_visit
    assert [guest.id for guest in joined(ana.now.guests)] == [maria.id]


def test_a_guest_gives_no_other_command(world: World) -> None:
    ana, maria = world.waiting_member(), sister(world)
    ana.invites(maria)
    maria.joins(ana)
    me = Actor(Role.guest, maria.device)
    for command in (maria.invitation(), g.RemoveGuest(guest=maria.id), maria.gets("x")):
        assert world.does(ana.visit, command, me) == refused(Refusal.not_permitted)


def test_everybody_in_the_visit_sees_everybody_by_name_and_kind(world: World) -> None:
    ana, lee, joy = world.waiting_member(), world.clinician(), world.desk()
    maria, sol = sister(world), interpreter(world)
    ana.invites(maria)
    lee.takes(ana)
    lee.invites(ana, sol)
    maria.joins(ana)
    sol.joins(ana)
    at = "2026-11-23T09:00:00.000Z"
    wanted = {
        "guest-maria": {"name": "Maria Ruiz", "kind": "family", "by": "member", "joined_at": at},
        "guest-sol": {
            "name": "Sol", "kind": "interpreter", "signs": True, "by": "clinician", "joined_at": at,
        },
    }  # fmt: skip
    for who in (ana, lee, joy, maria, sol):
        assert seen_by(who, ana)["guests"] == wanted
    assert (seen_by(maria, ana)["me"], seen_by(sol, ana)["me"]) == ("guest-maria", "guest-sol")
    assert "guests" not in seen_by(world.clinician("sun"), ana)


def test_a_guest_sees_the_visit_and_nothing_of_the_card(world: World) -> None:
    ana, lee, maria = world.waiting_member(), world.clinician(), sister(world)
    ana.says("Is this Elm Street?")
    ana.invites(maria)
    maria.joins(ana)
    assert seen_by(maria, ana)["state"] == "waiting"
    lee.is_rung(ana)
    assert seen_by(maria, ana)["state"] == "waiting"
    lee.takes(ana)
    seen = seen_by(maria, ana)
    assert seen.keys() == {
        "visit", "seq", "me", "state", "clinic", "clinician", "for_name", "guests", "admitted_at",
    }  # fmt: skip
    assert (seen["state"], seen["for_name"]) == ("in_visit", "Ana")
    assert seen["clinician"] == {"name": "Dr. Lee", "credentials": "MD"}
    lee.ends(ana)
    assert (seen_by(maria, ana)["state"], "clinician" in seen_by(maria, ana)) == ("ended", False)


def test_who_is_out_sees_that_they_are_out_and_no_more(world: World) -> None:
    ana, maria = world.waiting_member(), sister(world)
    ana.invites(maria)
    maria.joins(ana)
    ana.renews(maria, "link-new")
    assert seen_by(maria, ana) == {"visit": ana.visit, "seq": ana.now.seq, "out": "replaced"}
    maria.joins(ana)
    ana.removes(maria)
    assert seen_by(maria, ana) == {"visit": ana.visit, "seq": ana.now.seq, "out": "removed"}
    assert at_device(ana.now.guests, maria.device) is not None


def test_what_is_said_of_somebody_unknown_changes_nobody(world: World) -> None:
    ana = world.waiting_member()
    ana.invites(sister(world))
    assert after(ana.now.guests, e.GuestLeft(guest=GuestId("guest-x")), world.now) == ana.now.guests
