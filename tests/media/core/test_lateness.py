"""How late repairs come is known from those of late, where there are some."""

from media.core.lateness import AGAIN, KEPT, LEAST, MANY, WINDOW, Lateness


def late(*seconds: float) -> Lateness:
    """Repairs that were so late, a tenth of a second apart from 0 on."""
    lateness = Lateness()
    for index, one in enumerate(seconds):
        lateness.repaired(one, index / 10)
    return lateness


def test_nothing_was_late_before_anything_was_lost() -> None:
    assert late().seconds(0.0) == 0.0


def test_a_loss_now_and_then_is_not_waited_for() -> None:
    assert late(*[0.2] * (LEAST - 1)).seconds(1.0) == 0.0
    assert late(*[0.2] * LEAST).seconds(1.0) == 0.2


def test_nearly_all_are_waited_for_but_not_the_very_last() -> None:
    assert late(*[0.15] * 110, *[0.5] * 9, 5.0).seconds(10.0) == 0.5


def test_where_much_is_lost_a_second_request_is_waited_for_before_the_first_was_lost() -> None:
    assert late(*[0.3] * (MANY - 1)).seconds(2.0) == 0.3
    assert late(*[0.3] * MANY).seconds(2.0) == 0.6 + AGAIN


def test_what_was_long_ago_is_forgotten() -> None:
    assert late(*[0.2] * LEAST).seconds(WINDOW + LEAST) == 0.0


def test_bounded() -> None:
    assert late(*[0.9] * LEAST, *[0.1] * KEPT).seconds(1.0) == 0.2 + AGAIN
