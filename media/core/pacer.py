"""Pacing: video for a narrow downlink leaves as fast as the way takes it, and waits here instead of there.

A frame arrives as one burst. On a narrow way it would stand in the queue before the narrowest link, and what
comes behind it, sound above all, would wait for it or find the queue full. Held here it delays nothing but
itself, and arrives no later.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from media.core.endpoint import Endpoint
    from media.core.slot import Slot

FASTER: Final = 1.2
"""Times the cap at which video leaves: the cap is a little less than the way takes."""
BURST: Final = 0.02
"""Seconds of its rate that may leave at once."""
QUEUE: Final = 0.1
"""Seconds of its rate that may be owed for repair, and after a change to less."""
LATE: Final = 1.5
"""Seconds after which held video is of no use: what comes then begins with a keyframe."""


class Held(NamedTuple):
    """A packet of a slot that waits: what `Slot.send` needs, and since when."""

    slot: "Slot"
    marker: int
    number: int
    timestamp: int
    payload: bytes
    since: float


class Pacer:
    """Of one endpoint whose downlink has a cap. `rate` in bit/s is that at which video may leave."""

    __slots__ = ("_budget", "_filled_at", "_held", "rate")

    def __init__(self, cap: float, now: float) -> None:
        self._held: deque[Held] = deque()
        self._budget = 0.0  # bits
        self._filled_at = now
        self.limit(cap)

    def __len__(self) -> int:
        return len(self._held)

    def limit(self, cap: float) -> None:
        """The downlink's cap is another now."""
        self.rate = cap * FASTER

    def passes(self, size: int, now: float) -> bool:
        """Whether a packet of so many bytes may leave at once; it has been counted then."""
        if self._held or self._refill(now) < 0:
            return False
        self._budget -= size * 8
        return True

    def spend(self, size: int) -> None:
        """A packet of so many bytes left out of turn."""
        self._budget -= size * 8

    def owes(self, now: float) -> bool:
        """Whether so much left out of turn that more of it would stand in the way of sound."""
        return self._refill(now) < -QUEUE * self.rate

    def hold(self, packet: Held) -> None:
        """Keep a packet until it is due."""
        self._held.append(packet)

    def due(self, now: float) -> list[Held]:
        """The packets that leave now, in order."""
        leaves = []
        while self._held and self._refill(now) >= 0:
            packet = self._held.popleft()
            self._budget -= len(packet.payload) * 8
            leaves.append(packet)
        return leaves

    def forgive(self) -> None:
        """Much less leaves from now on: of what was repaired before, what may still be queued is owed."""
        self._budget = max(self._budget, -QUEUE * self.rate)

    def is_late(self, now: float) -> bool:
        """Whether what waits has waited for too long."""
        return bool(self._held) and now - self._held[0].since > LATE

    def forget(self, slot: "Slot") -> None:
        """Nothing more of a slot leaves."""
        if self._held:
            self._held = deque(packet for packet in self._held if packet.slot is not slot)

    def empty(self) -> list[Held]:
        """Everything that waits, at once: the way is wide again, or nobody wants it any more."""
        held, self._held = list(self._held), deque()
        return held

    def _refill(self, now: float) -> float:
        """The budget now, in bits; below 0 it is owed."""
        self._budget = min(self._budget + (now - self._filled_at) * self.rate, BURST * self.rate)
        self._filled_at = now
        return self._budget


def pace(
    endpoints: "Mapping[str, Endpoint]", now: float, out: list[tuple[str, bytes, bool]]
) -> "list[Endpoint]":
    """Hold video back as every downlink's cap wants it now; the endpoints for which it is held back."""
    for endpoint in endpoints.values():
        cap, pacer = endpoint.downlink.cap(now), endpoint.pacer
        if cap is not None and pacer is not None:
            pacer.limit(cap)
        elif cap is not None:
            endpoint.take_pacer(Pacer(cap, now))
        elif pacer is not None:
            endpoint.take_pacer(None)
            out += [(endpoint.name, _packet(held, now), False) for held in pacer.empty()]
    paced = [endpoint for endpoint in endpoints.values() if endpoint.pacer is not None]
    out += let_go(paced, now)
    return paced


def let_go(endpoints: "Iterable[Endpoint]", now: float) -> list[tuple[str, bytes, bool]]:
    """What was held and leaves now. What waited too long never does: its pictures begin anew."""
    leaves = []
    for endpoint in endpoints:
        pacer = endpoint.pacer
        if not pacer:
            continue
        if pacer.is_late(now):
            slots = {held.slot for held in pacer.empty()}
            for track in filter(None, (slot.aim for slot in slots)):
                track.want_keyframe(now)
            for slot in slots:
                slot.gate()
        else:
            leaves += [(endpoint.name, _packet(held, now), False) for held in pacer.due(now)]
    return leaves


def _packet(held: Held, now: float) -> bytes:
    return held.slot.send(held.marker, held.number, held.timestamp, held.payload, now)
