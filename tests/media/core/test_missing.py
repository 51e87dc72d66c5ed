"""What we miss of a sender's stream is asked for, and passed on when it comes."""

from aiortc.rtp import RtcpPsfbPacket, RtcpRtpfbPacket
from hypothesis import given
from hypothesis import strategies as st

from media.core import rtcp
from media.core.missing import AGE, AT_MOST, LONG, TRIES, Missing
from media.core.rtcp import Nack
from media.core.track import HOLE, JUMP
from tests.media.core.packets import DELTA
from tests.media.core.visit import MEMBER, M, Visit


def flowing(**shape: bool) -> Visit:
    """A visit whose camera has sent packets 1 to 10, one every 10 ms."""
    visit = Visit(nack=True, **shape)
    visit.keyframe(1)
    for number in range(2, 11):
        visit.now += 0.01
        visit.picture(number)
    visit.out.clear()
    return visit


def asked(visit: Visit) -> list[int]:
    """The numbers the member's camera was asked for since the last look."""
    said = [part for to, part in visit.rtcp() if to == MEMBER]
    nacks = [part for part in said if isinstance(part, RtcpRtpfbPacket) and part.fmt == 1]
    assert all(part.media_ssrc == M + 2 for part in nacks)
    return [number for part in nacks for number in part.lost]


def keyframes_asked(visit: Visit) -> int:
    return sum(isinstance(part, RtcpPsfbPacket) and part.fmt == 1 for _, part in visit.rtcp())


def test_a_hole_is_asked_for_at_once() -> None:
    visit = flowing()
    visit.picture(13)
    assert asked(visit) == [11, 12]


def test_what_comes_late_is_passed_on_in_its_place_and_not_asked_for_again() -> None:
    visit = flowing()
    (after,) = visit.picture(12)
    visit.out.clear()
    (sent,) = visit.picture(11)
    assert (after.sequence - sent.sequence) & 0xFFFF == 1
    visit.pass_time(0.5)
    assert asked(visit) == []


def test_what_comes_as_a_retransmission_is_passed_on_in_its_place() -> None:
    visit = flowing()
    (after,) = visit.picture(12)
    (sent,) = visit.again(11)
    assert (after.sequence - sent.sequence) & 0xFFFF == 1
    visit.out.clear()
    visit.pass_time(0.5)
    assert asked(visit) == []


def test_a_retransmission_from_ahead_shows_what_is_missing_before_it() -> None:
    visit = flowing()
    visit.again(13)
    visit.pass_time(0.05)
    assert asked(visit) == [11, 12]


def test_it_is_asked_for_again_and_again_and_then_a_keyframe_is() -> None:
    visit = flowing()
    visit.picture(12)
    times = 0
    for number in range(13, 43):
        visit.picture(number)
        times += asked(visit).count(11)
        visit.pass_time(0.05)
        times += asked(visit).count(11)
    assert 5 <= times <= TRIES
    visit.pass_time(0.1)
    assert visit.room._endpoints[MEMBER].tracks[1].wants_keyframe


def test_no_more_often_than_it_takes_to_come() -> None:
    visit = flowing()
    visit.room._endpoints[MEMBER].downlink.round_trip = 0.2
    visit.picture(12)
    assert asked(visit) == [11]
    visit.pass_time(0.05)
    assert asked(visit) == [11]  # the way is long, and the first request may be lost as well
    visit.pass_time(0.1)
    assert asked(visit) == []
    visit.pass_time(0.1)
    assert asked(visit) == [11]
    visit.pass_time(0.1)
    assert asked(visit) == [11, 11]  # a browser heeds none within a round trip of its last answer


def test_on_a_long_way_it_is_asked_for_as_long_as_it_is_of_use() -> None:
    missing = Missing()
    missing.lost(7, 7, 0.0)
    asked = [tick for tick in range(40) if missing.due(tick * 0.05, 0.3)]
    assert asked[:4] == [0, 1, 6, 7]
    assert asked[-1] * 0.05 == AGE
    assert missing.gave_up


def test_on_a_short_way_once_is_enough() -> None:
    visit = flowing()
    visit.room._endpoints[MEMBER].downlink.round_trip = LONG - 0.01
    visit.picture(12)
    assert asked(visit) == [11]
    visit.pass_time(0.05)
    assert asked(visit) == []


def test_an_outage_is_not_repaired() -> None:
    visit = flowing()
    visit.now += HOLE + 0.1
    visit.picture(15)
    assert asked(visit) == []
    visit.picture(15 + JUMP + 2)
    assert asked(visit) == []


def test_more_than_can_be_repaired_is_a_keyframes_matter() -> None:
    visit = flowing()
    visit.picture(10 + JUMP)
    visit.picture(10 + 2 * JUMP - 1)
    visit.out.clear()
    visit.pass_time(0.05)
    assert asked(visit) == []
    assert visit.room._endpoints[MEMBER].tracks[1].wants_keyframe


def test_nobody_is_asked_for_what_nobody_gets() -> None:
    visit = flowing()
    visit.room.close(visit.now)
    visit.picture(13)
    assert asked(visit) == []
    assert not visit.room._endpoints[MEMBER].tracks[1].missing


def test_sound_is_not_asked_for() -> None:
    visit = flowing()
    visit.sound(1)
    visit.sound(5)
    assert asked(visit) == []


def test_who_did_not_agree_to_repeat_is_not_asked() -> None:
    visit = Visit()
    visit.keyframe(1)
    visit.picture(5)
    visit.again(9, DELTA)
    assert asked(visit) == []


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=200, unique=True))
def test_a_request_names_every_number_once(numbers: list[int]) -> None:
    packet = rtcp.nack(1, M + 2, sorted(numbers))
    assert sorted(RtcpRtpfbPacket.parse(packet[4:], 1).lost) == sorted(numbers)


def test_numbers_wrap_around_in_a_request() -> None:
    assert rtcp.read(rtcp.nack(1, 2, [0xFFFE, 0x10001])) == [Nack(2, (0xFFFE, 1))]


def test_bounds() -> None:
    missing = Missing()
    missing.lost(100, 100 + AT_MOST - 2, 0.0)
    assert len(missing) == AT_MOST - 1
    missing.lost(1000, 1001, 0.0)
    assert not missing
    assert missing.gave_up
    missing.lost(1, 1, 0.0)
    assert missing.due(AGE + 0.1, 0.0) == []
    assert not missing
