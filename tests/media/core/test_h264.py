import pytest
from aiortc.codecs.h264 import H264PayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from media.core.h264 import begins_keyframe
from tests.media.core.packets import H264_DELTA, H264_KEY, PPS, SPS

IDR = b"\x65\x88" + bytes(20)
LATER_SLICE = b"\x65\x40" + bytes(20)


def several(*units: bytes) -> bytes:
    return b"\x78" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        (H264_KEY, True),
        (H264_DELTA, False),
        (SPS, True),
        (PPS, False),
        (IDR, True),
        (LATER_SLICE, False),  # of a picture that has begun
        (b"\x09\xf0", False),  # an access unit delimiter
        (several(b"\x09\xf0", SPS, PPS), True),
        (several(PPS, IDR), True),
        (several(PPS, LATER_SLICE), False),
        (several(H264_DELTA, H264_DELTA), False),
        (b"\x7c\x85\x88" + bytes(9), True),  # FU-A, first fragment of an IDR slice
        (b"\x7c\x87\x42", True),  # of a parameter set
        (b"\x7c\x05\x88" + bytes(9), False),  # one in the middle
        (b"\x7c\x45\x88" + bytes(9), False),  # the last
        (b"\x7c\x81\x9a" + bytes(9), False),
    ],
)
def test_a_keyframe_begins_with_its_first_packet_alone(payload: bytes, key: bool) -> None:
    assert begins_keyframe(payload) is key
    assert begins_keyframe(memoryview(payload)) is key


@pytest.mark.parametrize(
    "payload", [b"", b"\x65", b"\x67", b"\x78", b"\x78\x00", b"\x78\x00\x04\x67", b"\x7c\x85"]
)
def test_what_is_cut_off_begins_nothing(payload: bytes) -> None:
    assert not begins_keyframe(payload)


heads = st.sampled_from(
    [b"", b"\x78", b"\x78\x00\x02\x67", b"\x7c", b"\x7c\x85", b"\x65", b"\x67", b"\x38\x00\x00"]
)


@given(heads, st.binary(max_size=40))
def test_any_bytes_are_read_and_agree_with_an_independent_parser(head: bytes, rest: bytes) -> None:
    payload = head + rest
    said = begins_keyframe(payload)
    assert isinstance(said, bool)
    try:
        _, unpacked = H264PayloadDescriptor.parse(payload)
    except ValueError:
        return
    units = [unit for unit in unpacked.split(b"\x00\x00\x00\x01")[1:] if unit]
    expected = any(
        len(unit) > 1 and (unit[0] & 31 == 7 or (unit[0] & 31 == 5 and unit[1] & 0x80)) for unit in units
    )
    if b"\x00\x00\x00\x01" not in payload and payload[0] & 31 in {24, *range(1, 24)}:
        assert said == expected
