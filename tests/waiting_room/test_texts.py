"""Sealed texts: they open with their key, in their place, unchanged, and not otherwise."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.waiting_room.scene import ANA, BEN, NINE
from waiting_room.core.ids import TextId
from waiting_room.texts import NewText, TextKey, UnreadableError, Vault

OLD = TextKey("2025", b"o" * 32)
NEW = TextKey("2026", b"n" * 32)
ONE = TextId("one")
SECRET = NewText(kind="line", body="My knee hurts. Me duele la rodilla.")


def test_a_text_opens_to_what_was_sealed() -> None:
    vault = Vault(NEW)
    sealed = vault.seal(ANA, ONE, SECRET, NINE)
    assert vault.open(ANA, ONE, sealed.sealed) == SECRET.body
    assert b"knee" not in sealed.sealed


def test_a_text_does_not_open_in_another_place() -> None:
    vault = Vault(NEW)
    sealed = vault.seal(ANA, ONE, SECRET, NINE).sealed
    with pytest.raises(UnreadableError):
        vault.open(BEN, ONE, sealed)
    with pytest.raises(UnreadableError):
        vault.open(ANA, TextId("two"), sealed)


@given(st.data())
def test_no_changed_byte_goes_unnoticed(data: st.DataObject) -> None:
    vault = Vault(NEW, random=lambda count: b"0" * count)
    sealed = bytearray(vault.seal(ANA, ONE, SECRET, NINE).sealed)
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnreadableError):
        vault.open(ANA, ONE, bytes(sealed))


@given(st.binary(max_size=64))
def test_nonsense_does_not_open(nonsense: bytes) -> None:
    with pytest.raises(UnreadableError):
        Vault(NEW).open(ANA, ONE, nonsense)


def test_after_rotation_old_texts_open_and_new_ones_need_the_new_key() -> None:
    before, after = Vault(OLD), Vault(NEW, [OLD])
    old, new = before.seal(ANA, ONE, SECRET, NINE).sealed, after.seal(ANA, ONE, SECRET, NINE).sealed
    assert after.open(ANA, ONE, old) == after.open(ANA, ONE, new) == SECRET.body
    with pytest.raises(UnreadableError):
        before.open(ANA, ONE, new)


def test_the_same_text_is_never_sealed_alike() -> None:
    vault = Vault(NEW)
    assert len({vault.seal(ANA, ONE, SECRET, NINE).sealed for _ in range(50)}) == 50


def test_one_damaged_text_does_not_hide_the_others() -> None:
    vault = Vault(NEW)
    good, bad = vault.seal(ANA, ONE, SECRET, NINE), Vault(OLD).seal(ANA, TextId("two"), SECRET, NINE)
    assert vault.open_all([bad, good]) == {ONE: SECRET.body}


def test_neither_texts_nor_keys_show_in_what_is_printed() -> None:
    assert "knee" not in repr(SECRET)
    assert "nnnn" not in repr(NEW)


def test_two_keys_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        Vault(NEW, [TextKey("2026", b"x" * 32)])


def test_a_key_is_read_from_its_name_and_base64() -> None:
    secret = bytes(range(200, 232))
    assert TextKey.parse(" a:" + base64.b64encode(secret).decode()) == TextKey("a", secret)
    assert TextKey.parse("a:" + base64.urlsafe_b64encode(secret).decode()) == TextKey("a", secret)


@pytest.mark.parametrize(
    "text", ["", "a", "a:", ":" + "A" * 44, "a:short", "a:" + "A" * 40, "x" * 40 + ":" + "A" * 43 + "="]
)
def test_other_keys_are_refused_without_repeating_them(text: str) -> None:
    with pytest.raises(ValueError, match="a text key looks like") as refused:
        TextKey.parse(text)
    assert "AAAA" not in str(refused.value)


def test_digests_differ_by_purpose_value_and_key() -> None:
    digests = {
        Vault(key).digest(purpose, value)
        for key in (OLD, NEW)
        for purpose in ("a", "b")
        for value in ("c", "d")
    }
    assert len(digests) == 8
    assert Vault(OLD).digest("a", "c") == Vault(OLD).digest("a", "c")
