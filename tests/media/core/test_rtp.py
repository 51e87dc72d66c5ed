from struct import pack

import pytest
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from media.core.negotiated import Extensions
from media.core.rtp import bounds, find_extension, packer, send_time, signed32
from tests.media.core.packets import extension, rtp


def test_a_plain_packet_is_head_and_payload() -> None:
    assert bounds(rtp(1, 2, payload=b"abc")) == (12, 15)


def test_sources_and_extensions_come_before_the_payload() -> None:
    packet = bytearray(rtp(1, 2, payload=b"abc", block=extension((1, b"x"))))
    assert bounds(packet) == (20, 23)
    packet[0] |= 2
    packet[12:12] = bytes(8)
    assert bounds(packet) == (28, 31)


def test_padding_is_left_off() -> None:
    assert bounds(rtp(1, 2, payload=b"abc", padding=9)) == (12, 15)
    assert bounds(rtp(1, 2, payload=b"", padding=255)) == (12, 12)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        rtp(1, 2)[:11],
        b"\x40" + rtp(1, 2)[1:],
        b"\x90" + rtp(1, 2, payload=b"")[1:],
        rtp(1, 2, payload=b"", block=extension((1, b"x")))[:-1],
        b"\x8f" + rtp(1, 2, payload=b"")[1:],
        b"\xa0" + rtp(1, 2, payload=b"\xff")[1:],
    ],
)
def test_what_is_no_rtp_has_no_bounds(packet: bytes) -> None:
    assert bounds(packet) == (0, 0)


def test_the_padding_flag_on_an_empty_packet_is_harmless() -> None:
    assert bounds(b"\xa0" + rtp(1, 2, payload=b"")[1:]) == (12, 12)


def found(block: bytes, number: int) -> bytes:
    packet = rtp(1, 2, block=block)
    at, size = find_extension(packet, bounds(packet)[0], number)
    return packet[at : at + size]


def test_one_byte_extensions_are_found_behind_others_and_padding() -> None:
    block = pack(">HH", 0xBEDE, 3) + b"\x00\x12abc\x00\x31xy\x00\x00\x00"
    assert found(block, 1) == b"abc"
    assert found(block, 3) == b"xy"
    assert found(block, 5) == b""


def test_two_byte_extensions_are_found_too() -> None:
    block = pack(">HH", 0x1003, 3) + b"\x01\x03abc\x00\x00\x21\x02xy\x09\x00"
    assert found(block, 1) == b"abc"
    assert found(block, 0x21) == b"xy"
    assert found(block, 7) == b""


def test_a_stop_or_an_overlong_element_ends_the_block() -> None:
    assert found(pack(">HH", 0xBEDE, 1) + b"\xf0\x31xy", 3) == b""
    assert found(pack(">HH", 0xBEDE, 1) + b"\x00\x00\x00\x3f", 3) == b""
    assert found(pack(">HH", 0x1000, 1) + b"\x03\x09ab", 3) == b""


def test_another_profile_has_no_extensions() -> None:
    assert found(pack(">HH", 0xABAC, 1) + b"\x30x\x00\x00", 3) == b""
    assert find_extension(rtp(1, 2), 12, 3) == (0, 0)


@given(st.binary(max_size=80), st.integers(1, 255))
def test_any_bytes_are_searched_within_their_bounds(data: bytes, number: int) -> None:
    start, end = bounds(data)
    if start:
        at, size = find_extension(data, start, number)
        assert start <= end <= len(data)
        assert at + size <= start


@pytest.mark.parametrize("mid_id", [None, 4, 20])
@pytest.mark.parametrize("time_id", [None, 2, 30])
@pytest.mark.parametrize("mid", ["0", "abc", "a-mid-of-17-chars"])
def test_heads_carry_what_was_negotiated(mid_id: int | None, time_id: int | None, mid: str) -> None:
    pack_head = packer(mid, Extensions(mid=mid_id, abs_send_time=time_id))
    packet = pack_head(0xE0, 1234, 567890, 42, 0xABCDEF) + b"payload"
    start, end = bounds(packet)
    assert packet[start:end] == b"payload"
    parsed = RtpPacket.parse(packet)
    assert (parsed.marker, parsed.payload_type, parsed.sequence_number) == (1, 0x60, 1234)
    assert (parsed.timestamp, parsed.ssrc, parsed.payload) == (567890, 42, b"payload")
    for number, expected in ((mid_id, mid.encode()), (time_id, b"\xab\xcd\xef")):
        if number is not None:
            at, size = find_extension(packet, start, number)
            assert packet[at : at + size] == expected


@pytest.mark.parametrize("hold_id", [5, 20])
@pytest.mark.parametrize("number_id", [None, 3])
def test_a_head_says_for_how_long_to_hold_it_back(hold_id: int, number_id: int | None) -> None:
    extensions = Extensions(mid=4, transport_cc=number_id, playout_delay=hold_id)
    packet = packer("v0", extensions, 0.42)(0x60, 1, 2, 3, 0xABCD) + b"payload"
    start, _ = bounds(packet)
    at, size = find_extension(packet, start, hold_id)
    held = int.from_bytes(packet[at : at + size], "big")
    assert (size, held >> 12, held & 0xFFF) == (3, 42, 0xFFF)
    at, size = find_extension(packet, start, 4)
    assert packet[at : at + size] == b"v0"


def test_nothing_is_said_of_it_unless_asked_or_agreed() -> None:
    for extensions, hold in ((Extensions(playout_delay=5), None), (Extensions(transport_cc=5), 0.4)):
        assert len(packer("v0", extensions, hold)(0x60, 1, 2, 3, 4)) == len(
            packer("v0", Extensions(transport_cc=extensions.transport_cc), None)(0x60, 1, 2, 3, 4)
        )


def test_the_send_time_wraps_after_64_seconds() -> None:
    assert send_time(1.5) == 3 << 17
    assert send_time(64.0 + 1.5) == 3 << 17


@given(st.integers(0, 0xFFFFFFFF), st.integers(-0x7FFFFFFF, 0x7FFFFFFF))
def test_timestamps_differ_the_shorter_way_round(start: int, step: int) -> None:
    assert signed32(((start + step) & 0xFFFFFFFF) - start) == step
