"""What was sent under which number, and what feedback says of it."""

from media.core.rtcp import Arrived
from media.core.send_log import KEPT, Delivered, SendLog, Told


def sent(packets: int) -> tuple[SendLog, int]:
    """A log of so many packets, a millisecond apart, and the number of the first."""
    log = SendLog()
    numbers = [log.number(100 + index, index / 1000) for index in range(packets)]
    return log, numbers[0]


def test_deliveries_are_told_once() -> None:
    log, first = sent(3)
    told = Arrived(first, (7.0, None, 7.1))
    assert log.feedback(told) == Told([Delivered(0.0, 100, 7.0), Delivered(0.002, 102, 7.1)], 1, [first + 1])
    assert log.feedback(told) == Told([], 0, [])


def test_before_anything_was_sent_nothing_is_told() -> None:
    assert SendLog().feedback(Arrived(5, (1.0, None))) == Told([], 0, [])


def test_what_came_late_is_told_by_a_later_report() -> None:
    log, first = sent(3)
    log.feedback(Arrived(first, (7.0, None, 7.1)))
    assert log.feedback(Arrived(first, (7.0, 7.2, 7.1))) == Told([Delivered(0.001, 101, 7.2)], -1, [])


def test_numbers_wrap_around() -> None:
    log, _ = sent(0x10000 - KEPT)
    last = log.number(5, 99.0)
    assert last == 1
    assert log.feedback(Arrived(0xFFFF, (1.0, 1.1, 1.2))).delivered[-1] == Delivered(99.0, 5, 1.2)


def test_when_a_packet_was_sent_is_remembered_for_a_while() -> None:
    log, first = sent(3)
    assert log.sent_at(first + 1) == 0.001
    for _ in range(KEPT):
        log.number(1, 5.0)
    assert log.sent_at(first + 1) is None
    assert SendLog().sent_at(5) is None


def test_what_was_never_sent_or_long_ago_is_nothing() -> None:
    log, first = sent(3)
    assert log.feedback(Arrived((first + 3) & 0xFFFF, (7.0, 7.1))) == Told([], 0, [])
    assert log.feedback(Arrived((first - 9) & 0xFFFF, (7.0,) * 5)) == Told([], 0, [])
    for _ in range(KEPT):
        log.number(1, 5.0)
    assert log.feedback(Arrived(first, (7.0, 7.1, 7.2))) == Told([], 0, [])
