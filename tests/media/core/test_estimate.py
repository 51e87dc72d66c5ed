"""The estimate of a receiver's downlink, on ways that are calm, narrow, noisy and changing."""

import statistics

import pytest

from tests.media.core.bottleneck import PACKET, Bottleneck


@pytest.mark.parametrize("jitter", [0.0, 0.005])
def test_a_wide_way_is_not_limited(jitter: float) -> None:
    way = Bottleneck(rate=20_000_000, jitter=jitter)
    way.passes(30)
    assert way.downlink.cap(way.now) is None


def test_a_wide_way_with_much_jitter_is_used_all_the_same() -> None:
    way = Bottleneck(rate=20_000_000, jitter=0.02)
    way.passes(60)
    assert way.delivered / 60 >= 0.7 * way.hunger


def test_loss_alone_says_nothing_of_the_delay() -> None:
    way = Bottleneck(rate=20_000_000, loss=0.05)
    way.passes(30)
    assert way.downlink.cap(way.now) is None


@pytest.mark.parametrize("rate", [150_000, 500_000, 700_000, 1_500_000])
@pytest.mark.parametrize("jitter", [0.0, 0.005])
def test_a_narrow_way_is_filled_and_its_queue_is_not(rate: float, jitter: float) -> None:
    way = Bottleneck(rate=rate, jitter=jitter)
    way.passes(10)
    way.forget()
    way.passes(30)
    assert way.delivered / 30 >= 0.6 * rate
    assert statistics.fmean(way.waits) <= 0.1 + 2 * PACKET * 8 / rate
    assert way.dropped <= 0.01 * len(way.waits)


def test_a_way_that_narrows_is_noticed_within_two_seconds() -> None:
    way = Bottleneck(rate=5_000_000)
    way.passes(10)
    way.rate = 600_000
    way.passes(2)
    cap = way.downlink.cap(way.now)
    assert cap is not None
    assert cap <= 600_000


def test_a_way_that_widens_is_used_again() -> None:
    way = Bottleneck(rate=600_000)
    way.passes(20)
    way.rate = 20_000_000
    way.passes(30)
    cap = way.downlink.cap(way.now)
    assert cap is None or cap > 1_500_000


def test_feedback_that_stops_limits_no_longer() -> None:
    way = Bottleneck(rate=600_000, queue=9)
    way.passes(10)
    assert way.downlink.cap(way.now) is not None
    assert way.downlink.cap(way.now + 60) is None


def test_a_way_that_becomes_longer_is_no_queue() -> None:
    way = Bottleneck(rate=20_000_000)
    way.passes(10)
    way.delay = 0.33
    way.passes(30)
    way.forget()
    way.passes(30)
    assert way.delivered / 30 >= 0.7 * way.hunger


def test_a_cap_that_nobody_could_use_up_goes() -> None:
    way = Bottleneck(rate=600_000, hunger=8_000_000)
    way.passes(10)
    assert way.downlink.cap(way.now) is not None
    way.rate = 50_000_000
    way.passes(60)
    assert way.downlink.cap(way.now) is None


def test_a_calm_picture_whose_way_was_full_once_is_no_narrow_way() -> None:
    way = Bottleneck(rate=20_000_000, hunger=40_000)
    way.passes(5)
    way.downlink._estimate._fall(40_000, way.now, 0.0)
    way.passes(3)
    assert way.downlink.cap(way.now) is not None
    assert way.downlink.width(way.now) is None


def test_a_way_that_is_full_again_and_again_is_narrow() -> None:
    way = Bottleneck(rate=150_000)
    way.passes(20)
    for _ in range(10):
        way.passes(1)
        assert way.downlink.width(way.now) == way.downlink.cap(way.now) is not None


@pytest.mark.parametrize("rate", [60_000, 30_000])
def test_a_calm_picture_whose_packets_come_late_in_turns_is_no_narrow_way(rate: float) -> None:
    """As on a machine that has other things to do; but where a queue stands, it is too much."""
    way = Bottleneck(rate=rate, hunger=40_000, queue=9)
    for _ in range(10):
        way.passes(1.5)
        way.downlink._estimate._fall(40_000, way.now, 0.0)
    assert (way.downlink.width(way.now) is None) == (rate > way.hunger)
