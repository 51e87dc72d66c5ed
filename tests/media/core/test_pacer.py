"""Video for a narrow downlink: held back, in order, never for long, and past it goes the sound."""

import random

import pytest
from aiortc.rtp import RtcpPsfbPacket, pack_remb_fci

from media.core.loss import LOWEST
from media.core.missing import LONG
from media.core.pacer import LATE
from tests.media.core.packets import DELTA
from tests.media.core.test_repair import flowing, nack
from tests.media.core.visit import CLINICIAN, MEMBER, C, Sent, Visit

BIG = DELTA + bytes(1000)


def remb(bitrate: int) -> RtcpPsfbPacket:
    return RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=pack_remb_fci(bitrate, [C + 21]))


def narrow(bitrate: int = 100_000) -> Visit:
    """A visit of a camera whose receiver says that it can take so much; its last number is 100."""
    visit = flowing(packets=40)
    for number in range(41, 101):
        visit.picture(number, BIG)
        visit.pass_time(0.01)
    visit.control(CLINICIAN, remb(2_000_000))
    visit.control(CLINICIAN, remb(bitrate))
    visit.pass_time(0.05)
    return visit


def burst(visit: Visit, first: int, packets: int) -> list[Sent]:
    """A frame of so many packets, at one instant."""
    return [
        sent
        for number in range(first, first + packets)
        for sent in visit.picture(number, BIG, timestamp=first * 3000)
    ]


def test_a_frame_leaves_at_the_pace_of_the_way() -> None:
    visit = narrow()
    sent = burst(visit, 101, 6)
    assert len(sent) == 1
    for _ in range(6):
        sent += visit.pass_time(0.05)
    assert [one.sequence for one in sent] == [101, 102, 103, 104, 105], "8 kbit each, at 120 kbit/s"
    assert [one.sequence for one in visit.pass_time(0.1)] == [106]


def test_sound_goes_past() -> None:
    visit = narrow()
    burst(visit, 101, 6)
    (first, *rest) = visit.sound(1)
    assert (first.ssrc, rest) == (C + 11, [])


def test_what_is_held_is_what_would_have_been_sent() -> None:
    wide, visit, dice = flowing(), narrow(), random.Random(3)
    said, held = [], []
    for number in range(101, 140):
        payload = DELTA + dice.randbytes(dice.randrange(1, 900))
        said += wide.picture(number, payload)
        held += visit.picture(number, payload)
        visit.now += 0.03
    held += visit.pass_time(0.6)

    def core(sent: Sent) -> tuple[int, int, bytes]:
        return sent.sequence, sent.timestamp, sent.payload

    assert list(map(core, held)) == list(map(core, said))


def test_nothing_leaves_after_the_gate_has_closed() -> None:
    visit = narrow()
    burst(visit, 101, 6)
    visit.room.close(visit.now)
    assert visit.pass_time(2) == []


def test_nothing_held_for_one_who_left_goes_to_who_came_in_their_place() -> None:
    visit = narrow()
    burst(visit, 101, 6)
    visit.room.leave(CLINICIAN, visit.now)
    assert visit.pass_time(0.3) == []


def test_numbers_go_on_where_what_was_held_was_dropped() -> None:
    visit = narrow()
    sent = burst(visit, 101, 6)
    visit.room.close(visit.now)
    visit.room.open(visit.now, visit.out)
    visit.out.clear()
    visit.now += 0.1
    (first, *_) = visit.keyframe(107)
    assert first.sequence == sent[-1].sequence + 1


def test_what_waited_too_long_is_dropped_and_the_picture_begins_anew() -> None:
    visit = narrow(bitrate=int(LOWEST))
    burst(visit, 101, 60)
    visit.rtcp()
    visit.pass_time(LATE + 0.1)
    asked = [to for to, part in visit.rtcp() if isinstance(part, RtcpPsfbPacket) and part.fmt == 1]
    assert MEMBER in asked
    assert visit.pass_time(1) == []
    visit.keyframe(161)
    assert visit.pass_time(1) or visit.picture(162)


def test_what_is_sent_again_goes_first_and_costs() -> None:
    visit = narrow()
    burst(visit, 101, 6)
    assert len(visit.control(CLINICIAN, nack(C + 21, 101))) == 1
    assert visit.pass_time(0.1) == []


def test_what_its_queue_did_not_take_is_not_sent_again_all_at_once() -> None:
    visit = narrow()
    lost = range(70, 90)
    again = visit.control(CLINICIAN, nack(C + 21, *lost))
    assert 1 <= len(again) <= 3, "8 kbit each, at 120 kbit/s"
    visit.pass_time(0.3)
    assert visit.control(CLINICIAN, nack(C + 21, *lost)) != []


def test_on_a_narrow_way_nothing_is_sent_again_twice() -> None:
    visit = narrow()
    visit.room._endpoints[CLINICIAN].downlink.round_trip = LONG
    visit.control(CLINICIAN, nack(C + 21, 90))
    assert visit.pass_time(0.5) == []


def test_everything_leaves_once_the_way_is_wide() -> None:
    visit = narrow()
    sent = burst(visit, 101, 6)
    visit.control(CLINICIAN, remb(9_000_000))
    sent += visit.pass_time(0.05)
    sent += visit.picture(107)
    numbers = [one.sequence for one in sent]
    assert numbers[0] == 101
    assert numbers == sorted(numbers)
    assert numbers[-1] == 107


@pytest.mark.parametrize("opened", [True, False])
def test_a_way_of_any_rate_gets_no_more_than_its_pace(opened: bool) -> None:
    visit = narrow(bitrate=200_000)
    if not opened:
        visit.room.close(visit.now)
    octets = 0
    for number in range(101, 301):
        octets += sum(len(sent.payload) for sent in visit.picture(number, BIG))
        octets += sum(len(sent.payload) for sent in visit.pass_time(0.01))
    assert octets * 8 <= (2.0 * 200_000 * 1.2 + 20_000) * opened
