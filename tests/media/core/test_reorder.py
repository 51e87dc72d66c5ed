from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from media.core.recording import Packet
from media.core.reorder import HOLD, MOST_HELD, Reorder


def packet(count: int) -> Packet:
    return Packet(1, 0.0, count, 0, True, b"x")


def counts(packets: Iterable[Packet]) -> list[int]:
    return [packet.count for packet in packets]


def started(at: int = 10) -> Reorder:
    """One that has given out `at`."""
    order = Reorder()
    order.push(packet(at), 0.0)
    assert counts(order.due(HOLD)) == [at]
    return order


def test_packets_in_order_go_right_through() -> None:
    order = started()
    assert [counts(order.push(packet(count), 5.0)) for count in (11, 12)] == [[11], [12]]


def test_an_earlier_one_may_still_come_before_the_very_first() -> None:
    order = Reorder()
    assert not order.push(packet(10), 0.0)
    assert not order.push(packet(9), 0.1)
    assert counts(order.due(HOLD + 0.2)) == [9, 10]


def test_what_follows_a_hole_waits_for_it() -> None:
    order = started()
    assert not order.push(packet(12), 5.0)
    assert counts(order.push(packet(11), 5.1)) == [11, 12]


def test_a_hole_is_not_waited_for_forever() -> None:
    order = started()
    order.push(packet(12), 5.0)
    assert not order.due(5.0 + HOLD - 0.1)
    assert counts(order.due(5.0 + HOLD)) == [12]


def test_it_makes_no_difference_whether_anybody_looked_meanwhile() -> None:
    order = started()
    order.push(packet(12), 5.0)
    assert counts(order.push(packet(11), 5.0 + HOLD)) == [12]


def test_what_comes_twice_or_too_late_is_dropped() -> None:
    order = started()
    order.push(packet(12), 5.0)
    assert not order.push(packet(12), 5.1)
    assert counts(order.push(packet(11), 5.2)) == [11, 12]
    assert not order.push(packet(11), 5.3)
    assert not order.rest()


def test_what_is_held_is_bounded() -> None:
    order = started()
    given_out = [out for n in range(MOST_HELD + 1) for out in counts(order.push(packet(20 + n), 5.0))]
    assert given_out == list(range(20, 20 + MOST_HELD + 1))


@given(st.lists(st.integers(1, 60), max_size=80))
def test_all_come_out_once_and_in_order(arrived: list[int]) -> None:
    order = Reorder()
    given_out = [out for n, count in enumerate(arrived) for out in counts(order.push(packet(count), n / 50))]
    given_out += counts(order.rest())
    assert given_out == sorted(set(arrived))
