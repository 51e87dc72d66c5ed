"""What loss says: of ways that are too narrow, of ways that lose by chance, and of nothing."""

import random

import pytest

from media.core.loss import LEAST, LOWEST, Loss

RATE = 1_000_000.0


def hears(loss: Loss, share: float, seconds: float, at: float, rate: float = RATE) -> float:
    """Reports ten times a second, of 20 packets each; when the last was."""
    for _ in range(round(seconds * 10)):
        at += 0.1
        loss.report(20, round(20 * share), at, rate)
    return at


def test_little_loss_limits_nothing() -> None:
    loss = Loss()
    hears(loss, 0.05, 60, 0)
    assert loss.cap is None


def test_few_packets_say_nothing() -> None:
    loss = Loss()
    loss.report(LEAST - 1, LEAST - 1, 1.0, RATE)
    assert loss.cap is None


def test_much_loss_lowers_the_cap_by_half_of_what_was_lost() -> None:
    loss = Loss()
    loss.report(100, 20, 1.0, RATE)
    assert loss.cap == pytest.approx(RATE * 0.9)


def test_the_cap_falls_again_only_when_that_could_show() -> None:
    loss = Loss()
    loss.report(100, 20, 1.0, RATE)
    loss.report(100, 90, 1.1, RATE)
    assert loss.cap == pytest.approx(RATE * 0.9)


def test_a_way_that_drops_what_is_too_much_is_found_within_seconds() -> None:
    loss, at, takes = Loss(), 0.0, 400_000.0
    for _ in range(150):
        at += 0.1
        sent = RATE if loss.cap is None else min(loss.cap, RATE)
        loss.report(20, round(20 * max(1 - takes / sent, 0)), at, sent)
    assert loss.cap is not None
    assert takes * 0.7 <= loss.cap <= takes * 1.15


@pytest.mark.parametrize("share", [0.12, 0.2, 0.3])
def test_loss_that_stays_when_less_is_sent_is_the_ways_own(share: float) -> None:
    loss, at, chance = Loss(), 0.0, random.Random(4)
    lowest = RATE
    for _ in range(600):
        at += 0.1
        sent = RATE if loss.cap is None else min(loss.cap, RATE)
        lowest = min(lowest, sent)
        loss.report(15, sum(chance.random() < share for _ in range(15)), at, sent)
    assert loss.cap is None or loss.cap >= RATE * 0.8
    assert lowest >= RATE * 0.5


def test_more_loss_on_top_of_the_ways_own_counts() -> None:
    loss = Loss()
    at = hears(loss, 0.2, 30, 0)
    assert (loss.cap, loss.own) == (None, pytest.approx(0.2, abs=0.02))
    hears(loss, 0.5, 2, at)
    assert loss.cap is not None


def test_a_ways_own_loss_is_forgotten_when_it_is_no_more() -> None:
    loss = Loss()
    at = hears(loss, 0.2, 30, 0)
    hears(loss, 0.0, 30, at)
    assert loss.own == 0


def test_a_cap_grows_when_little_is_lost_and_goes_when_it_limits_nothing() -> None:
    loss = Loss()
    at = hears(loss, 0.2, 1, 0)
    first = loss.cap
    assert first is not None
    at = hears(loss, 0.0, 5, at, rate=first)
    assert loss.cap is not None
    assert loss.cap > first
    before = loss.cap
    at = hears(loss, 0.0, 5, at, rate=first / 4)
    assert loss.cap is not None
    assert loss.cap > 1.5 * before
    hears(loss, 0.0, 30, at, rate=first / 4)
    assert loss.cap is None


def test_a_cap_stays_while_whoever_is_held_back_sends_nothing() -> None:
    loss = Loss()
    loss.report(100, 90, 1.0, RATE)
    hears(loss, 0.0, 3, 2.0, rate=5_000)
    assert loss.cap is not None
    assert loss.cap < 0.2 * RATE


def test_a_calm_picture_is_not_held_to_little_for_long() -> None:
    loss = Loss()
    loss.report(100, 20, 1.0, 30_000)
    assert loss.cap == LOWEST
    hears(loss, 0.0, 4.5, 1.0, rate=30_000)
    assert loss.cap is not None
    assert loss.cap > 80_000  # the ladder's last step down


@pytest.mark.parametrize("rate", [400_000, RATE, 3 * RATE])
def test_a_way_that_takes_a_tenth_is_no_way_that_loses_nine_tenths(rate: float) -> None:
    loss, at, takes = Loss(), 0.0, 95_000.0
    for _ in range(60):
        at += 0.1
        sent = rate if loss.cap is None else min(loss.cap, rate)
        loss.report(200, round(200 * max(1 - takes / sent, 0)), at, sent, round_trip=0.6)
    assert loss.cap is not None
    assert loss.cap <= 2 * takes


def test_what_arrives_is_what_a_full_way_takes() -> None:
    loss = Loss()
    loss.report(100, 80, 1.0, 30_000, arriving=400_000)  # nothing is sent just now
    assert loss.cap == 400_000


def test_for_a_round_trip_what_is_told_is_of_what_was_sent_before() -> None:
    loss = Loss()
    loss.report(100, 20, 1.0, RATE, round_trip=1.0)
    at = 1.0
    while at < 1.0 + 0.85:
        at += 0.1
        loss.report(20, 20, at, RATE * 0.9, round_trip=1.0)
    hears(loss, 0.0, 2, 2.0, RATE * 0.9)
    assert loss.cap is not None
    assert loss.cap >= RATE * 0.9 * 0.99


def test_what_came_after_all_was_not_lost() -> None:
    loss = Loss()
    loss.report(30, 20, 1.0, RATE)
    loss.report(30, -20, 1.1, RATE)
    assert loss.cap is None


def test_loss_without_sending_says_nothing_and_no_cap_is_below_the_lowest() -> None:
    loss = Loss()
    loss.report(100, 90, 1.0, 0.0)
    assert loss.cap is None
    loss.report(100, 90, 3.0, 40_000.0)
    assert loss.cap == LOWEST


def test_a_cap_grows_where_so_little_is_sent_that_few_packets_are_told_of() -> None:
    loss = Loss()
    loss.report(100, 90, 1.0, 60_000.0)
    assert loss.cap == LOWEST
    at = 2.0
    for _ in range(100):
        at += 0.1
        loss.report(1, 0, at, 60_000.0)
    assert loss.cap is not None
    assert loss.cap > 1.5 * LOWEST


def test_what_was_lost_of_what_is_sent_no_more_says_nothing() -> None:
    loss = Loss()
    loss.report(30, 15, 1.0, RATE)
    loss.begin_anew(1.1)
    at = hears(loss, 0.5, 0.6, 1.1, rate=100_000)
    hears(loss, 0.0, 60, at, rate=100_000)
    assert loss.cap is None
    hears(loss, 0.5, 0.5, 70.0)
    assert loss.cap is not None
