"""How late repairs come is known from those of late, where there are some."""

from media.core.lateness import AGAIN, KEPT, LEAST, WINDOW, Lateness


def late(*seconds: float, carried: int = 100_000) -> Lateness:
    """Repairs that were so late, 50 ms apart from 50 ms on, after a look at 0 at nothing."""
    lateness = Lateness()
    lateness.seconds(carried, 0.0)
    for index, one in enumerate(seconds, 1):
        lateness.repaired(one, index / 20)
    return lateness


def test_nothing_was_late_before_anything_was_lost() -> None:
    assert Lateness().seconds(100, 0.0) == 0.0


def test_a_loss_now_and_then_is_not_waited_for() -> None:
    assert late(*[0.2] * (LEAST - 1)).seconds(200_000, 1.0) == 0.0
    assert late(*[0.2] * LEAST).seconds(200_000, 1.0) == 0.2


def test_nearly_all_are_waited_for_but_not_the_very_last() -> None:
    assert late(*[0.15] * 110, *[0.5] * 9, 5.0).seconds(200_000, 6.0) == 0.5


def test_where_much_is_lost_more_requests_are_waited_for_before_the_first_was_lost() -> None:
    assert late(*[0.3] * 10).seconds(101_000, 2.0) == 0.3
    assert late(*[0.3] * 50).seconds(101_000, 2.6) == 0.6 + AGAIN
    assert late(*[0.25] * 90).seconds(101_000, 4.6) == 0.75 + AGAIN


def test_what_share_was_lost_is_not_known_at_the_first_look_nor_where_counting_began_anew() -> None:
    lateness = Lateness()
    for index in range(5):
        lateness.repaired(0.3, index / 10)
    assert lateness.seconds(10, 0.5) == 0.3
    assert lateness.seconds(5, 1.0) == 0.3
    for index in range(5):
        lateness.repaired(0.3, 1.1 + index / 10)
    assert lateness.seconds(105, 2.0) == 0.6 + AGAIN


def test_what_was_long_ago_is_forgotten() -> None:
    assert late(*[0.2] * LEAST).seconds(200_000, WINDOW + LEAST) == 0.0


def test_bounded() -> None:
    lateness = late(*[0.9] * LEAST)
    for _ in range(KEPT):
        lateness.repaired(0.1, 1.0)
    assert lateness.seconds(10_000_000, 1.0) == 0.1
