"""Ids and secrets."""

import re

from hypothesis import given
from hypothesis import strategies as st

from signaling.ids import SystemIds, derived, sha256_of

PARTS = st.lists(st.text(max_size=8), min_size=1, max_size=4)


def test_ids_and_tokens_are_url_safe_and_long_enough() -> None:
    ids = SystemIds()
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", ids.new())
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", ids.token())
    assert len({ids.token() for _ in range(1000)}) == 1000


@given(PARTS, PARTS)
def test_two_purposes_never_share_a_value(one: list[str], other: list[str]) -> None:
    assert (derived("secret", *one) == derived("secret", *other)) == (one == other)


def test_a_derived_value_needs_the_secret() -> None:
    assert derived("secret", "token") != derived("another", "token")
    assert derived("secret", "token") == derived("secret", "token")


def test_only_a_digest_is_stored() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", sha256_of("token"))


def test_no_command_line_takes_an_id_for_an_option() -> None:
    ids = SystemIds()
    assert not [one for one in (ids.new() for _ in range(2_000)) if one.startswith("-")]


def test_what_a_header_holds_that_is_no_text_has_a_digest_too() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", sha256_of("\udcff"))
