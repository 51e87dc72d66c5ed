"""The table of states: complete, connected, absorbing, and drawn as it is."""

import pytest

from tests.waiting_room.core.world import MONDAY_NINE, World
from waiting_room.core import events as e
from waiting_room.core.codec import EVENT_TYPES
from waiting_room.core.evolve import ImpossibleRecordError, evolve
from waiting_room.core.lifecycle import FHIR, LIFECYCLE, OPEN, TERMINAL, diagram
from waiting_room.core.model import State

ENCOUNTER = {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled"}
APPOINTMENT = {
    "proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow",
    "entered-in-error", "checked-in", "waitlist",
}  # fmt: skip


def reachable(state: State) -> set[State]:
    found: set[State] = set()
    ahead = [state]
    while ahead:
        for target in LIFECYCLE[ahead.pop()].values():
            if target not in found:
                found.add(target)
                ahead.append(target)
    return found


def test_every_state_has_a_row_and_a_name_in_fhir() -> None:
    assert set(LIFECYCLE) == set(FHIR) == set(State)
    assert {code.encounter for code in FHIR.values()} <= ENCOUNTER
    assert {code.appointment for code in FHIR.values()} <= APPOINTMENT


def test_every_state_is_reached_from_a_booking() -> None:
    assert reachable(State.booked) | {State.booked} == set(State)


def test_terminal_states_absorb_but_for_a_return() -> None:
    ways_out = [
        (state, event)
        for state in TERMINAL
        for event, target in LIFECYCLE[state].items()
        if target is not state
    ]
    assert ways_out == [(State.left, "returned")]


def test_there_is_no_dead_end() -> None:
    for state in OPEN:
        assert reachable(state) & TERMINAL, state
        assert any(target is not state for target in LIFECYCLE[state].values()), state


def test_nobody_comes_back_to_booked_and_nothing_happens_twice() -> None:
    assert not any(
        target is State.booked and state is not State.booked
        for state, row in LIFECYCLE.items()
        for target in row.values()
    )


def test_the_table_and_the_events_know_each_other() -> None:
    listed = {event for row in LIFECYCLE.values() for event in row}
    assert listed | {"booked"} == set(EVENT_TYPES)


def test_every_way_back_into_line_leads_to_waiting() -> None:
    back = {"released", "declined", "offer_expired", "claim_released", "claim_expired", "requeued"}
    for row in LIFECYCLE.values():
        assert all(row[event] is State.waiting for event in back & set(row))


def test_the_diagram_shows_moves_and_not_what_stays() -> None:
    assert "    waiting --> claimed: claimed\n" in diagram()
    assert "said" not in diagram()


def test_an_impossible_record_is_an_error_and_not_a_guess() -> None:
    ana = World().member()
    with pytest.raises(ImpossibleRecordError, match="cannot follow in booked"):
        evolve(ana.now, e.Admitted(), ana.now.seq + 1, MONDAY_NINE)
    with pytest.raises(ImpossibleRecordError, match="not the next"):
        evolve(ana.now, e.NoShow(), ana.now.seq + 2, MONDAY_NINE)
    with pytest.raises(ImpossibleRecordError, match="not the next"):
        evolve(None, e.NoShow(), 1, MONDAY_NINE)
    booked = ana.world.journals[ana.visit][0].event
    with pytest.raises(ImpossibleRecordError, match="once"):
        evolve(ana.now, booked, ana.now.seq + 1, MONDAY_NINE)
