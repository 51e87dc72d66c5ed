"""Keys of recordings: one each, wrapped, bound to their recording, and readable after a rotation."""

import base64

import pytest

from signaling.recording_keys import KEY_BYTES, RecordingKeys, WrongKeyError, master_key
from waiting_room.core.ids import RecordingId

ONE, TWO = RecordingId("one"), RecordingId("two")
OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def test_each_recording_has_a_key_of_its_own() -> None:
    keys = RecordingKeys(OLD)
    opened = {keys.open(ONE, keys.new(ONE)) for _ in range(20)}
    assert len(opened) == 20
    assert all(len(key) == KEY_BYTES for key in opened)


def test_a_wrapped_key_opens_for_its_recording_only() -> None:
    keys = RecordingKeys(OLD)
    with pytest.raises(WrongKeyError):
        keys.open(TWO, keys.new(ONE))


@pytest.mark.parametrize("at", [0, 1, 9, 21, 40, -1])
def test_a_changed_key_does_not_open(at: int) -> None:
    keys = RecordingKeys(OLD)
    wrapped = bytearray(keys.new(ONE))
    wrapped[at] ^= 1
    with pytest.raises(WrongKeyError):
        keys.open(ONE, bytes(wrapped))


@pytest.mark.parametrize("wrapped", [b"", b"\x01", b"\x01" * 21])
def test_what_was_never_wrapped_does_not_open(wrapped: bytes) -> None:
    with pytest.raises(WrongKeyError):
        RecordingKeys(OLD).open(ONE, wrapped)


def test_after_a_rotation_the_old_key_only_opens() -> None:
    before = RecordingKeys(OLD).new(ONE)
    after = RecordingKeys(NEW, [OLD])
    assert after.open(ONE, before) == RecordingKeys(OLD).open(ONE, before)
    with pytest.raises(WrongKeyError):
        RecordingKeys(OLD).open(ONE, after.new(ONE))


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(bytes(31)).decode(), "k1:" + "A" * 43 + "="])
def test_a_master_key_is_32_bytes_in_base64(text: str) -> None:
    with pytest.raises(ValueError, match="base64 of 32") as refused:
        master_key(text)
    assert not text or text not in str(refused.value)


def test_both_alphabets_are_read() -> None:
    assert master_key(" " + base64.b64encode(NEW).decode() + "\n") == NEW
    assert master_key(base64.urlsafe_b64encode(b"\xff" * 32).decode()) == b"\xff" * 32
