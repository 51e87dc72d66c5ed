"""Transport-wide feedback for what an endpoint sends (draft-holmer-rmcat-transport-wide-cc-extensions-01).

The browser numbers every packet of its transport, retransmissions and padding included; we say when each
came. Its own estimator does the rest.
"""

from itertools import pairwise
from struct import Struct
from typing import Final

INTERVAL: Final = 0.09
"""Least seconds between reports while packets come: every second tick, also when one is a little early."""
REMEMBER: Final = 512
"""Numbers for which arrivals are kept, so that a reordered packet is reported among its neighbours."""
JUMP: Final = 1000
"""A hole wider than this is no loss: the endpoint began anew, and the report begins behind it."""
STATUSES: Final = 400
"""Most packets one report speaks of: it stays below 1,200 bytes."""

_HEAD: Final = Struct(">BBHIIHHI")
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
