"""What each role sees of a visit, and what it does not."""

import json

import pytest

from tests.waiting_room.core.laws import no_nulls
from tests.waiting_room.core.world import World, seen_by
from waiting_room.core.ids import TextId
from waiting_room.core.model import Role
from waiting_room.core.records import replay
from waiting_room.core.views import Directory, short_name, texts_needed, view

CARD = {"name", "birth_date", "reason_for_visit", "ref", "location", "callback", "present", "others"}
SECRETS = ("María", "1980", "cough", "M-1001", "Elm Street", "0123", "my sister")


@pytest.fixture
def world() -> World:
    return World()


def test_the_identity_card_is_for_the_holder_while_they_hold(world: World) -> None:
    ana, lee, sun = world.waiting_member(), world.clinician("lee"), world.clinician("sun")
    assert not CARD & seen_by(lee, ana).keys()
    lee.claims(ana)
    assert seen_by(lee, ana).keys() >= CARD
    assert not CARD & seen_by(sun, ana).keys()
    lee.admits(ana)
    lee.suspends(ana)
    assert seen_by(lee, ana).keys() >= CARD
    lee.resumes(ana)
    lee.ends(ana)
    assert not CARD & seen_by(lee, ana).keys()


@pytest.mark.parametrize("secret", SECRETS)
def test_a_row_tells_nothing_that_finds_a_person(world: World, secret: str) -> None:
    ana, lee, sun, joy = (
        world.waiting_member(), world.clinician("lee"), world.clinician("sun"), world.desk(),
    )  # fmt: skip
    lee.is_rung(ana)
    ana.says("Is this Elm Street?")
    row = json.dumps([seen_by(sun, ana), seen_by(lee, ana)], ensure_ascii=False)
    assert secret not in row
    desk = {key: value for key, value in seen_by(joy, ana).items() if key not in {"callback", "line"}}
    assert secret not in json.dumps(desk, ensure_ascii=False)


def test_a_row_says_who_holds_and_whose_it_is(world: World) -> None:
    lee, sun = world.clinician("lee"), world.clinician("sun")
    ana = world.waiting_member(named=lee)
    named = {"id": "lee", "name": "Dr. Lee", "credentials": "MD"}
    assert (seen_by(lee, ana)["mine"], seen_by(lee, ana)["named"]) == (True, named)
    assert "mine" not in seen_by(sun, ana)
    lee.claims(ana)
    assert seen_by(sun, ana)["holder"] == {"id": "lee", "name": "Dr. Lee"}


def test_a_member_sees_their_own_words_and_who_will_see_them(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    seen = seen_by(ana, ana)
    assert (seen["for_name"], seen["location"], seen["present"]) == ("Ana", "12 Elm Street", "my sister")
    assert "clinician" not in seen
    assert "internal_code" not in seen["clinic"]
    lee.takes(ana)
    assert seen_by(ana, ana)["clinician"] == {"name": "Dr. Lee", "credentials": "MD"}
    lee.requeues(ana)
    assert "clinician" not in seen_by(ana, ana)
    lee.takes(ana)
    lee.ends(ana)
    assert seen_by(ana, ana)["clinician"] == {"name": "Dr. Lee", "credentials": "MD"}
    assert not {"birth_date", "name", "ref", "declined_by"} & seen_by(ana, ana).keys()


def test_a_ring_at_a_clinician_is_not_the_members_business(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    before = seen_by(ana, ana)
    lee.is_rung(ana)
    lee.declines(ana)
    assert {**seen_by(ana, ana), "seq": 0} == {**before, "seq": 0}


def test_late_and_early_are_said_only_when_true(world: World) -> None:
    ana = world.waiting_member(in_minutes=-1)
    assert seen_by(ana, ana)["late"] is True
    ben = world.waiting_member("Ben", in_minutes=40)
    assert seen_by(ben, ben)["early"] is True
    assert "late" not in seen_by(ben, ben)
    assert "early" not in seen_by(ana, ana)


def test_who_left_sees_until_when_they_may_return(world: World) -> None:
    ana = world.waiting_member()
    ana.leaves("too_long")
    seen = seen_by(ana, ana)
    assert (seen["state"], seen["rejoin_until"], seen["reason"]) == (
        "left", "2026-11-23T09:10:00.000Z", "too_long",
    )  # fmt: skip
    ana.returns()
    assert not {"rejoin_until", "left_at", "reason", "ended_at"} & seen_by(ana, ana).keys()


def test_the_desk_sees_how_the_link_stands(world: World) -> None:
    ana, joy = world.member(), world.desk()
    assert seen_by(joy, ana)["link"] == {"state": "live", "tries": 0}
    for _ in range(5):
        ana.redeems(right=False)
    until = "2026-11-23T09:15:00.000Z"
    assert seen_by(joy, ana)["link"] == {"state": "resting", "until": until, "tries": 0}
    joy.passes(ana)
    assert seen_by(joy, ana)["link"] == {"state": "passed", "until": until, "tries": 0}


def test_a_booking_without_a_link_has_none(world: World) -> None:
    ana = world.member()
    first = world.journals[ana.visit][:1]
    seen = view(replay(first), Role.support, world.texts, world.directory)
    assert seen["link"] == {"state": "none", "tries": 0}


def test_the_line_is_keyed_by_record(world: World) -> None:
    ana, joy = world.waiting_member(), world.desk()
    ana.says("hello")
    entry = {"by": "member", "text": "hello", "at": "2026-11-23T09:00:00.000Z"}
    assert seen_by(ana, ana)["line"] == {str(ana.now.seq): entry}
    assert seen_by(joy, ana)["line_unread"] == 1
    assert seen_by(ana, ana)["line_unread"] == 0


def test_purged_texts_and_unknown_places_are_simply_absent(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    ana.says("hello")
    lee.claims(ana)
    nothing = Directory(clinics={}, staff={})
    for role in (Role.member, Role.clinician, Role.support):
        seen = view(ana.now, role, {}, nothing, "lee")
        assert no_nulls(seen)
        assert not {"short_name", "for_name", "name", "location", "callback"} & seen.keys()
    member = view(ana.now, Role.member, {}, nothing)
    assert (member["clinic"], member["clinician"]) == ({}, {})
    assert list(member["line"].values()) == [{"by": "member", "at": "2026-11-23T09:00:00.000Z"}]


def test_only_the_texts_a_view_shows_are_opened(world: World) -> None:
    ana, lee = world.waiting_member(), world.clinician()
    ana.says("hello")
    visit = ana.now
    assert texts_needed(visit, Role.clinician, "lee") == {visit.person}
    assert texts_needed(visit, Role.support) == {visit.person, visit.callback, visit.line[0].text}
    lee.claims(ana)
    whole = {visit.person, visit.location, visit.callback, visit.present}
    assert texts_needed(ana.now, Role.clinician, "lee") == whole
    assert texts_needed(ana.now, Role.member) == {*whole, visit.line[0].text}
    assert all(isinstance(text, str) for text in texts_needed(world.member().now, Role.member))
    assert TextId("") not in texts_needed(ana.now, Role.member)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Ana María Ruiz", "Ana R."),
        ("Ana", "Ana"),
        ("  ", ""),
        ("妹妹", "妹妹"),
        ("Zoë O’Brien-Ñuñez", "Zoë O."),
    ],
)
def test_short_names(name: str, short: str) -> None:
    assert short_name(name) == short
