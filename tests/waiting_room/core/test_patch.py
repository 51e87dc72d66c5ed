"""Merge patches: the RFC's own examples, and diff as fold's inverse."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waiting_room.core.patch import diff, fold

scalars = st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text(max_size=3)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
views = st.dictionaries(st.sampled_from("abcd"), values, max_size=4)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_rfc_7396(target: Any, patch: Any, result: Any) -> None:
    assert fold(target, patch) == result


@given(views, views)
def test_folding_the_difference_arrives(before: dict[str, Any], after: dict[str, Any]) -> None:
    folded = fold(before, diff(before, after))
    assert folded == after
    assert diff(folded, after) == {}, "also where Python's == is too kind"


@given(views)
def test_no_difference_is_an_empty_patch(view: dict[str, Any]) -> None:
    assert diff(view, view) == {}


@given(views, views)
def test_folding_leaves_what_it_was_given(before: dict[str, Any], patch: dict[str, Any]) -> None:
    was = repr((before, patch))
    fold(before, patch)
    assert repr((before, patch)) == was


def test_true_and_one_differ() -> None:
    assert diff({"a": 1, "b": [{"c": 1}]}, {"a": True, "b": [{"c": True}]}) == {
        "a": True,
        "b": [{"c": True}],
    }
    assert diff({"a": 1}, {"a": 1.0}) == {"a": 1.0}


def test_lists_are_replaced_whole() -> None:
    assert diff({"a": [1, 2]}, {"a": [1, 2, 3]}) == {"a": [1, 2, 3]}


def test_one_new_message_is_one_small_patch() -> None:
    before = {"line": {"7": {"text": "hello"}}}
    after = {"line": {"7": {"text": "hello"}, "9": {"text": "yes"}}}
    assert diff(before, after) == {"line": {"9": {"text": "yes"}}}
