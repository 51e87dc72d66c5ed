from dataclasses import replace
from struct import pack

import pytest
from aiortc.rtp import (
    RtcpByePacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    pack_remb_fci,
    unpack_remb_fci,
)

from media.core.endpoint import LIFTED
from media.core.rtcp import keyframe_request
from tests.media.core.packets import DELTA, MID, negotiated, rtp, transport
from tests.media.core.test_twcc import read as read_arrivals
from tests.media.core.visit import CLINICIAN, MEMBER, C, M, Visit

BIG = DELTA + bytes(1000)
NTP = 0x0123456789ABCDEF
MIDDLE_OF_NTP = 0x456789AB


def sender_report(ssrc: int, rtp_time: int, ntp: int = NTP) -> RtcpSrPacket:
    info = RtcpSenderInfo(ntp_timestamp=ntp, rtp_timestamp=rtp_time, packet_count=1, octet_count=2)
    return RtcpSrPacket(ssrc=ssrc, sender_info=info)


def received(ssrc: int, fraction: float = 0.0, lsr: int = 0, dlsr: int = 0) -> RtcpRrPacket:
    info = RtcpReceiverInfo(
        ssrc=ssrc,
        fraction_lost=int(fraction * 256),
        packets_lost=0,
        highest_sequence=0,
        jitter=0,
        lsr=lsr,
        dlsr=dlsr,
    )
    return RtcpRrPacket(ssrc=1, reports=[info])


def remb(bitrate: int) -> RtcpPsfbPacket:
    return RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=pack_remb_fci(bitrate, [C + 21]))


class TestSenderReports:
    def test_time_the_slot_by_its_source(self) -> None:
        visit = Visit()
        visit.sound(1, 1000)
        visit.now += 1.0
        visit.sound(300, 50)  # a jump: the slot's time is no longer the source's
        visit.rtcp()
        visit.control(MEMBER, sender_report(M + 1, 50))
        (to, report), (_, description) = visit.rtcp()
        assert (to, report.ssrc) == (CLINICIAN, C + 11)
        assert report.sender_info == RtcpSenderInfo(
            ntp_timestamp=NTP, rtp_timestamp=1000 + 48_000, packet_count=2, octet_count=10
        )
        assert isinstance(description, RtcpSdesPacket)
        assert description.chunks[0].items == [(1, b"videovisit")]

    def test_that_come_too_often_are_passed_over(self) -> None:
        visit = Visit()
        visit.sound(1)
        for _ in range(20):
            visit.now += 0.01
            visit.control(MEMBER, sender_report(M + 1, 50))
        assert len([part for _, part in visit.rtcp() if isinstance(part, RtcpSrPacket)]) == 2

    def test_of_what_is_not_forwarded_are_not_either(self) -> None:
        visit = Visit()
        visit.control(MEMBER, sender_report(M + 1, 50))
        visit.control(MEMBER, sender_report(12345, 50))
        closed = Visit(opened=False)
        closed.sound(1)
        closed.out.clear()
        closed.control(MEMBER, sender_report(M + 1, 50))
        assert visit.rtcp() == closed.rtcp() == []

    def test_answered_by_the_receiver_tell_the_round_trip(self) -> None:
        visit = Visit()
        visit.keyframe(1)
        visit.control(MEMBER, sender_report(M + 2, 50))
        visit.now += 0.35
        visit.control(CLINICIAN, received(C + 21, lsr=MIDDLE_OF_NTP, dlsr=int(0.25 * 65536)))
        downlink = visit.room._endpoints[CLINICIAN].downlink
        assert downlink.round_trip == pytest.approx(0.1, abs=1e-4)
        assert visit.room.round_trips() == [downlink.round_trip], "the member's reports have told nothing"
        visit.control(CLINICIAN, received(C + 21, lsr=1234))
        visit.control(CLINICIAN, received(777, lsr=MIDDLE_OF_NTP))
        assert downlink.round_trip == pytest.approx(0.1, abs=1e-4)

    def test_remembered_are_bounded(self) -> None:
        visit = Visit()
        visit.sound(1)
        for number in range(100):
            visit.now += 1.0
            visit.control(MEMBER, sender_report(M + 1, 50, number << 16))
        assert len(visit.room._endpoints[CLINICIAN]._reports) <= 8


