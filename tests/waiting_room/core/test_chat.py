"""The chat in a visit: messages, files, and the still picture that is asked for and released."""

from dataclasses import replace

import pytest

from tests.waiting_room.core.world import Clinician, Member, World, refused, seen_by
from waiting_room.core.chat import takes_part
from waiting_room.core.deadlines import CHAT_MAX, FILES_MAX
from waiting_room.core.decide import decide
from waiting_room.core.model import Actor, ChatKind, Role, State
from waiting_room.core.refusals import Refusal, Refused
from waiting_room.core.views import texts_needed


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def lee(world: World) -> Clinician:
    return world.clinician("lee")


@pytest.fixture
def ana(world: World, lee: Clinician) -> Member:
    """In a visit with Lee."""
    ana = world.waiting_member()
    lee.takes(ana)
    return ana


def test_each_reads_what_the_other_wrote_and_by_whom(ana: Member, lee: Clinician) -> None:
    assert ana.writes("It itches here.") == ["chat_written"]
    assert lee.writes(ana, "Since when?") == ["chat_written"]
    first, second = seen_by(ana, ana)["chat"].values()
    assert first == {
        "kind": "text",
        "by": "member",
        "mine": True,
        "text": "It itches here.",
        "at": "2026-11-23T09:00:00.000Z",
    }
    assert (second["by"], second["name"], second["text"]) == ("clinician", "Dr. Lee", "Since when?")
    first, second = seen_by(lee, ana)["chat"].values()
    assert ("mine" in first, second["mine"]) == (False, True)


def test_what_is_unread_is_counted_for_each_by_themselves(ana: Member, lee: Clinician) -> None:
    ana.writes("Hello")
    ana.writes("Are you there?")
    lee.writes(ana, "Yes")
    assert seen_by(lee, ana)["chat_unread"] == 2
    assert seen_by(ana, ana)["chat_unread"] == 1
    assert lee.sees_chat(ana) == ["chat_seen"]
    assert lee.sees_chat(ana) == []
    assert "chat_unread" not in seen_by(lee, ana)
    ana.writes("Good")
    assert seen_by(lee, ana)["chat_unread"] == 1
    assert lee.sees_chat(ana) == ["chat_seen"]
    assert ana.sees_chat() == ["chat_seen"]
    assert ana.sees_chat() == []


def test_only_those_in_the_visit_write_and_read(world: World, ana: Member, lee: Clinician) -> None:
    sun, joy = world.clinician("sun"), world.desk()
    ana.writes("private")
    assert sun.writes(ana, "hi") == refused(Refusal.claimed_by_other, clinician="lee")
    assert "chat" not in seen_by(sun, ana)
    assert "chat" not in seen_by(joy, ana)
    private = ana.now.chat[0].text
    assert private in texts_needed(ana.now, Role.clinician, "lee")
    assert private not in texts_needed(ana.now, Role.clinician, "sun")
    assert private not in texts_needed(ana.now, Role.support, "joy")
    assert takes_part(ana.now, Actor(Role.member, "any device"))
    assert takes_part(ana.now, Actor(Role.clinician, "lee"))
    assert not takes_part(ana.now, Actor(Role.clinician, "sun"))
    assert not takes_part(ana.now, Actor(Role.support, "joy"))


def test_there_is_no_chat_before_the_visit(world: World, lee: Clinician) -> None:
    ben = world.waiting_member("Ben")
    assert ben.writes("Hello?") == refused(Refusal.wrong_state, state="waiting")
    lee.claims(ben)
    assert lee.writes(ben, "Hello") == refused(Refusal.wrong_state, state="claimed")


def test_the_chat_goes_on_while_the_visit_is_on_hold(ana: Member, lee: Clinician) -> None:
    lee.suspends(ana)
    assert lee.writes(ana, "I am looking it up.") == ["chat_written"]
    assert ana.writes("Thank you") == ["chat_written"]


def test_whoever_takes_the_visit_over_reads_what_was_written(
    world: World, ana: Member, lee: Clinician
) -> None:
    lee.writes(ana, "My colleague will help you.")
    lee.requeues(ana)
    assert ana.writes("Hello?") == refused(Refusal.wrong_state, state="waiting")
    sun = world.clinician("sun")
    sun.takes(ana)
    view = seen_by(sun, ana)
    assert [(entry["name"], "mine" in entry) for entry in view["chat"].values()] == [("Dr. Lee", False)]
    assert view["chat_unread"] == 1
    assert "chat" not in seen_by(lee, ana)


