"""A member who is stuck is helped: by somebody who says so, with steps on the screen, with notes."""

import pytest

from tests.waiting_room.core.world import Answer, Desk, Member, World, refused, seen_by
from waiting_room.core import commands as c
from waiting_room.core.deadlines import NOTES_MAX
from waiting_room.core.refusals import Refusal


@pytest.fixture
def world() -> World:
    return World()


def shows(desk: Desk, member: Member, card: str) -> Answer:
    return desk.does(member, c.ShowFix(card=card))


def answers(member: Member, card: str, *, helped: bool) -> Answer:
    return member.does(c.AnswerFix(card=card, helped=helped))


def test_who_helps_is_seen_by_the_rest_of_the_desk(world: World) -> None:
    ana, joy, sun = world.member(), world.desk("joy"), world.desk("sun")
    assert joy.does(ana, c.BeginHelp()) == ["help_begun"]
    assert joy.does(ana, c.BeginHelp()) == []
    assert seen_by(sun, ana)["helper"] == {"id": "joy", "name": "Joy Adams"}
    assert sun.does(ana, c.BeginHelp()) == ["help_begun"], "whoever says it last has it"
    assert seen_by(joy, ana)["helper"]["id"] == "sun"
    assert joy.does(ana, c.EndHelp()) == ["help_ended"], "somebody who went home blocks nobody"
    assert joy.does(ana, c.EndHelp()) == []
    assert not {"helper", "helper_since"} & seen_by(joy, ana).keys()


def test_nobody_helps_with_a_visit_that_is_over(world: World) -> None:
    ana, joy = world.waiting_member(), world.desk()
    joy.does(ana, c.BeginHelp())
    shows(joy, ana, "call_us")
    joy.cancels(ana)
    assert (ana.now.helper, ana.now.fix) == (None, None)


def test_steps_come_onto_the_members_screen_and_their_answer_back(world: World) -> None:
    ana, joy = world.waiting_member(), world.desk()
    assert shows(joy, ana, "allow_ios_safari") == ["fix_shown"]
    assert seen_by(ana, ana)["fix"] == {"card": "allow_ios_safari", "at": "2026-11-23T09:00:00.000Z"}
    assert answers(ana, "allow_ios_safari", helped=False) == ["fix_answered"]
    assert "fix" not in seen_by(ana, ana), "what is answered is off the screen"
    assert seen_by(joy, ana)["fix"]["helped"] is False
    assert answers(ana, "allow_ios_safari", helped=False) == []
    assert answers(ana, "allow_ios_safari", helped=True) == ["fix_answered"], "it helped after all"


def test_the_same_steps_are_shown_again_only_after_an_answer(world: World) -> None:
    ana, joy = world.waiting_member(), world.desk()
    shows(joy, ana, "close_other_program")
    assert shows(joy, ana, "close_other_program") == []
    answers(ana, "close_other_program", helped=False)
    assert shows(joy, ana, "close_other_program") == ["fix_shown"]


def test_an_answer_to_steps_that_were_replaced_is_not_taken_for_the_new_ones(world: World) -> None:
    ana, joy = world.waiting_member(), world.desk()
    assert answers(ana, "call_us", helped=True) == refused(Refusal.fix_replaced)
    shows(joy, ana, "find_camera")
    shows(joy, ana, "other_device")
    assert answers(ana, "find_camera", helped=True) == refused(Refusal.fix_replaced)
    assert ana.now.fix is not None
    assert ana.now.fix.helped is None


def test_a_card_is_a_code(world: World) -> None:
    ana, joy = world.waiting_member(), world.desk()
    assert shows(joy, ana, "Press Allow, Ana") == refused(Refusal.malformed, field="card")


def test_nothing_is_shown_to_somebody_who_is_not_here_yet(world: World) -> None:
    ana, joy = world.member(), world.desk()
    assert shows(joy, ana, "call_us") == refused(Refusal.wrong_state, state="booked")


def test_notes_are_for_staff(world: World) -> None:
    ana, joy, lee = world.waiting_member(), world.desk(), world.clinician()
    assert joy.does(ana, c.WriteNote(text=world.writes("Hard of hearing"))) == ["noted"]
    written = {"by": {"name": "Joy Adams"}, "text": "Hard of hearing", "at": "2026-11-23T09:00:00.000Z"}
    assert list(seen_by(joy, ana)["notes"].values()) == [written]
    assert "notes" not in seen_by(lee, ana), "until the clinician holds the visit"
    assert lee.does(ana, c.WriteNote(text=world.writes("x"))) == refused(Refusal.not_holder)
    lee.claims(ana)
    assert list(seen_by(lee, ana)["notes"].values()) == [written]
    assert lee.does(ana, c.WriteNote(text=world.writes("Speaks slowly"))) == ["noted"]
    assert len(seen_by(joy, ana)["notes"]) == 2
    assert "notes" not in seen_by(ana, ana)


def test_notes_have_a_bound(world: World) -> None:
    ana, joy = world.member(), world.desk()
    for _ in range(NOTES_MAX):
        joy.does(ana, c.WriteNote(text=world.writes("again")))
    assert joy.does(ana, c.WriteNote(text=world.writes("again"))) == refused(Refusal.notes_full)
