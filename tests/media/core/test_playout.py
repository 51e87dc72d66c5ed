"""What a receiver is told to hold pictures back for, and that it is told in the packets themselves."""

import pytest

from media.core.lateness import AGAIN
from media.core.playout import FALL_AFTER, MARGIN, MOST, SHORT, Playout
from media.core.rtp import bounds, find_extension
from media.core.send_cache import TURN_MOST
from tests.media.core.packets import HOLD
from tests.media.core.test_missing import flowing
from tests.media.core.test_repair import nack
from tests.media.core.visit import CLINICIAN, C, Sent, Visit


def test_nobody_waits_for_what_comes_soon() -> None:
    playout = Playout()
    assert not playout.judge(SHORT, 0.0)
    assert playout.seconds is None


def test_a_long_way_is_waited_for_at_once() -> None:
    playout = Playout()
    assert playout.judge(0.3, 0.0)
    assert playout.seconds == 0.3 + MARGIN
    assert not playout.judge(0.31, 1.0)


def test_nobody_waits_for_ever() -> None:
    playout = Playout()
    playout.judge(5.0, 0.0)
    assert playout.seconds == MOST


def test_a_better_way_is_believed_late_and_as_far_as_it_was_good_all_the_time() -> None:
    playout = Playout()
    playout.judge(0.6, 0.0)
    assert not playout.judge(0.2, 1.0)
    assert not playout.judge(0.3, 2.0)
    assert not playout.judge(0.2, 0.9 + FALL_AFTER)
    assert playout.judge(0.2, 1.0 + FALL_AFTER)
    assert playout.seconds == 0.3 + MARGIN


def test_one_bad_moment_begins_it_anew() -> None:
    playout = Playout()
    playout.judge(0.6, 0.0)
    playout.judge(0.2, 1.0)
    playout.judge(0.55, 10.0)
    assert not playout.judge(0.2, 1.0 + FALL_AFTER)


def test_without_losses_nothing_is_held_back_any_more() -> None:
    playout = Playout()
    playout.judge(0.1, 0.0)
    playout.judge(0.0, 1.0)
    assert playout.judge(0.0, 1.0 + FALL_AFTER)
    assert playout.seconds == 0.0
    assert not playout.judge(0.0, 2.0 + FALL_AFTER)


def held(packet: Sent) -> float | None:
    """What a packet says of it, in seconds."""
    start, _ = bounds(packet.raw)
    at, size = find_extension(packet.raw, start, HOLD)
    return (int.from_bytes(packet.raw[at : at + size], "big") >> 12) / 100 if size else None


def lossy_up(visit: Visit, first: int, last: int, late: float) -> None:
    """Every second packet of the member's camera is lost, and repaired so many seconds later."""
    for number in range(first, last, 2):
        visit.picture(number + 1)
        visit.pass_time(late)
        visit.again(number, repair=number)


def test_what_is_repaired_late_on_the_way_up_is_held_back_for_on_the_way_down() -> None:
    visit = flowing(numbered=True)
    (sent,) = visit.picture(11)
    assert held(sent) is None
    lossy_up(visit, 12, 24, 0.2)
    visit.pass_time(1.0)
    (sent,) = visit.picture(24)
    assert held(sent) == pytest.approx(3 * 0.2 + AGAIN + MARGIN)  # a third request will be needed


def test_what_is_repaired_late_on_the_way_down_is_waited_for_too() -> None:
    visit = flowing(numbered=True)
    for number in range(11, 31):
        (lost,) = visit.picture(number)
        visit.pass_time(0.15)
        visit.control(CLINICIAN, nack(C + 21, lost.sequence))
        visit.pass_time(0.05)
    visit.pass_time(1.0)
    (sent,) = visit.picture(31)
    assert held(sent) == pytest.approx(3 * 0.15 + AGAIN + MARGIN)


def test_what_its_receiver_waits_for_late_is_kept_until_then() -> None:
    visit = flowing(numbered=True)
    lossy_up(visit, 12, 24, 0.25)
    visit.picture(24)
    visit.pass_time(1.0)
    slot = visit.room._endpoints[CLINICIAN].slots_by_ssrc[C + 21]
    assert slot.cache.turn == slot.playout.seconds
    visit.room._endpoints[CLINICIAN].downlink.round_trip = 0.3
    visit.pass_time(1.0)
    assert slot.cache.turn == TURN_MOST


def test_what_is_sent_again_after_the_news_is_what_was_lost() -> None:
    visit = flowing(numbered=True)
    lossy_up(visit, 12, 24, 0.2)
    (lost,) = visit.picture(24)
    visit.pass_time(1.0)
    visit.picture(25)
    (again,) = visit.control(CLINICIAN, nack(C + 21, lost.sequence))
    assert again.payload[2:] == lost.payload