def test_the_chat_is_gone_when_the_visit_has_ended(ana: Member, lee: Clinician) -> None:
    ana.writes("Thank you")
    lee.ends(ana)
    assert "chat" not in seen_by(ana, ana)
    assert not takes_part(ana.now, Actor(Role.member, ana.device))
    assert ana.writes("One more thing") == refused(Refusal.visit_ended)


def test_a_chat_is_bounded(world: World, ana: Member, lee: Clinician) -> None:
    ana.writes("again")
    world.visits[ana.visit] = replace(ana.now, chat=ana.now.chat * CHAT_MAX)
    assert ana.writes("again") == refused(Refusal.chat_full)
    assert ana.shares() == refused(Refusal.chat_full)
    assert lee.asks_for_still(ana) == refused(Refusal.chat_full)


def test_a_file_is_an_entry_with_its_name_and_what_it_is(ana: Member, lee: Clinician) -> None:
    assert ana.shares("rash.jpg") == ["file_shared"]
    assert lee.shares(ana, "plan.pdf") == ["file_shared"]
    photo, document = seen_by(lee, ana)["chat"].values()
    assert photo["text"] == "rash.jpg"
    assert photo["file"] == {
        "id": ana.now.chat[0].file.id,  # type: ignore[union-attr]
        "kind": "jpeg",
        "size": 123_456,
        "width": 4032,
        "height": 3024,
    }
    assert (document["file"]["kind"], document["mine"]) == ("pdf", True)
    assert "width" not in document["file"]


def test_a_name_that_was_purged_is_absent(world: World, ana: Member) -> None:
    ana.shares("rash.jpg")
    world.texts.pop(ana.now.chat[0].text)  # type: ignore[arg-type]
    assert "text" not in next(iter(seen_by(ana, ana)["chat"].values()))


def test_files_are_bounded(ana: Member, lee: Clinician) -> None:
    for _ in range(FILES_MAX):
        assert ana.shares() == ["file_shared"]
    assert lee.shares(ana) == refused(Refusal.files_full)
    assert ana.writes("Did it arrive?") == ["chat_written"]


def test_a_still_picture_is_asked_for_taken_and_released(ana: Member, lee: Clinician) -> None:
    assert lee.asks_for_still(ana) == ["still_asked"]
    assert lee.asks_for_still(ana) == []
    assert seen_by(ana, ana)["still_asked_at"] == seen_by(lee, ana)["still_asked_at"]
    assert ana.shares("picture.jpg", still=True) == ["still_released"]
    assert [entry.kind for entry in ana.now.chat] == [ChatKind.still_asked, ChatKind.still]
    assert "still_asked_at" not in seen_by(ana, ana)
    assert ana.shares("picture.jpg", still=True) == refused(Refusal.still_not_asked)


def test_a_still_picture_may_be_declined(ana: Member, lee: Clinician) -> None:
    lee.asks_for_still(ana)
    assert ana.declines_still("I will not") == refused(Refusal.malformed, field="reason")
    assert ana.declines_still() == ["still_declined"]
    assert ana.declines_still() == []
    assert seen_by(lee, ana)["chat_unread"] == 1
    assert lee.asks_for_still(ana) == ["still_asked"]


def test_only_the_clinician_asks_and_only_in_the_running_visit(
    world: World, ana: Member, lee: Clinician
) -> None:
    sun = world.clinician("sun")
    assert sun.asks_for_still(ana) == refused(Refusal.claimed_by_other, clinician="lee")
    lee.suspends(ana)
    assert lee.asks_for_still(ana) == refused(Refusal.wrong_state, state="on_hold")


def test_a_picture_that_was_taken_may_be_released_on_hold_but_not_after(ana: Member, lee: Clinician) -> None:
    lee.asks_for_still(ana)
    lee.suspends(ana)
    assert ana.now.still_asked_at is not None
    lee.requeues(ana)
    assert ana.now.still_asked_at is None
    assert ana.shares("picture.jpg", still=True) == refused(Refusal.still_not_asked)
    assert ana.state is State.waiting


def test_a_full_chat_has_room_for_the_picture_that_was_asked_for(
    world: World, ana: Member, lee: Clinician
) -> None:
    lee.asks_for_still(ana)
    full = replace(ana.now, chat=ana.now.chat * CHAT_MAX)
    answer = decide(full, world.file("picture.jpg", still=True), Actor(Role.member, ana.device), world.now)
    assert not isinstance(answer, Refused)
