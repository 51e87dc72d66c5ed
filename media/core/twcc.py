"""Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01), said and read.

For what an endpoint sends: the browser numbers every packet of its transport, retransmissions and padding
included; we say when each came, and its own estimator does the rest. For what we send it is the other way
round (`read`, `send_log`, `estimate`).
"""

from itertools import pairwise
from struct import Struct
from typing import Final

INTERVAL: Final = 0.09
"""Least seconds between reports while packets come: every second tick, also when one is a little early."""
REMEMBER: Final = 256
"""Numbers for which arrivals are kept, so that a reordered packet is reported among its neighbours."""
JUMP: Final = 1000
"""A hole wider than this is no loss: the endpoint began anew, and the report begins behind it."""
STATUSES: Final = 400
"""Most packets one report speaks of: it stays below 1,200 bytes."""

READ_AT_MOST: Final = 2048
"""Packets of one report that are read: more than we send in a second."""

_HEAD: Final = Struct(">BBHIIHHI")
_TOLD: Final = Struct(">HHI")
_TICKS_PER_SECOND: Final = 4000
_TICKS_PER_REFERENCE: Final = 256
_MISSING: Final = 0
_SMALL: Final = 1
_LARGE: Final = 2
_PER_VECTOR: Final = 7
_RUN_OF_SMALL: Final = _SMALL << 13


class Arrivals:
    """When the packets of one endpoint came. The hot path writes `fresh[number] = now`; the rest is slow."""

    __slots__ = ("_count", "_highest", "_known", "_next", "fresh", "reported_at")

    def __init__(self) -> None:
        self.fresh: dict[int, float] = {}
        self.reported_at = float("-inf")
        self._known: dict[int, int] = {}  # unwrapped number → arrival in ticks, of the last REMEMBER and more
        self._highest = 0
        self._next = 0  # the first number that no report covered; 0 before the first report
        self._count = 0

    def reports(self, sender: int, media: int, now: float) -> list[bytes]:
        """RTPFB packets about everything that came since the last call; none if nothing did."""
        if not self.fresh:
            return []
        self.reported_at = now
        due = self._unwrap()
        due.sort()
        known = self._known
        first = self._next or due[0]
        if due[0] < first:  # late: reported again together with what came around it
            first = due[0]
            due = sorted(number for number in known if number >= first)
        self._next = self._highest + 1
        begin = first if due[0] - first <= JUMP else due[0]
        packets = []
        start = 0
        for index in range(1, len(due)):
            number, before = due[index], due[index - 1]
            if number - begin >= STATUSES or not -0x8000 <= known[number] - known[before] <= 0x7FFF:
                packets.append(self._pack(sender, media, begin, due[start:index]))
                begin = before + 1 if number - before <= JUMP else number
                start = index
        packets.append(self._pack(sender, media, begin, due[start:]))
        if len(known) > REMEMBER * 2:
            oldest = self._next - REMEMBER
            self._known = {number: ticks for number, ticks in known.items() if number >= oldest}
        return packets

    def _unwrap(self) -> list[int]:
        """Take the fresh arrivals into `_known`; their numbers, each nearest to the highest before it."""
        highest = self._highest or next(iter(self.fresh)) | 0x1_0000  # so that earlier ones count too
        known = self._known
        numbers = []
        for number, at in self.fresh.items():
            whole = highest + ((number - highest + 0x8000) & 0xFFFF) - 0x8000
            highest = max(highest, whole)
            numbers.append(whole)
            known[whole] = int(at * _TICKS_PER_SECOND)
        self._highest = highest
        self.fresh = {}
        return numbers

    def _pack(self, sender: int, media: int, begin: int, numbers: list[int]) -> bytes:
        """One report from number `begin` to the last of `numbers`, those in between that came."""
        ticks = [self._known[number] for number in numbers]
        reference = ticks[0] // _TICKS_PER_REFERENCE
        deltas = [ticks[0] % _TICKS_PER_REFERENCE, *(after - before for before, after in pairwise(ticks))]
        total = numbers[-1] - begin + 1
        small = min(deltas) >= 0 and max(deltas) <= 0xFF
        if small and total == len(numbers):
            content = (_RUN_OF_SMALL | total).to_bytes(2, "big") + bytes(deltas)
        else:
            content = _vectors(total, [number - begin for number in numbers], deltas)
        padding = -len(content) % 4
        if padding:
            content += bytes(padding - 1) + bytes((padding,))
        count, self._count = self._count, (self._count + 1) & 0xFF
        words = (_HEAD.size + len(content)) // 4 - 1
        flags = 0xAF if padding else 0x8F
        stamp = (reference & 0xFFFFFF) << 8 | count
        return _HEAD.pack(flags, 205, words, sender, media, begin & 0xFFFF, total, stamp) + content


def _vectors(total: int, places: list[int], deltas: list[int]) -> bytes:
    """Status vectors of seven two-bit symbols, then the deltas of those at `places` of `total`."""
    symbols = [_MISSING] * (total + -total % _PER_VECTOR)
    packed = bytearray()
    for place, delta in zip(places, deltas, strict=True):
        if 0 <= delta <= 0xFF:
            symbols[place] = _SMALL
            packed.append(delta)
        else:
            symbols[place] = _LARGE
            packed += delta.to_bytes(2, "big", signed=True)
    chunks = bytearray()
    for at in range(0, total, _PER_VECTOR):
        vector = 0b11
        for symbol in symbols[at : at + _PER_VECTOR]:
            vector = vector << 2 | symbol
        chunks += vector.to_bytes(2, "big")
    return bytes(chunks + packed)


def read(content: bytes) -> tuple[int, tuple[float | None, ...]] | None:
    """A report from its base number on (3.1): that number, and of it and each after it, when it came.

    In seconds of the receiver's clock, `None` for those that did not come. `None` if it says less than it
    claims; of a long one, the first `READ_AT_MOST` are read.
    """
    if len(content) < _TOLD.size:
        return None
    base, claimed, stamp = _TOLD.unpack_from(content)
    found = _symbols(content, min(claimed, READ_AT_MOST))
    if found is None:
        return None
    symbols, at = found
    reference = stamp >> 8
    ticks = (reference - 0x1000000 if reference & 0x800000 else reference) * _TICKS_PER_REFERENCE
    came: list[float | None] = []
    for symbol in symbols:
        delta = content[at : at + symbol]
        if symbol > _LARGE or len(delta) < symbol:
            return None
        at += symbol  # a small delta is one byte, a large one two
        ticks += int.from_bytes(delta, "big", signed=symbol == _LARGE)
        came.append(ticks / _TICKS_PER_SECOND if symbol != _MISSING else None)
    return base, tuple(came)


def _symbols(content: bytes, total: int) -> tuple[list[int], int] | None:
    """The statuses of so many packets, and where their deltas begin; `None` if there are not so many."""
    symbols: list[int] = []
    at = _TOLD.size
    while len(symbols) < total:
        chunk = int.from_bytes(content[at : at + 2], "big")
        at += 2
        length = chunk & 0x1FFF
        if at > len(content) or (not chunk & 0x8000 and not length):
            return None
        if not chunk & 0x8000:
            symbols += [chunk >> 13 & 3] * min(length, total)
        elif chunk & 0x4000:
            symbols += [chunk >> shift & 3 for shift in range(12, -1, -2)]
        else:
            symbols += [chunk >> shift & 1 for shift in range(13, -1, -1)]
    return symbols[:total], at
