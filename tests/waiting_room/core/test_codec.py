"""Events in the journal: written one way, read strictly."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waiting_room.core import events as e
from waiting_room.core.codec import (
    EVENT_TYPES,
    UnreadableEventError,
    event_from_json,
    event_to_json,
)
from waiting_room.core.ids import StaffId
from waiting_room.core.moments import from_iso, moment, to_iso

AT = datetime(2026, 11, 23, 9, 0, 0, 5000, tzinfo=UTC)
CLAIMED = e.Claimed(clinician=StaffId("lee"), expires=AT)
STORED: dict[str, Any] = {
    "type": "claimed",
    "version": 1,
    "data": {"clinician": "lee", "expires": "2026-11-23T09:00:00.005Z"},
}

moments = st.datetimes(timezones=st.just(UTC)).map(moment)
st.register_type_strategy(datetime, moments)
any_event = st.one_of([st.builds(cls) for cls in EVENT_TYPES.values()])


@given(any_event)
def test_every_event_survives_the_journal(event: e.Event) -> None:
    assert event_from_json(event_to_json(event)) == event


@given(any_event)
def test_json_holds_plain_values_without_nulls(event: e.Event) -> None:
    data = event_to_json(event)["data"]
    assert {type(value) for value in data.values()} <= {str, int, bool}
    assert set(data) <= {field.name for field in fields(event)}


def test_the_form_is_stable() -> None:
    assert event_to_json(CLAIMED) == STORED
    assert event_from_json(STORED) == CLAIMED


@pytest.mark.parametrize(
    "change",
    [
        {"type": "clamed"},
        {"type": None},
        {"type": ["claimed"]},
        {"version": 2},
        {"version": "1"},
        {"version": True},
        {"data": []},
        {"extra": 1},
        {"data": {"clinician": "lee"}},
        {"data": {**STORED["data"], "extra": 1}},
        {"data": {**STORED["data"], "clinician": 7}},
        {"data": {**STORED["data"], "clinician": None}},
        {"data": {**STORED["data"], "expires": 7}},
        {"data": {**STORED["data"], "expires": "2026-11-23T09:00:00Z"}},
        {"data": {**STORED["data"], "expires": "2026-13-23T09:00:00.005Z"}},
        {"data": {**STORED["data"], "expires": "2026-11-23T09:00:00.005Z\n"}},
    ],
)
def test_what_is_not_exactly_an_event_is_an_error(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableEventError):
        event_from_json(STORED | change)


def test_a_missing_part_is_an_error() -> None:
    with pytest.raises(UnreadableEventError):
        event_from_json({"type": "left", "version": 1})


def test_a_word_outside_the_vocabulary_is_an_error() -> None:
    with pytest.raises(UnreadableEventError, match="not a Role"):
        event_from_json({"type": "said", "version": 1, "data": {"by": "stranger", "text": "t"}})


def test_true_is_not_a_number() -> None:
    with pytest.raises(UnreadableEventError, match="not a int"):
        event_from_json({"type": "present_given", "version": 1, "data": {"text": "t", "others": True}})


def test_an_error_never_repeats_the_value() -> None:
    with pytest.raises(UnreadableEventError) as caught:
        event_from_json(STORED | {"data": {**STORED["data"], "clinician": {"name": "Ana Ruiz"}}})
    assert "Ana" not in str(caught.value)


def test_every_type_is_named_once() -> None:
    names = [cls.__name__ for cls in EVENT_TYPES.values()]
    assert len(names) == len(set(names)) == len(e.Event.__args__)


def test_moments_are_utc_and_whole_milliseconds() -> None:
    eastern = timezone(timedelta(hours=-5))
    assert moment(datetime(2026, 11, 23, 4, 0, 0, 5999, tzinfo=eastern)) == AT
    assert to_iso(AT) == "2026-11-23T09:00:00.005Z"
    assert from_iso(to_iso(AT)) == AT
    with pytest.raises(ValueError, match="time zone"):
        moment(datetime(2026, 11, 23))  # noqa: DTZ001
    with pytest.raises(ValueError, match="UTC"):
        from_iso("2026-11-23T09:00:00.005+00:00")
