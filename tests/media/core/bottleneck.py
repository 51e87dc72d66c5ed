"""A way to a receiver with a rate, a delay, jitter and a queue that drops at its tail, for the estimator."""

import random
from dataclasses import dataclass, field

from media.core.downlink import Downlink
from media.core.rtcp import Arrived
from media.core.send_log import SendLog

PACKET = 1100
FEEDBACK_EVERY = 0.1


@dataclass
class Bottleneck:
    """Seconds and bit/s. Somebody sends `hunger` bit/s through it, or the cap where that is lower."""

    rate: float
    hunger: float = 2_000_000
    delay: float = 0.03
    queue: float = 0.3
    jitter: float = 0.0
    loss: float = 0.0
    downlink: Downlink = field(default_factory=Downlink)
    log: SendLog = field(default_factory=SendLog)
    now: float = 1000.0
    waits: list[float] = field(default_factory=list)
    """How long each packet that arrived stood in the queue."""
    delivered: int = 0
    dropped: int = 0
    sent: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(7)
        self._free_at = self.now
        self._budget = 0.0
        self._pending: list[tuple[float, int, float | None]] = []  # heard at, number, arrival
        self._told_at = self.now
        self._told_up_to = self.log.count

    def passes(self, seconds: float) -> None:
        """Let time go by in steps of five milliseconds, as a pacing sender's packets come."""
        end = self.now + seconds
        while self.now < end:
            self.now += 0.005
            cap = self.downlink.cap(self.now)
            self._budget += min(self.hunger, cap if cap is not None else self.hunger) * 0.005
            while self._budget >= PACKET * 8:
                self._budget -= PACKET * 8
                self._send()
            self.downlink.measure(self.sent * PACKET, self.now)
            if self.now - self._told_at >= FEEDBACK_EVERY:
                self._told_at = self.now
                self._tell()

    def forget(self) -> None:
        """Count anew from here."""
        self.waits.clear()
        self.delivered = self.dropped = 0

    def _send(self) -> None:
        self.sent += 1
        number = self.log.number(PACKET, self.now)
        begins = max(self._free_at, self.now)
        wait = begins - self.now
        if wait > self.queue or self._chance.random() < self.loss:
            self.dropped += 1
            self._pending.append((self.now + self.delay, number, None))
            return
        self._free_at = begins + PACKET * 8 / self.rate
        arrives = self._free_at + self.delay + self._chance.random() * self.jitter
        self.waits.append(wait)
        self.delivered += PACKET * 8
        self._pending.append((arrives, number, arrives))

    def _tell(self) -> None:
        """The receiver's feedback about what came until now; its clock is another than ours."""
        heard = {number: at for heard_at, number, at in self._pending if heard_at <= self.now}
        self._pending = [item for item in self._pending if item[0] > self.now]
        if not heard:
            return
        base = min(heard, key=lambda number: (number - self._told_up_to) & 0xFFFF)
        last = max(heard, key=lambda number: (number - self._told_up_to) & 0xFFFF)
        self._told_up_to = last
        came = tuple(
            None if (at := heard.get((base + step) & 0xFFFF)) is None else at - 500.0
            for step in range(((last - base) & 0xFFFF) + 1)
        )
        self.downlink.arrived(self.log.feedback(Arrived(base, came)), self.now)
