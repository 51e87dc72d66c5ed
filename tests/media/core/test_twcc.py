from struct import pack, unpack_from

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.core import rtcp
from media.core.rtcp import Arrived
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


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 400)), min_size=1, max_size=300),
    st.integers(0, 0xFFFF),
)
def test_what_we_write_we_read(steps: list[tuple[int, int]], first: int) -> None:
    """Every number that came is read at its time, every other as missing."""
    arrivals = Arrivals()
    number, now, came = first, 50.0, {}
    for step, ticks in steps:
        number, now = number + step, now + ticks * TICK
        came[number] = now
    arrivals.fresh.update({number & 0xFFFF: at for number, at in came.items()})
    for packet in arrivals.reports(1, 9, now):
        (message,) = rtcp.read(packet) or []
        assert isinstance(message, Arrived)
        independent = read(packet)
        assert len(message.at) == len(independent)
        for place, at in enumerate(message.at):
            expected = independent[(message.base + place) & 0xFFFF]
            assert at == expected or (
                at is not None and expected is not None and abs(at - expected) < TICK / 2
            )


def test_feedback_in_one_bit_vectors_is_read() -> None:
    """Seven of fourteen came, each a quarter of a millisecond after the one before."""
    head = pack(">BBHIIHHI", 0xAF, 205, 7, 1, 9, 500, 14, 3 << 8)
    vector = pack(">H", 0x8000 | 0b01010101010101)
    (message,) = rtcp.read(head + vector + bytes([1] * 7) + b"\x00\x00\x03") or []
    assert isinstance(message, Arrived)
    assert message.base == 500
    came = [at for at in message.at if at is not None]
    assert came == pytest.approx([0.192 + TICK * step for step in range(1, 8)])
    assert [at is None for at in message.at] == [True, False] * 7


@pytest.mark.parametrize(
    "content",
    [
        b"",
        pack(">HHI", 1, 5, 0)[:7],
        pack(">HHI", 1, 5, 0),
        pack(">HHIH", 1, 5, 0, 0x2000),
        pack(">HHIH", 1, 5, 0, 0x2005),
        pack(">HHIH", 1, 2, 0, 0x4002) + b"\x00\x07",
        pack(">HHIH", 1, 3, 0, 0x6003) + bytes(2),
    ],
    ids=["nothing", "short", "no chunk", "empty run", "no deltas", "half a delta", "reserved symbol"],
)
def test_feedback_that_says_less_than_it_claims_is_dropped_whole(content: bytes) -> None:
    fill = -len(content) % 4
    padded = content + (bytes(fill - 1) + bytes((fill,)) if fill else b"")
    packet = pack(">BBHII", 0xAF if fill else 0x8F, 205, 2 + len(padded) // 4, 1, 9) + padded
    assert rtcp.read(packet) is None


def test_a_claim_of_very_many_packets_is_read_in_part() -> None:
    run = pack(">HHI", 1, 0xFFFF, 0) + pack(">H", 0x1FFF) * 8
    (message,) = rtcp.read(pack(">BBHII", 0x8F, 205, 2 + len(run) // 4, 1, 9) + run) or []
    assert isinstance(message, Arrived)
    assert len(message.at) == 2048
