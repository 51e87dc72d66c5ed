from struct import unpack_from

from hypothesis import given
from hypothesis import strategies as st

from media.core.twcc import JUMP, STATUSES, Arrivals

TICK = 0.00025


def read(packet: bytes) -> dict[int, float | None]:
    """An independent reader: every number a report speaks of, and when it came."""
    flags, kind, words, sender, media, base, total, stamp = unpack_from(">BBHIIHHI", packet)
    assert (flags & 0xDF, kind, sender, media) == (0x8F, 205, 1, 9)
    assert len(packet) == 4 * words + 4 <= 1200
    end = len(packet) - (packet[-1] if flags & 0x20 else 0)
    at = 20
    symbols: list[int] = []
    while len(symbols) < total:
        (chunk,) = unpack_from(">H", packet, at)
        at += 2
        if chunk & 0x8000:
            assert chunk & 0x4000
            symbols += [chunk >> shift & 3 for shift in range(12, -1, -2)]
        else:
            symbols += [chunk >> 13 & 3] * (chunk & 0x1FFF)
    came: dict[int, float | None] = {}
    reference = stamp >> 8
    now = (reference - (1 << 24) if reference & 0x800000 else reference) * 0.064
    for index, symbol in enumerate(symbols[:total]):
        number = (base + index) & 0xFFFF
        came[number] = None
        if symbol:
            (delta,) = (packet[at],) if symbol == 1 else unpack_from(">h", packet, at)
            at += symbol
            now += delta * TICK
            came[number] = now
    assert all(not symbol for symbol in symbols[total:])
    assert at == end
    return came


def take(arrivals: Arrivals, came: dict[int, float], now: float) -> dict[int, float | None]:
    arrivals.fresh.update({number & 0xFFFF: at for number, at in came.items()})
    said: dict[int, float | None] = {}
    for packet in arrivals.reports(1, 9, now):
        said |= read(packet)
    return said


def matches(said: dict[int, float | None], came: dict[int, float]) -> bool:
    heard = {number: at for number, at in said.items() if at is not None}
    return heard.keys() == {number & 0xFFFF for number in came} and all(
        abs(heard[number & 0xFFFF] - at) < 2 * TICK for number, at in came.items()
    )


def test_nothing_came_and_nothing_is_said() -> None:
    assert Arrivals().reports(1, 9, 1.0) == []


def test_packets_in_order_fit_one_small_report() -> None:
    arrivals = Arrivals()
    came = {number: 10 + number * 0.004 for number in range(20)}
    assert matches(take(arrivals, came, 10.1), came)
    assert arrivals.reported_at == 10.1


def test_holes_are_reported_once() -> None:
    arrivals = Arrivals()
    first = take(arrivals, {1: 1.0, 4: 1.01}, 1.02)
    assert [number for number, at in first.items() if at is None] == [2, 3]
    second = take(arrivals, {7: 1.03}, 1.05)
    assert [number for number, at in second.items() if at is None] == [5, 6]


def test_a_late_packet_is_reported_among_its_neighbours() -> None:
    arrivals = Arrivals()
    take(arrivals, {1: 1.0, 3: 1.01, 4: 1.02}, 1.05)
    said = take(arrivals, {2: 1.06}, 1.1)
    assert matches(said, {2: 1.06, 3: 1.01, 4: 1.02})


def test_numbers_wrap() -> None:
    arrivals = Arrivals()
    came = {number: 5 + (number - 65530) * 0.01 for number in range(65530, 65545)}
    assert matches(take(arrivals, came, 5.2), came)


def test_earlier_numbers_after_the_first_are_understood() -> None:
    came = {3: 1.0, 2: 1.001, 65535: 1.002}
    assert matches(take(Arrivals(), came, 1.1), came)


def test_a_pause_longer_than_a_delta_begins_another_report() -> None:
    arrivals = Arrivals()
    arrivals.fresh = {1: 1.0, 2: 20.0, 3: 20.5}
    packets = arrivals.reports(1, 9, 20.6)
    assert len(packets) == 2
    assert matches(read(packets[0]) | read(packets[1]), {1: 1.0, 2: 20.0, 3: 20.5})


def test_reports_are_counted_to_256() -> None:
    arrivals = Arrivals()
    counts = []
    for number in range(258):
        arrivals.fresh = {number: number * 0.1}
        (packet,) = arrivals.reports(1, 9, number * 0.1)
        counts.append(packet[19])
    assert counts == [*range(256), 0, 1]


def test_a_jump_is_no_loss() -> None:
    arrivals = Arrivals()
    take(arrivals, {1: 1.0}, 1.0)
    said = take(arrivals, {JUMP + 10: 1.1, 2 * JUMP + 100: 1.2}, 1.2)
    assert said.keys() == {JUMP + 10, 2 * JUMP + 100}


def test_many_packets_make_many_reports_with_their_holes() -> None:
    arrivals = Arrivals()
    came = {number: 1 + number * 0.001 for number in range(3 * STATUSES) if number % 9}
    said = take(arrivals, came, 3.0)
    assert matches(said, came)
    assert sum(at is None for at in said.values()) == len([n for n in range(1, 3 * STATUSES) if n % 9 == 0])


def test_what_is_remembered_is_bounded() -> None:
    arrivals = Arrivals()
    for number in range(20_000):
        arrivals.fresh[number & 0xFFFF] = number * 0.001
        if number % 50 == 0:
            arrivals.reports(1, 9, number * 0.001)
    assert len(arrivals._known) < 1200


@given(
    st.lists(st.tuples(st.integers(-3, 40), st.floats(0, 0.3)), min_size=1, max_size=120),
    st.integers(0, 0xFFFF),
    st.integers(1, 30),
)
def test_every_arrival_is_reported_as_it_was(steps: list[tuple[int, float]], start: int, batch: int) -> None:
    arrivals = Arrivals()
    number, now = start, 100.0
    came: dict[int, float] = {}
    said: dict[int, float | None] = {}
    for index, (step, pause) in enumerate(steps, 1):
        number += step
        now += pause
        arrivals.fresh[number & 0xFFFF] = came[number] = now
        if index % batch == 0 or index == len(steps):
            for packet in arrivals.reports(1, 9, now):
                said |= read(packet)
    assert matches(said, came)