class TestReceiverReports:
    def reports(self, visit: Visit) -> list[RtcpReceiverInfo]:
        found = [part for to, part in visit.rtcp() if to == MEMBER and isinstance(part, RtcpRrPacket)]
        return [block for report in found for block in report.reports]

    def test_come_once_a_second_while_packets_do(self) -> None:
        visit = Visit(opened=False)
        visit.out.clear()
        for number in range(1, 101):
            visit.sound(number)
            visit.pass_time(0.02)
        blocks = self.reports(visit)
        assert [block.ssrc for block in blocks] == [M + 1] * len(blocks)
        assert len(blocks) in {2, 3}
        visit.pass_time(3.0)
        assert len(self.reports(visit)) <= 1
        visit.pass_time(3.0)
        assert self.reports(visit) == []

    def test_say_what_was_lost(self) -> None:
        visit = Visit()
        for number in range(65_500, 65_600):
            if number % 4:
                visit.sound(number)
        visit.pass_time(0.1)
        (block,) = self.reports(visit)
        assert block.highest_sequence == 65_599  # one turn, and 63
        assert block.packets_lost == 24
        assert block.fraction_lost == 24 * 256 // 99

    def test_are_about_the_time_since_the_last_one(self) -> None:
        visit = Visit()
        visit.sound(1)
        visit.sound(11)
        visit.pass_time(0.1)
        (first,) = self.reports(visit)
        for number in range(12, 22):
            visit.sound(number)
        visit.pass_time(1.1)
        (second,) = self.reports(visit)
        assert (first.fraction_lost, second.fraction_lost) == (9 * 256 // 11, 0)
        assert second.packets_lost == 9
        visit.sound(5)  # late, not lost
        visit.pass_time(1.1)
        (third,) = self.reports(visit)
        assert (third.fraction_lost, third.packets_lost) == (0, 8)

    def test_measure_jitter_in_the_clock_of_the_stream(self) -> None:
        visit = Visit()
        for number in range(1, 200):
            visit.now += 0.02 + (0.01 if number % 2 else -0.01)
            visit.sound(number)
        visit.pass_time(0.05)
        (block,) = self.reports(visit)
        assert 400 < block.jitter < 500  # 10 ms of 48 kHz, each time

    def test_answer_the_last_sender_report(self) -> None:
        visit = Visit()
        visit.sound(1)
        visit.control(MEMBER, sender_report(M + 1, 50))
        visit.pass_time(0.5)
        visit.rtcp()
        visit.sound(2)
        visit.pass_time(0.6)
        (block,) = self.reports(visit)
        assert block.lsr == MIDDLE_OF_NTP
        assert block.dlsr == pytest.approx(1.05 * 65536, rel=0.1)


class TestArrivals:
    def reported(self, visit: Visit) -> set[int]:
        numbers: set[int] = set()
        for to, packet, _ in visit.out:
            if packet[1] == 205:
                assert to == MEMBER
                patched = packet[:4] + pack(">II", 1, 9) + packet[12:]
                numbers |= {number for number, at in read_arrivals(patched).items() if at is not None}
        visit.out.clear()
        return numbers

    def test_of_every_packet_are_reported_repair_and_padding_too(self) -> None:
        visit = Visit(opened=False)
        visit.out.clear()
        visit.sound(1, block=transport(10, (MID, b"0")))
        visit.picture(1, block=transport(11))
        visit.picture(2, b"", padding=100, block=transport(12))
        visit.again(2, block=transport(13))
        visit.raw(MEMBER, rtp(M + 3, 2, 0, b"", 97, padding=50, block=transport(14)))
        visit.raw(MEMBER, rtp(99, 2, 0, b"", 97, padding=50, block=transport(15)))
        visit.pass_time(0.05)
        assert self.reported(visit) == set(range(10, 16))

    def test_are_reported_ten_times_a_second(self) -> None:
        visit = Visit()
        visit.out.clear()
        reports = 0
        for number in range(200):
            visit.sound(number + 1, block=transport(number))
            visit.pass_time(0.005)
            reports += bool(self.reported(visit))
        assert 8 <= reports <= 12

    def test_name_a_stream_of_the_sender(self) -> None:
        visit = Visit()
        visit.out.clear()
        visit.sound(1, block=transport(10))
        visit.pass_time(0.05)
        packet = next(packet for _, packet, _ in visit.out if packet[1] == 205)
        assert packet[4:12] == pack(">II", M + 1000, M + 1)

    def test_without_the_extension_or_with_a_short_one_there_are_none(self) -> None:
        visit = Visit()
        visit.sound(1)
        visit.sound(2, block=b"\xbe\xde\x00\x01\x30\x07\x00\x00")
        visit.pass_time(0.2)
        assert self.reported(visit) == set()


class TestCaps:
    def streaming(self) -> Visit:
        """The member's camera sends 100 packets of 1,047 bytes a second: some 840 kbit/s."""
        visit = Visit()
        visit.keyframe(1)
        self.number = 1
        self.stream(visit, 1.5)
        visit.rtcp()
        return visit

    def stream(self, visit: Visit, seconds: float) -> list[int]:
        """Go on, and the caps that the member got meanwhile."""
        for _ in range(int(seconds * 100)):
            self.number += 1
            visit.picture(self.number, BIG)
            visit.pass_time(0.01)
        return self.caps(visit)

    def caps(self, visit: Visit) -> list[int]:
        found = [
            unpack_remb_fci(part.fci)
            for to, part in visit.rtcp()
            if to == MEMBER and isinstance(part, RtcpPsfbPacket) and part.fmt == 15
        ]
        assert all(ssrcs == [M + 2] for _, ssrcs in found)
        return [bitrate for bitrate, _ in found]

    def test_are_not_sent_when_nothing_limits(self) -> None:
        visit = self.streaming()
        visit.control(CLINICIAN, received(C + 21))
        visit.control(CLINICIAN, remb(2_000_000))
        assert self.stream(visit, 1.0) == []

    def test_follow_loss_at_once_and_are_repeated(self) -> None:
        visit = self.streaming()
        visit.control(CLINICIAN, received(C + 21, fraction=0.25))
        (cap,) = self.caps(visit)
        assert cap == pytest.approx(840_000 * 0.875, rel=0.03)
        later = self.stream(visit, 2.0)
        assert 4 <= len(later) <= 10
        assert set(later) == {cap}

    def test_follow_a_falling_estimate_at_once(self) -> None:
        visit = self.streaming()
        visit.control(CLINICIAN, remb(1_000_000))
        visit.control(CLINICIAN, remb(500_000))
        assert self.caps(visit) == [pytest.approx(500_000, rel=0.001)]
        visit.control(CLINICIAN, remb(498_000))  # hardly lower: with the next one
        assert self.caps(visit) == []
        visit.control(CLINICIAN, remb(400_000))
        assert self.caps(visit) == [pytest.approx(400_000, rel=0.001)]

    def test_are_lifted_aloud_because_a_browser_keeps_the_last_one(self) -> None:
        visit = self.streaming()
        visit.control(CLINICIAN, remb(1_000_000))
        visit.control(CLINICIAN, remb(500_000))
        self.caps(visit)
        visit.control(CLINICIAN, remb(5_000_000))
        said = self.caps(visit) + self.stream(visit, 2.0)
        assert said == [pytest.approx(LIFTED, rel=0.001)] * 3

    def test_end_with_the_camera(self) -> None:
        visit = self.streaming()
        visit.control(CLINICIAN, received(C + 21, fraction=0.25))
        record = negotiated(M)
        visit.room.amend(MEMBER, replace(record, uplinks=record.uplinks[:1]), visit.now, visit.out)
        self.caps(visit)
        visit.pass_time(1.0)
        assert self.caps(visit) == []

    def test_of_sound_there_are_none(self) -> None:
        visit = self.streaming()
        visit.sound(1)
        visit.control(CLINICIAN, received(C + 11, fraction=0.5))
        assert self.caps(visit) == []

    def test_of_a_slot_that_is_gated_there_are_none(self) -> None:
        visit = self.streaming()
        visit.room.close(visit.now)
        visit.control(CLINICIAN, received(C + 21, fraction=0.5))
        assert self.caps(visit) == []

    def test_are_shared_by_the_cameras_a_receiver_sees_and_the_least_counts(self) -> None:
        visit = Visit(video_slots=2)
        visit.join("guest", negotiated(30_000, video_slots=2))
        for number in range(1, 200):
            payload = {True: 2, False: 3}[number == 1]
            for name, base in ((MEMBER, M), ("guest", 30_000)):
                if payload == 2:
                    visit.raw(name, rtp(base + 2, number, number * 3000, b"\x10\x00" + bytes(1000), 96))
                else:
                    visit.raw(name, rtp(base + 2, number, number * 3000, BIG, 96))
            visit.pass_time(0.01)
        visit.rtcp()
        visit.control(CLINICIAN, remb(1_200_000))
        visit.control(CLINICIAN, remb(1_000_000))
        said = {to: unpack_remb_fci(part.fci)[0] for to, part in visit.rtcp()}
        assert said == {MEMBER: pytest.approx(500_000, rel=0.001), "guest": pytest.approx(500_000, rel=0.001)}
        visit.control("guest", remb(400_000))
        visit.control("guest", remb(300_000))
        said = {to: unpack_remb_fci(part.fci)[0] for to, part in visit.rtcp()}
        assert said == {MEMBER: pytest.approx(300_000, rel=0.001)}


def test_goodbye_changes_nothing() -> None:
    visit = Visit()
    visit.keyframe(1)
    visit.control(MEMBER, RtcpByePacket(sources=[M + 1, M + 2]))
    assert len(visit.sound(1)) == 1
    assert len(visit.picture(2)) == 1
    assert visit.events()[-1].mid == "a0"


def test_malformed_reports_are_counted_and_change_nothing() -> None:
    visit = Visit()
    visit.rtcp()
    for packet in (b"", b"\x00" * 8, keyframe_request(1, M + 2)[:-1]):
        visit.room.receive_rtcp(MEMBER, packet, visit.now, visit.out)
    assert visit.room.counts(MEMBER)["malformed"] == 3
    assert visit.out == []


def test_others_feedback_is_passed_over() -> None:
    visit = Visit()
    visit.rtcp()
    visit.control(CLINICIAN, RtcpRtpfbPacket(fmt=15, ssrc=1, media_ssrc=2, lost=[1]))
    assert visit.rtcp() == []
