from struct import pack

from aiortc.rtp import RtcpPsfbPacket, RtcpRtpfbPacket

from media.core.downlink import REPAIR_SHARE
from media.core.missing import LONG
from media.core.rtp import send_time
from media.core.send_cache import ANSWERS, APART
from tests.media.core.packets import DELTA, KEY
from tests.media.core.visit import CLINICIAN, MEMBER, C, M, Visit

BIG = DELTA + bytes(1000)


def nack(ssrc: int, *numbers: int) -> bytes:
    return b"".join(
        bytes(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=ssrc, lost=[number])) for number in numbers
    )


def flowing(packets: int = 100, **shape: bool) -> Visit:
    """A visit whose camera has sent so many packets, numbered from 1 on both sides."""
    visit = Visit(**shape)
    visit.keyframe(1, marker=True)
    for number in range(2, packets + 1):
        visit.now += 0.005
        visit.picture(number, BIG, marker=number % 5 == 0)
    return visit


def test_a_missing_packet_is_sent_again_by_rtx() -> None:
    visit = flowing()
    (sent,) = visit.control(CLINICIAN, nack(C + 21, 95))
    assert (sent.to, sent.ssrc, sent.payload_type, sent.sequence) == (CLINICIAN, C + 31, 121, 1)
    assert sent.payload == pack(">H", 95) + BIG
    assert (sent.timestamp, sent.marker) == (95 * 3000, True)
    assert sent.send_time == send_time(visit.now).to_bytes(3, "big")
    (sent,) = visit.control(CLINICIAN, nack(C + 21, 96))
    assert (sent.sequence, sent.marker) == (2, False)


def test_without_rtx_the_very_same_bytes_go_again() -> None:
    visit = flowing(packets=99, rtx=False)
    visit.now += 0.005
    (first,) = visit.picture(100, BIG)
    visit.now += 0.1
    (again,) = visit.control(CLINICIAN, nack(C + 21, first.sequence))
    assert again.raw == first.raw


def test_a_packet_is_sent_again_three_times_at_most() -> None:
    visit = flowing()
    sent = 0
    for _ in range(10):
        sent += len(visit.control(CLINICIAN, nack(C + 21, 100)))
        visit.now += 0.09
        visit.picture(101, b"")  # dropped as padding: keeps the stream alive, not the budget
    assert sent == ANSWERS


def test_repeated_requests_are_answered_once_a_while() -> None:
    visit = flowing()
    assert len(visit.control(CLINICIAN, nack(C + 21, 100, 100, 100))) == 1
    visit.now += APART / 2
    assert visit.control(CLINICIAN, nack(C + 21, 100)) == []


def test_repair_is_a_share_of_what_was_sent_at_most() -> None:
    visit = flowing(packets=20)
    repaired = []
    for number in range(1, 21):
        repaired += visit.control(CLINICIAN, nack(C + 21, number))
    assert 0 < sum(len(packet.payload) for packet in repaired) <= 20 * len(BIG) * REPAIR_SHARE


def asked(visit: Visit) -> list[str]:
    """Who was asked for a keyframe since the last time."""
    return [to for to, part in visit.rtcp() if isinstance(part, RtcpPsfbPacket) and part.fmt == 1]


def test_whoever_lacks_what_never_comes_gets_a_keyframe() -> None:
    visit = flowing()
    visit.now += 2.0
    visit.picture(101)
    visit.rtcp()
    visit.control(CLINICIAN, nack(C + 21, 95))
    assert asked(visit) == [MEMBER]


def test_what_was_before_a_keyframe_is_missed_by_nobody() -> None:
    visit = flowing()
    visit.now += 2.0
    visit.control(CLINICIAN, nack(C + 21, 95))
    visit.keyframe(101)
    visit.rtcp()
    visit.now += 1.0
    visit.picture(102)
    visit.control(CLINICIAN, nack(C + 21, 95, 100))
    assert asked(visit) == []


def test_what_is_no_longer_here_is_not_sent() -> None:
    visit = flowing()
    assert visit.control(CLINICIAN, nack(C + 21, 30_000)) == []
    visit.now += 2.0
    assert visit.control(CLINICIAN, nack(C + 21, 100)) == []


def test_requests_for_sound_and_for_streams_of_others_are_nobodys() -> None:
    visit = flowing()
    visit.sound(1)
    assert visit.control(CLINICIAN, nack(C + 11, 1)) == []
    assert visit.control(CLINICIAN, nack(C + 31, 1)) == []
    assert visit.control(MEMBER, nack(C + 21, 100)) == []
    assert visit.control(MEMBER, nack(M + 2, 100)) == []


def test_what_came_before_a_gate_is_not_sent_after_it() -> None:
    visit = flowing()
    visit.room.close(visit.now)
    visit.room.open(visit.now, visit.out)
    visit.out.clear()
    assert visit.control(CLINICIAN, nack(C + 21, 100)) == []
    visit.picture(101, KEY)
    assert visit.control(CLINICIAN, nack(C + 21, 100)) == []
    assert len(visit.control(CLINICIAN, nack(C + 21, 101))) == 1


def test_a_closed_room_sends_nothing_again_whatever_its_caches_hold() -> None:
    visit = flowing()
    visit.room.close(visit.now)
    slot = visit.room._endpoints[CLINICIAN].slots_by_ssrc[C + 21]
    slot.cache.put(100, b"leftover", visit.now)
    assert visit.control(CLINICIAN, nack(C + 21, 100)) == []


def long_way(visit: Visit) -> None:
    visit.room._endpoints[CLINICIAN].downlink.round_trip = LONG


def test_on_a_long_way_it_is_sent_again_twice_a_tick_apart() -> None:
    visit = flowing()
    long_way(visit)
    (first,) = visit.control(CLINICIAN, nack(C + 21, 95))
    (second,) = visit.pass_time(0.05)
    assert (second.payload, second.sequence) == (first.payload, first.sequence + 1)
    assert visit.pass_time(0.1) == []


def test_what_was_closed_meanwhile_is_not_sent_a_second_time() -> None:
    visit = flowing()
    long_way(visit)
    visit.control(CLINICIAN, nack(C + 21, 95))
    visit.room.close(visit.now)
    assert visit.pass_time(0.05) == []


def test_whoever_lacks_much_gets_other_packets_rather_than_the_same_twice() -> None:
    visit = flowing(packets=160)
    long_way(visit)
    once = visit.control(CLINICIAN, nack(C + 21, *range(100, 120)))
    twice = visit.pass_time(0.05)
    assert len(once) == 20
    assert 0 < len(twice) < 20


def test_what_the_sender_still_owes_us_asks_for_no_keyframe() -> None:
    visit = flowing()
    visit.picture(102, BIG)
    visit.rtcp()
    visit.control(CLINICIAN, nack(C + 21, 101))
    assert asked(visit) == []
