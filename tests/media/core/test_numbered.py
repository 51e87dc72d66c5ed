"""Slots whose packets carry transport-wide numbers: what leaves, and what the feedback on it does."""

from struct import pack, unpack_from

import pytest
from aiortc.rtp import RtcpPsfbPacket, unpack_remb_fci

from media.core.gradient import AWAY, Gradient, Usage
from media.core.missing import LONG
from media.core.negotiated import Extensions
from media.core.rtp import bounds, find_extension, packer
from media.core.twcc import Arrivals
from tests.media.core.packets import DELTA, MID, TRANSPORT
from tests.media.core.test_repair import flowing, nack
from tests.media.core.visit import CLINICIAN, MEMBER, C, Sent, Visit

BIG = DELTA + bytes(1000)


def number(sent: Sent) -> int:
    start, _ = bounds(sent.raw)
    at, size = find_extension(sent.raw, start, TRANSPORT)
    assert size == 2
    return int(unpack_from(">H", sent.raw, at)[0])


def test_every_packet_has_the_next_number_also_one_that_is_sent_again() -> None:
    visit = flowing(numbered=True)
    (first,) = visit.picture(101)
    (second,) = visit.picture(102)
    (again,) = visit.control(CLINICIAN, nack(C + 21, second.sequence))
    (empty,) = [*visit.picture(104), *visit.picture(103, b"")][1:]
    assert [number(sent) - number(first) for sent in (second, again, empty)] == [1, 2, 4]
    at, size = find_extension(second.raw, bounds(second.raw)[0], MID)
    assert second.raw[at : at + size] == b"v0"


def test_sound_has_none() -> None:
    visit = Visit(numbered=True)
    (sound,) = visit.sound(1)
    assert find_extension(sound.raw, bounds(sound.raw)[0], TRANSPORT) == (0, 0)


@pytest.mark.parametrize("number", [3, 15])
def test_heads_in_one_and_two_byte_form(number: int) -> None:
    head = packer("video-1", Extensions(mid=4, transport_cc=number))(96, 7, 9, 11, 0xABCD)
    start, _ = bounds(head)
    at, size = find_extension(head, start, number)
    assert (head[at : at + size], len(head) % 4) == (b"\xab\xcd", 0)
    at, size = find_extension(head, start, 4)
    assert head[at : at + size] == b"video-1"


def test_a_way_that_fills_caps_whoever_sends_into_it() -> None:
    """The clinician's packets wait 8 ms longer each: they can take 125 of the 200 that come in a second."""
    visit = Visit(numbered=True)
    arrivals, late, caps = Arrivals(), 0.0, []
    visit.keyframe(1)
    for step in range(2, 400):
        visit.now += 0.005
        late += 0.003
        for sent in visit.picture(step, BIG):
            arrivals.fresh[number(sent)] = visit.now + late
        if step % 20 == 0:
            for report in arrivals.reports(1, C + 21, visit.now):
                visit.control(CLINICIAN, report)
            caps += [
                unpack_remb_fci(part.fci)[0]
                for to, part in visit.rtcp()
                if to == MEMBER and isinstance(part, RtcpPsfbPacket) and part.fmt == 15
            ]
    assert caps
    assert caps[0] <= 125 * len(BIG) * 8


def told_lost(visit: Visit, sent: Sent) -> list[Sent]:
    """What leaves at once when the clinician's transport feedback says that a packet did not come.

    The one before and the one after it did.
    """
    before, after = number(sent) - 1, number(sent) + 1
    arrivals = Arrivals()
    arrivals.fresh = {before: visit.now, after: visit.now}
    (report,) = arrivals.reports(1, C + 21, visit.now)
    return visit.control(CLINICIAN, report)


def three_more(visit: Visit) -> list[Sent]:
    return [sent for step in (101, 102, 103) for sent in visit.picture(step, BIG)]


def test_on_a_long_way_what_is_told_lost_is_sent_again_unasked() -> None:
    visit = flowing(numbered=True)
    visit.room._endpoints[CLINICIAN].downlink.round_trip = LONG
    lost = three_more(visit)[1]
    (again,) = told_lost(visit, lost)
    assert again.payload == pack(">H", lost.sequence) + lost.payload
    assert visit.control(CLINICIAN, nack(C + 21, lost.sequence)) == []  # asked before it was here


def test_what_carries_no_number_was_sent_as_nothing() -> None:
    visit = flowing()
    assert visit.room._endpoints[CLINICIAN].slots_by_ssrc[C + 21].sent_as([7]) == ()


def test_what_was_long_ago_is_not_searched_for() -> None:
    visit = flowing(numbered=True)
    slot = visit.room._endpoints[CLINICIAN].slots_by_ssrc[C + 21]
    first, _, third = three_more(visit)
    slot.cache.clear()
    assert slot.sent_as([number(first)]) == ()
    (fourth,) = visit.picture(104, BIG)
    assert slot.sent_as([number(third), number(fourth)]) == (fourth.sequence,)


def test_on_a_short_way_it_is_asked_for() -> None:
    visit = flowing(numbered=True)
    visit.room._endpoints[CLINICIAN].downlink.round_trip = LONG - 0.01
    assert told_lost(visit, three_more(visit)[1]) == []


def test_a_closed_room_sends_nothing_again_that_is_told_lost() -> None:
    visit = flowing(numbered=True)
    visit.room._endpoints[CLINICIAN].downlink.round_trip = LONG
    lost = three_more(visit)[1]
    visit.room.close(visit.now)
    assert told_lost(visit, lost) == []


def test_after_a_long_silence_the_past_says_nothing() -> None:
    gradient = Gradient()
    for step in range(100):
        gradient.packet(step * 0.02, step * 0.03)
    assert gradient.usage is Usage.OVER
    gradient.packet(2.0 + AWAY, 9.0)
    assert gradient.usage is Usage.NORMAL


def test_a_queue_that_empties_is_seen() -> None:
    gradient = Gradient()
    for step in range(60):
        gradient.packet(step * 0.02, step * 0.02)
    for step in range(60, 100):
        gradient.packet(step * 0.02, 1.2 + (step - 60) * 0.014)
    assert gradient.usage is Usage.UNDER


def test_packets_that_all_came_at_once_have_no_slope() -> None:
    gradient = Gradient()
    for step in range(100):
        gradient.packet(step * 0.02, 7.0)
    assert gradient.usage is Usage.NORMAL
