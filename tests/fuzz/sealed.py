"""RTP and RTCP sealed with a participant's own keys, through the whole intake; some spoilt after sealing."""

from struct import pack_into
from typing import Final

import pylibsrtp

from media.intake import SOURCES_MAX
from tests.fuzz.hunt import StateChangedError
from tests.fuzz.mutating import Mutator
from tests.fuzz.rooms import CONTROLS, HELD_MAX, PACKETS, everything, largest, seats
from tests.fuzz.wire import Wire
from tests.media.core.packets import rtp
from tests.media.core.visit import C, M

LIFE: Final = 20_000
TICK_EVERY: Final = 50
SPOILT_SHARE: Final = 0.1
"""Of the inputs: a bit turned over after sealing, or the same packet once more."""


class SealedPrey:
    """What the member of a worker's room seals and sends."""

    look_every = 500

    def __init__(self, seed: int) -> None:
        self._dice = Mutator((b"",), seed)
        self._packets = Mutator(PACKETS, seed + 1)
        self._controls = Mutator(CONTROLS, seed + 2)
        self._begin()

    def _begin(self) -> None:
        self._wire = Wire(self._dice)
        self._fed = self._count = 0
        self._last = b""
        self._flow()
        self._other_is = everything(self._wire.guests["other"].room.core)

    def _flow(self) -> None:
        """A decent packet of the clinician, who goes on through all of this."""
        self._count += 1
        who = self._wire.guests["clinician"]
        assert who.sending is not None
        packet = rtp(C + 1, self._count, 960 * self._count, payload_type=109)
        self._wire.deliver(who.sending.protect(packet), who.source)

    def input(self) -> bytes:
        control = self._dice.chance(0.4)
        data = (self._controls if control else self._packets).input()
        if len(data) >= 12 and not control and self._dice.chance(0.8):
            self._count += 1
            data[0] = data[0] & 0x3F | 0x80
            data[1] = 109 if data[1] & 0x7F == 111 else 120 + (data[1] & 1)
            pack_into(">H", data, 2, self._count & 0xFFFF)
            pack_into(">I", data, 8, M + 1 + self._dice.below(3))
        return bytes(data)

    def feed(self, data: bytes) -> None:
        wire = self._wire
        who = wire.guests["member"]
        assert who.sending is not None
        try:
            is_rtcp = len(data) > 1 and 191 < data[1] < 224
            sealed = who.sending.protect_rtcp(data) if is_rtcp else who.sending.protect(data)
        except (pylibsrtp.Error, TypeError):  # its own library would not send it
            sealed = data
        core = who.room.core
        if self._dice.chance(SPOILT_SHARE):
            before = everything(core)
            spoilt = bytearray(self._last or sealed)
            if spoilt and (not self._last or self._dice.chance(0.5)):
                spoilt[self._dice.below(len(spoilt))] ^= 1 << self._dice.below(8)
            wire.deliver(bytes(spoilt), who.source)
            if everything(core) != before:
                raise StateChangedError("a forged or repeated packet changed something")
        was = seats(core)[:2]
        wire.deliver(sealed, who.source)
        self._last = sealed
        if seats(core)[:2] != was:
            raise StateChangedError("the gate or the people changed")
        if wire.worker.intake.failed:
            wire.worker.intake.failed = 0
            raise StateChangedError("the intake met a fault of ours")
        self._fed += 1
        wire.now += 0.001
        if self._fed % TICK_EVERY == 0:
            wire.tick(0.0)
            self._flow()
        if self._fed >= LIFE:
            self.look()
            wire.close()
            self._begin()

    def look(self) -> None:
        wire = self._wire
        if everything(wire.guests["other"].room.core) != self._other_is:
            raise StateChangedError("the other room moved")
        keys = wire.guests["member"].endpoint.keys
        if keys is None or len(keys.sources) > SOURCES_MAX:
            raise StateChangedError("sources without a bound, or no keys any more")
        if (held := largest(wire.guests["member"].room.core)) > HELD_MAX:
            raise StateChangedError(f"a table of {held} entries")

    def close(self) -> None:
        """End the worker."""
        self._wire.close()
