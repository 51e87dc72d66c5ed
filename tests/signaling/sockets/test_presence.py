"""Presence is what the sockets say, and a gap is not a departure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.presence import (
    CLINICIAN_GONE_AFTER_SECONDS,
    MEMBER_GONE_AFTER_SECONDS,
    NOTED_AFTER_SECONDS,
    Absence,
    Attendance,
    Change,
    Person,
    Presence,
)
from waiting_room.core.model import Role

ANA = Person(Role.member, "visit-of-ana")
LEE = Person(Role.clinician, "dr-lee")


@pytest.fixture
def attendance() -> Attendance:
    return Attendance()


def test_a_page_that_connects_makes_its_person_present(attendance: Attendance) -> None:
    assert attendance.arrive(ANA, "s1").change == Change(ANA, Presence.HERE)
    assert attendance.presence(ANA) is Presence.HERE


def test_a_second_page_changes_nothing_and_supersedes_the_first(attendance: Attendance) -> None:
    attendance.arrive(ANA, "s1")
    second = attendance.arrive(ANA, "s2")
    assert second.change is None
    assert second.superseded == ("s1",)
    assert attendance.active(ANA) == "s2"


def test_a_reload_is_a_gap_and_nobody_is_told_of_a_departure(attendance: Attendance) -> None:
    attendance.arrive(ANA, "s1")
    assert attendance.depart(ANA, "s1", now=100.0) == Change(ANA, Presence.GAP)
    assert attendance.arrive(ANA, "s2").change == Change(ANA, Presence.HERE)
    assert attendance.pass_time(1000.0) == []
    assert attendance.absences(1000.0) == []


def test_closing_one_of_two_pages_is_no_gap(attendance: Attendance) -> None:
    attendance.arrive(ANA, "s1")
    attendance.arrive(ANA, "s2")
    assert attendance.depart(ANA, "s1", now=1.0) is None
    assert attendance.presence(ANA) is Presence.HERE


@pytest.mark.parametrize(
    ("person", "after"), [(ANA, MEMBER_GONE_AFTER_SECONDS), (LEE, CLINICIAN_GONE_AFTER_SECONDS)]
)
def test_a_long_gap_is_told_once_as_gone(attendance: Attendance, person: Person, after: float) -> None:
    attendance.arrive(person, "s1")
    attendance.depart(person, "s1", now=100.0)
    assert attendance.pass_time(100.0 + after - 0.001) == []
    assert attendance.pass_time(100.0 + after) == [Change(person, Presence.GONE)]
    assert attendance.pass_time(100.0 + after + 1) == []


def test_an_absence_is_noted_with_the_moment_it_began(attendance: Attendance) -> None:
    attendance.arrive(ANA, "s1")
    attendance.depart(ANA, "s1", now=100.0)
    assert attendance.absences(100.0 + NOTED_AFTER_SECONDS - 0.001) == []
    assert attendance.absences(100.0 + NOTED_AFTER_SECONDS) == [Absence(ANA, since=100.0)]
    assert attendance.absences(1000.0) == []


def test_after_a_restart_everybody_expected_is_in_a_gap_that_begins_then(attendance: Attendance) -> None:
    assert attendance.expect(ANA, now=500.0) == Change(ANA, Presence.GAP)
    assert attendance.next_deadline() == 500.0 + NOTED_AFTER_SECONDS
    attendance.arrive(ANA, "s1")
    assert attendance.next_deadline() is None


def test_expecting_somebody_who_is_known_changes_nothing(attendance: Attendance) -> None:
    attendance.arrive(ANA, "s1")
    assert attendance.expect(ANA, now=1.0) is None
    assert attendance.presence(ANA) is Presence.HERE


def test_somebody_never_heard_of_is_gone(attendance: Attendance) -> None:
    assert attendance.presence(ANA) is Presence.GONE
    assert not attendance.knows(ANA)


def test_a_socket_that_closes_twice_closes_once(attendance: Attendance) -> None:
    attendance.arrive(ANA, "s1")
    attendance.depart(ANA, "s1", now=1.0)
    assert attendance.depart(ANA, "s1", now=2.0) is None
    assert attendance.next_deadline() == 1.0 + NOTED_AFTER_SECONDS


def test_whoever_is_forgotten_has_no_deadline(attendance: Attendance) -> None:
    attendance.arrive(ANA, "s1")
    attendance.depart(ANA, "s1", now=1.0)
    attendance.forget(ANA)
    assert attendance.next_deadline() is None
    assert not attendance.knows(ANA)


def test_a_neighbour_that_has_somebody_is_as_good_as_a_page_of_ours(attendance: Attendance) -> None:
    attendance.arrive(ANA, "s1")
    assert attendance.arrive_at("next-door", ANA, 2).superseded == ("s1",)
    assert attendance.depart(ANA, "s1", now=1.0) is None
    assert attendance.presence(ANA) is Presence.HERE
    assert attendance.here(ANA) is None
    assert attendance.depart_from("next-door", ANA, now=2.0) == Change(ANA, Presence.GAP)


def test_a_page_that_comes_supersedes_that_of_a_neighbour(attendance: Attendance) -> None:
    attendance.arrive_at("next-door", ANA, 7)
    attendance.arrive(ANA, "s1")
    assert attendance.here(ANA) == 8
    assert attendance.active(ANA) == "s1"


def test_of_two_pages_that_came_together_both_processes_choose_the_same() -> None:
    a, b = Attendance("a"), Attendance("b")
    a.arrive(ANA, "sa")
    b.arrive(ANA, "sb")
    assert a.arrive_at("b", ANA, 1).superseded == ("sa",)
    assert b.arrive_at("a", ANA, 1).superseded == ()
    assert (a.active(ANA), b.active(ANA)) == ("b", "sb")


def test_who_is_with_which_neighbour_is_known(attendance: Attendance) -> None:
    attendance.arrive_at("next-door", ANA, 1)
    attendance.arrive_at("next-door", LEE, 1)
    attendance.arrive(LEE, "s1")
    assert attendance.at("next-door") == {ANA, LEE}
    attendance.depart_from("next-door", ANA, now=1.0)
    assert attendance.at("next-door") == {LEE}
    assert attendance.all_here() == [(LEE, 2)]
    assert attendance.depart_from("far-away", LEE, now=1.0) is None


steps = st.lists(
    st.tuples(
        st.sampled_from(["arrive", "depart", "wait"]),
        st.sampled_from([ANA, LEE]),
        st.sampled_from(["s1", "s2", "s3"]),
        st.floats(min_value=0.0, max_value=60.0),
    ),
    max_size=40,
)


@given(steps)
def test_presence_is_always_what_the_open_sockets_say(steps: list[tuple[str, Person, str, float]]) -> None:
    attendance = Attendance()
    now = 0.0
    sockets: dict[Person, set[str]] = {ANA: set(), LEE: set()}
    told: dict[Person, Presence] = {ANA: Presence.GONE, LEE: Presence.GONE}
    for what, person, socket, seconds in steps:
        changes: list[Change | None] = []
        match what:
            case "arrive":
                changes.append(attendance.arrive(person, f"{person.id}/{socket}").change)
                sockets[person].add(socket)
            case "depart":
                changes.append(attendance.depart(person, f"{person.id}/{socket}", now))
                sockets[person].discard(socket)
            case _:
                now += seconds
                changes += attendance.pass_time(now)
        for change in changes:
            if change is not None:
                assert told[change.person] is not change.presence, "nobody is told what they know"
                told[change.person] = change.presence
        for someone in (ANA, LEE):
            assert attendance.presence(someone) is told[someone]
            assert (told[someone] is Presence.HERE) == bool(sockets[someone])
