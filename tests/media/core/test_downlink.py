import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.core.downlink import LATE, REMB_STALE, REPAIR_BURST, REPAIR_SHARE, Downlink
from media.core.loss import LOWEST
from media.core.send_log import Delivered, Told


def sending(rate: float, seconds: float = 2.0) -> Downlink:
    """A downlink that has carried `rate` bit/s until `seconds`."""
    downlink = Downlink()
    for step in range(int(seconds * 20) + 1):
        downlink.measure(int(rate / 8 * step / 20), step / 20)
    return downlink


def test_the_rate_is_that_of_the_last_second() -> None:
    downlink = sending(800_000)
    assert downlink.rate == pytest.approx(800_000, rel=0.01)
    for step in range(1, 31):
        downlink.measure(200_000, 2 + step / 20)
    assert downlink.rate == 0


def test_nothing_limits_at_first() -> None:
    downlink = sending(1_000_000)
    assert downlink.cap(2.0) is None
    downlink.lost(0.0, 2.0)
    downlink.lost(0.05, 2.1)
    assert downlink.cap(2.2) is None


def test_much_loss_that_a_report_tells_caps() -> None:
    downlink = sending(1_000_000)
    downlink.lost(0.2, 2.0)
    assert downlink.cap(2.0) == pytest.approx(900_000, rel=0.01)


def test_reports_say_nothing_of_loss_where_feedback_comes() -> None:
    """They tell what never came to us either: of the way from here, feedback alone speaks."""
    downlink = sending(1_000_000)
    downlink.arrived(Told([Delivered(1.9, 1000, 7.0)], 0, []), 2.0)
    downlink.lost(0.5, 2.1)
    assert downlink.cap(2.1) is None


def test_packets_that_did_not_arrive_cap() -> None:
    downlink = sending(1_000_000)
    for step in range(10):
        here = [Delivered(1.0 + step / 10, 1000, 7.0 + step / 10)] * 8
        downlink.arrived(Told(here, 2, []), 2.0 + step / 10)
    assert downlink.cap(3.0) == pytest.approx(900_000, rel=0.01)


def test_a_low_estimate_that_rises_limits_nothing() -> None:
    downlink = sending(2_000_000)
    for step in range(20):
        downlink.estimated(300_000 * 1.02**step, 2 + step * 0.23)
    assert downlink.cap(6.5) is None


def test_a_high_estimate_rises_slowly_and_that_is_rising() -> None:
    downlink = sending(5_000_000)
    for step in range(40):
        downlink.estimated(3_000_000 * 1.003**step, 2 + step * 0.23)
    assert downlink.cap(11.0) is None


def test_an_estimate_that_falls_below_what_is_sent_limits() -> None:
    downlink = sending(2_000_000)
    downlink.estimated(1_900_000, 2.0)
    downlink.estimated(1_200_000, 2.2)
    assert downlink.cap(2.2) == 1_200_000


def test_an_estimate_that_stands_still_below_what_is_sent_limits() -> None:
    downlink = sending(2_000_000)
    for step in range(7):
        downlink.estimated(1_000_000, 2 + step * 0.23)
    assert downlink.cap(3.5) == 1_000_000


@pytest.mark.parametrize(("late", "limits"), [(LATE - 0.1, True), (LATE + 0.1, False)])
def test_what_was_lost_in_an_outage_says_nothing_of_the_next_way(late: float, *, limits: bool) -> None:
    downlink = sending(2_000_000)
    here = [Delivered(1.9 + step / 100, 1000, 7.0 + step / 100) for step in range(20)]
    downlink.arrived(Told(here, 0, []), 2.0)
    downlink.arrived(Told(here[:2], 400, [7]), 3.0, since=3.0 - late)
    assert (downlink.cap(3.0) is not None) is limits


def test_the_lower_of_the_two_is_the_cap() -> None:
    downlink = sending(2_000_000)
    downlink.lost(0.2, 2.0)
    downlink.estimated(1_900_000, 2.0)
    downlink.estimated(1_500_000, 2.2)
    assert downlink.cap(2.2) == 1_500_000
    downlink.lost(0.5, 3.0)
    assert downlink.cap(3.0) == pytest.approx(1_000_000, rel=0.01)


def test_an_estimate_stops_limiting_when_it_is_far_above_or_old() -> None:
    downlink = sending(2_000_000)
    downlink.estimated(1_900_000, 2.0)
    downlink.estimated(1_200_000, 2.2)
    assert downlink.cap(2.3 + REMB_STALE) is None
    downlink.estimated(4_500_000, 2.4)
    assert downlink.cap(2.4) is None


def test_an_estimate_limits_on_while_it_recovers() -> None:
    downlink = sending(2_000_000)
    downlink.estimated(1_900_000, 2.0)
    downlink.estimated(1_200_000, 2.2)
    downlink.estimated(2_500_000, 2.4)
    assert downlink.cap(2.4) == 2_500_000


def test_a_tiny_estimate_leaves_the_lowest() -> None:
    downlink = sending(2_000_000)
    downlink.estimated(1_900_000, 2.0)
    downlink.estimated(10, 2.2)
    assert downlink.cap(2.2) == LOWEST


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 1500)), max_size=200))
def test_repair_takes_a_share_at_most_of_what_was_sent(steps: list[tuple[int, int]]) -> None:
    downlink = Downlink()
    octets = repaired = 0
    for sent, size in steps:
        octets += sent
        if downlink.may_repair(size, octets):
            repaired += size
    assert repaired <= octets * REPAIR_SHARE


def test_what_is_saved_up_for_repair_is_bounded() -> None:
    downlink = Downlink()
    assert downlink.may_repair(1, 10_000_000)
    taken = 0
    while downlink.may_repair(1000, 10_000_000):
        taken += 1000
    assert taken <= REPAIR_BURST


def test_a_way_whose_feedback_is_known_begins_again_with_a_low_cap() -> None:
    downlink = sending(1_000_000)
    downlink.try_again(150_000, 2.0)
    assert downlink.cap(2.0) is None, "by REMB, an old estimate is soon followed by another"
    downlink.arrived(Told([Delivered(1.9, 1000, 7.0)], 0, []), 2.0)
    downlink.try_again(150_000, 30.0)
    assert downlink.cap(30.0) == 150_000
