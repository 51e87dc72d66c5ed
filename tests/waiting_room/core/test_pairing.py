"""The line: one order, honest counts, and who is next."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.waiting_room.core.world import MONDAY_NINE, NORTH, SOUTH, World
from waiting_room.core.ids import ClinicId, StaffId, VisitId
from waiting_room.core.lifecycle import IN_LINE
from waiting_room.core.model import State
from waiting_room.core.pairing import (
    Entry,
    Rosters,
    ahead,
    entry_of,
    in_order,
    may_take,
    next_for,
    nobody,
)

LEE, SUN, KIM = StaffId("lee"), StaffId("sun"), StaffId("kim")
ROSTERS: Rosters = {NORTH: {LEE, SUN}, SOUTH: {SUN, KIM}}


def entry(
    name: str,
    *,
    clinic: ClinicId = NORTH,
    named: StaffId | None = None,
    minute: int = 0,
    state: State = State.waiting,
    declined_by: tuple[StaffId, ...] = (),
) -> Entry:
    due = MONDAY_NINE + timedelta(minutes=minute)
    return Entry(
        visit=VisitId(name),
        clinic=clinic,
        clinician=named,
        state=state,
        due=due,
        redeemed_at=due,
        declined_by=declined_by,
    )


def test_an_entry_is_a_visit_with_a_place() -> None:
    world = World()
    ana = world.member()
    assert entry_of(ana.now) is None
    ana.redeems()
    found = entry_of(ana.now)
    assert found is not None
    assert (found.visit, found.state, found.due) == (ana.visit, State.preparing, ana.now.start)
    ana.gives_everything()
    ana.checks_in()
    world.clinician().takes(ana)
    assert entry_of(ana.now) is None


def test_the_order_is_by_due_then_redemption_then_id() -> None:
    later = entry("a", minute=5)
    early, twin = entry("b"), entry("c")
    assert in_order([later, twin, early]) == [early, twin, later]


def test_the_next_is_the_first_this_clinician_may_take() -> None:
    line = [
        entry("named for kim", named=KIM, minute=0),
        entry("away", minute=1, state=State.away),
        entry("declined", minute=2, declined_by=(LEE,)),
        entry("south", clinic=SOUTH, minute=3),
        entry("north", minute=4),
        entry("later", minute=5),
    ]
    assert next_for(LEE, line, ROSTERS) == line[4]
    assert next_for(SUN, line, ROSTERS) == line[2]
    assert next_for(KIM, line, ROSTERS) == line[0]
    assert next_for(StaffId("stranger"), line, ROSTERS) is None
    assert next_for(LEE, [], ROSTERS) is None


def test_only_people_the_same_clinicians_take_are_ahead() -> None:
    line = [
        entry("kim's", named=KIM, minute=0),
        entry("south", clinic=SOUTH, minute=1),
        entry("north", minute=2),
        entry("lee's", named=LEE, minute=3),
        entry("elsewhere", clinic=ClinicId("east"), minute=4),
        entry("elsewhere too", clinic=ClinicId("east"), minute=5),
        entry("last", minute=6),
        entry("preparing", minute=7, state=State.preparing),
        entry("after preparing", minute=8),
    ]
    assert ahead(line, ROSTERS) == {
        "kim's": 0,
        "south": 1,  # kim's
        "north": 1,  # south, by sun
        "lee's": 1,  # north
        "elsewhere": 0,
        "elsewhere too": 1,
        "last": 3,  # south, north, lee's
        "preparing": 4,
        "after preparing": 4,
    }


def test_a_pool_without_anybody_is_said_to_have_nobody() -> None:
    assert nobody(entry("a", clinic=ClinicId("east")), ROSTERS)
    assert nobody(entry("a"), {NORTH: set()})
    assert not nobody(entry("a"), ROSTERS)
    assert not nobody(entry("a", named=KIM), {})


clinics = st.sampled_from([NORTH, SOUTH, ClinicId("east"), ClinicId("west")])
staff = st.sampled_from([LEE, SUN, KIM, StaffId("ray")])
entries = st.lists(
    st.builds(
        entry,
        st.uuids().map(str),
        clinic=clinics,
        named=st.none() | staff,
        minute=st.integers(0, 6),
        state=st.sampled_from(sorted(IN_LINE | {State.preparing})),
        declined_by=st.lists(staff, max_size=2).map(tuple),
    ),
    max_size=12,
)
rosters = st.dictionaries(clinics, st.sets(staff))


def share(one: Entry, other: Entry, rosters: Rosters) -> bool:
    """Whether some clinician may take both; people of one empty pool wait for the same nobody."""
    everybody = {StaffId(name) for name in ("lee", "sun", "kim", "ray")}
    if any(may_take(one, who, rosters) and may_take(other, who, rosters) for who in everybody):
        return True
    return one.clinician is other.clinician is None and one.clinic == other.clinic


@given(entries, rosters)
def test_the_quick_count_is_the_plain_count(line: list[Entry], rosters: Rosters) -> None:
    plain = {
        one.visit: sum(
            other.state in IN_LINE and other.place < one.place and share(one, other, rosters)
            for other in line
        )
        for one in line
    }
    assert ahead(line, rosters) == plain


@given(entries, rosters, staff)
def test_nobody_is_passed_over(line: list[Entry], rosters: Rosters, who: StaffId) -> None:
    found = next_for(who, line, rosters)
    for other in line:
        if other.state is State.waiting and may_take(other, who, rosters) and who not in other.declined_by:
            assert found is not None
            assert found.place <= other.place


@given(entries, rosters)
def test_a_departure_never_puts_anybody_further_back(line: list[Entry], rosters: Rosters) -> None:
    before = ahead(line, rosters)
    for gone in line:
        after = ahead([one for one in line if one is not gone], rosters)
        assert all(after[visit] <= before[visit] for visit in after)


@pytest.mark.parametrize("count", [10_000])
def test_ten_thousand_are_counted_in_one_pass(count: int) -> None:
    """Six hundred clinicians in sixty clinics; the limit is wide, a quadratic count would take minutes."""
    clinics = [ClinicId(f"clinic{number}") for number in range(60)]
    rosters = {
        clinic: {StaffId(f"staff{(number * 10 + k) % 600}") for k in range(12)}
        for number, clinic in enumerate(clinics)
    }
    line = [entry(f"{number:05}", clinic=clinics[number % 60], minute=number) for number in range(count)]
    counts = ahead(line, rosters)
    assert counts[VisitId("00000")] == 0
    assert counts[VisitId(f"{count - 1:05}")] > count // 60
