import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from media.core.vp8 import begins_keyframe
from tests.media.core.packets import DELTA, KEY, MIDDLE


def test_a_keyframe_begins_with_its_first_packet_alone() -> None:
    assert begins_keyframe(KEY)
    assert not begins_keyframe(DELTA)
    assert not begins_keyframe(MIDDLE)


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        (b"\x10\x00", True),  # no extension of the descriptor
        (b"\x10\x01", False),
        (b"\x11\x00", False),  # partition 1
        (b"\x90\x80\x7f\x00", True),  # picture id of one byte
        (b"\x90\x80\x80\x01\x00", True),  # and of two
        (b"\x90\xe0\x9a\xc1\x11\x80\x00", True),  # picture id, TL0PICIDX, TID
        (b"\x90\x50\x11\x80\x00", True),  # TL0PICIDX, KEYIDX
        (b"\x90\xe0\x9a\xc1\x11\x80\x01", False),
    ],
)
def test_every_form_of_the_descriptor_is_read(payload: bytes, key: bool) -> None:
    assert begins_keyframe(payload) is key


@pytest.mark.parametrize("payload", [b"", b"\x10", b"\x90\x80", b"\x90\x80\x9a", b"\x90\xe0\x9a\xc1\x11\x80"])
def test_a_descriptor_that_is_cut_off_begins_nothing(payload: bytes) -> None:
    assert not begins_keyframe(payload)


@given(st.binary(max_size=12).filter(lambda payload: not payload or not payload[0] & 0x08))  # a reserved bit
def test_it_agrees_with_an_independent_parser(payload: bytes) -> None:
    try:
        descriptor, rest = VpxPayloadDescriptor.parse(payload)
    except ValueError:
        assert not begins_keyframe(payload)
        return
    expected = descriptor.partition_start == 1 and descriptor.partition_id == 0 and rest and not rest[0] & 1
    assert begins_keyframe(payload) == bool(expected)
