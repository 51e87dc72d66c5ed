"""Transport-wide feedback for what an endpoint sends (draft-holmer-rmcat-transport-wide-cc-extensions-01).

The browser numbers every packet of its transport, retransmissions and padding included; we say when each came.
Its own estimator does the rest.
"""

from struct import Struct
from typing import Final

INTERVAL: Final = 0.1
"""Seconds between reports while packets come."""
REMEMBER: Final = 0.5
"""Seconds for which arrivals are kept, so that a reordered packet is reported among its neighbours."""
JUMP: Final = 1000
"""A hole wider than this is no loss: the endpoint began anew, and the report begins behind it."""
STATUSES: Final = 400
"""Most packets one report speaks of: it stays below 1,200 bytes."""

_HEAD: Final = Struct(">BBHIIHHI")
_TICKS_PER_SECOND: Final = 4000
_TICKS_PER_REFERENCE: Final = 256
_SMALL: Final = 1
_LARGE: Final = 2
_PER_CHUNK: Final = 7


class Arrivals:
    """When the packets of one endpoint came. The hot path writes `fresh[number] = now`; the rest is slow."""

    __slots__ = ("_count", "_highest", "_known", "_next", "fresh", "reported_at")

    def __init__(self) -> None:
        self.fresh: dict[int, float] = {}
        self.reported_at = float("-inf")
        self._known: dict[int, float] = {}  # unwrapped number → arrival, of the last REMEMBER seconds
        self._highest = 0
        self._next: int | None = None  # the first number that no report covered
        self._count = 0

    def reports(self, sender: int, media: int, now: float) -> list[bytes]:
        """RTPFB packets about everything that came since the last call; none if nothing did."""
        if not self.fresh:
            return []
        self.reported_at = now
        numbers = sorted(self._unwrap(number, at) for number, at in self.fresh.items())
        self.fresh = {}
        first = numbers[0] if self._next is None else min(self._next, numbers[0])
        last = self._highest
        self._next = last + 1
        due = sorted(number for number in self._known if first <= number <= last)
        packets = []
        run: list[int] = []
        begin = first if due[0] - first <= JUMP else due[0]
        for number in due:
            if run and not self._fits(begin, run, number):
                packets.append(self._pack(sender, media, begin, run))
                begin = run[-1] + 1 if number - run[-1] <= STATUSES else number
                run = []
            run.append(number)
        if run[0] - begin >= STATUSES:
            begin = run[0]
        packets.append(self._pack(sender, media, begin, run))
        self._known = {number: at for number, at in self._known.items() if now - at <= REMEMBER}
        return packets

    def _unwrap(self, number: int, at: float) -> int:
        """The number nearest to the highest so far; what came before the first one counts from 65,536."""
        if self._next is None and not self._known:
            self._highest = number | 0x1_0000
        step = (number - self._highest) & 0xFFFF
        whole = self._highest + step if step < 0x8000 else self._highest + step - 0x1_0000
        self._highest = max(self._highest, whole)
        self._known[whole] = at
        return whole

    def _fits(self, begin: int, run: list[int], number: int) -> bool:
        if number - begin >= STATUSES:
            return False
        delta = _ticks(self._known[number]) - _ticks(self._known[run[-1]])
        return -0x8000 <= delta <= 0x7FFF

    def _pack(self, sender: int, media: int, begin: int, run: list[int]) -> bytes:
        """One report from number `begin` to the last of `run`, the numbers in between that came."""
        reference = _ticks(self._known[run[0]]) // _TICKS_PER_REFERENCE
        previous = reference * _TICKS_PER_REFERENCE
        total = run[-1] - begin + 1
        symbols = [0] * total
        deltas = bytearray()
        for number in run:
            ticks = _ticks(self._known[number])
            delta = ticks - previous
            previous = ticks
            if 0 <= delta <= 0xFF:
                symbols[number - begin] = _SMALL
                deltas.append(delta)
            else:
                symbols[number - begin] = _LARGE
                deltas += delta.to_bytes(2, "big", signed=True)
        chunks = bytearray()
        for at in range(0, total, _PER_CHUNK):
            chunk = 0xC000
            for place, symbol in enumerate(symbols[at : at + _PER_CHUNK]):
                chunk |= symbol << (12 - 2 * place)
            chunks += chunk.to_bytes(2, "big")
        content = bytes(chunks + deltas)
        padding = -len(content) % 4
        if padding:
            content += bytes(padding - 1) + bytes((padding,))
        count, self._count = self._count, (self._count + 1) & 0xFF
        flags = 0xAF if padding else 0x8F
        words = (_HEAD.size + len(content)) // 4 - 1
        return (
            _HEAD.pack(
                flags, 205, words, sender, media, begin & 0xFFFF, total, (reference & 0xFFFFFF) << 8 | count
            )
            + content
        )


def _ticks(at: float) -> int:
    return int(at * _TICKS_PER_SECOND)
