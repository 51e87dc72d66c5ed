from struct import pack

import pytest
from aiortc.rtp import (
    RtcpByePacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    pack_remb_fci,
    unpack_remb_fci,
)
from hypothesis import given
from hypothesis import strategies as st

from media.core import rtcp
from media.core.rtcp import Block, KeyframeWanted, Nack, Remb, SenderInfo

RECEIVED = RtcpReceiverInfo(
    ssrc=7, fraction_lost=64, packets_lost=-3, highest_sequence=70000, jitter=12, lsr=0x12345678, dlsr=65536
)
AS_BLOCK = Block(7, 64, -3, 70000, 12, 0x12345678, 65536)


def test_sender_and_receiver_reports_are_read() -> None:
    info = RtcpSenderInfo(ntp_timestamp=1 << 40, rtp_timestamp=99, packet_count=5, octet_count=6)
    packet = bytes(RtcpSrPacket(ssrc=3, sender_info=info, reports=[RECEIVED]))
    assert rtcp.read(packet) == [SenderInfo(3, 1 << 40, 99), AS_BLOCK]
    assert rtcp.read(bytes(RtcpRrPacket(ssrc=3, reports=[RECEIVED, RECEIVED]))) == [AS_BLOCK, AS_BLOCK]


def test_nacks_are_read_in_order_across_the_wrap() -> None:
    packet = b"\x81\xcd\x00\x04" + pack(">IIHHHH", 1, 9, 65534, 0b10011, 100, 0)
    assert rtcp.read(packet) == [Nack(9, (65534, 65535, 0, 3, 100))]


def test_a_nack_without_end_is_read_in_part() -> None:
    body = b"".join(pack(">HH", 17 * number & 0xFFFF, 0xFFFF) for number in range(300))
    (nack,) = rtcp.read(pack(">BBHII", 0x81, 205, 302, 1, 9) + body) or []
    assert isinstance(nack, Nack)
    assert nack.numbers == tuple(range(17 * 64))


def test_keyframe_requests_are_read_of_both_kinds() -> None:
    assert rtcp.read(bytes(RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=9))) == [KeyframeWanted(9)]
    fir = RtcpPsfbPacket(fmt=4, ssrc=1, media_ssrc=0, fci=pack(">IBxxx", 9, 1) + pack(">IBxxx", 10, 1))
    assert rtcp.read(bytes(fir)) == [KeyframeWanted(9), KeyframeWanted(10)]


def test_remb_is_read() -> None:
    packet = RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=pack_remb_fci(1_500_000, [9]))
    assert rtcp.read(bytes(packet)) == [Remb(1_500_000 >> 3 << 3)]


def test_a_fantastic_remb_is_bounded() -> None:
    packet = RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=b"REMB\x00\xff\xff\xff")
    assert rtcp.read(bytes(packet)) == [Remb(10_000_000_000)]


def test_what_says_nothing_to_us_is_passed_over() -> None:
    others = [
        RtcpSdesPacket(chunks=[RtcpSourceInfo(ssrc=1, items=[(1, b"a")])]),
        RtcpByePacket(sources=[1]),
        RtcpRtpfbPacket(fmt=14, ssrc=1, media_ssrc=2),
        RtcpPsfbPacket(fmt=2, ssrc=1, media_ssrc=2),
        RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=2, fci=b"ELSE"),
    ]
    compound = b"".join(bytes(other) for other in others)
    assert rtcp.read(compound + bytes(RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=9))) == [KeyframeWanted(9)]


PLI = bytes(RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=9))


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x80",
        PLI + b"\x80\xc9",
        b"\x41" + PLI[1:],
        PLI[:-1],
        b"\x82\xc8\x00\x06" + bytes(24),  # reports that are not there
        b"\x81\xc8\x00\x01" + bytes(4),
        b"\x81\xc9\x00\x01" + bytes(4),
        b"\x81\xcd\x00\x01" + bytes(4),  # feedback without a media source
        b"\x84\xce\x00\x03" + bytes(12),  # half a FIR entry
        b"\x8f\xce\x00\x03" + bytes(8) + b"REMB",
        b"\xa1\xce\x00\x02" + bytes(8),  # padding of nothing, of three, of more than there is
        b"\xa1\xce\x00\x02" + bytes(7) + b"\x03",
        b"\xa1\xce\x00\x02" + bytes(7) + b"\x0c",
        b"\xa1\xce\x00\x03" + bytes(11) + b"\x04" + PLI,  # padding before the end
    ],
)
def test_what_is_malformed_anywhere_is_dropped_whole(packet: bytes) -> None:
    assert rtcp.read(packet) is None
    if packet:
        assert rtcp.read(PLI + packet) is None


def test_padding_at_the_end_is_left_off() -> None:
    assert rtcp.read(b"\xa1\xce\x00\x03" + PLI[4:] + b"\x00\x00\x00\x04") == [KeyframeWanted(9)]


@given(st.binary(max_size=200))
def test_reading_is_total(packet: bytes) -> None:
    rtcp.read(packet)


@given(
    st.lists(st.sampled_from([1, 4, 15, 31]), min_size=1), st.sampled_from([200, 201, 205, 206]), st.data()
)
def test_reading_is_total_on_plausible_packets(counts: list[int], kind: int, data: st.DataObject) -> None:
    packet = b""
    for count in counts:
        words = data.draw(st.integers(0, 14))
        body = data.draw(st.binary(min_size=4 * words, max_size=4 * words))
        packet += pack(">BBH", 0x80 | count, kind, words) + body
    rtcp.read(packet)


def test_a_keyframe_request_is_a_pli() -> None:
    (parsed,) = RtcpPacket.parse(rtcp.keyframe_request(1, 9))
    assert parsed == RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=9)


@given(st.integers(0, 1 << 40))
def test_a_remb_says_at_most_the_cap(bitrate: int) -> None:
    (parsed,) = RtcpPacket.parse(rtcp.remb(1, bitrate, (9, 10)))
    said, ssrcs = unpack_remb_fci(parsed.fci)
    assert ssrcs == [9, 10]
    assert bitrate * (1 - 2**-17) <= said <= bitrate


@pytest.mark.parametrize("cname", ["", "a", "ab", "abc", "abcd", "x" * 300])
def test_reports_carry_their_name_whatever_its_length(cname: str) -> None:
    packet = rtcp.sender_report(SenderInfo(3, 1 << 40, 99), (1 << 32) + 5, 6, cname)
    report, description = RtcpPacket.parse(packet)
    assert report.ssrc == 3
    assert report.sender_info == RtcpSenderInfo(
        ntp_timestamp=1 << 40, rtp_timestamp=99, packet_count=5, octet_count=6
    )
    assert description.chunks == [RtcpSourceInfo(ssrc=3, items=[(1, cname.encode()[:255])])]


def test_a_receiver_report_says_what_its_blocks_say() -> None:
    report, description = RtcpPacket.parse(rtcp.receiver_report(3, [AS_BLOCK], "cname"))
    assert report == RtcpRrPacket(ssrc=3, reports=[RECEIVED])
    assert description.chunks[0].ssrc == 3


def test_a_loss_beyond_24_bits_is_the_greatest_one() -> None:
    block = Block(7, 0, 1 << 30, 0, 0, 0, 0)
    report, _ = RtcpPacket.parse(rtcp.receiver_report(3, [block], "cname"))
    assert report.reports[0].packets_lost == 0x7FFFFF
