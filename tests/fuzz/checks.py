"""STUN: into `authenticate` with and without the password, and into the whole intake without it."""

from typing import Final

from media import stun
from media.stun import Credentials
from tests.fuzz.hunt import StateChangedError
from tests.fuzz.mutating import Mutator
from tests.fuzz.stun_messages import attribute, attributes, framed, proven, request, signed
from tests.fuzz.wire import Wire

SIGNED_SHARE: Final = 0.4
"""Of the inputs: signed with the right password after the damage was done, as a hostile page could."""
FRAMED_SHARE: Final = 0.6
"""Of the rest: length and FINGERPRINT made right, so that the parser is reached."""
SEEN: Final = Credentials("seen-on-path", "never-seen-password-22", "theirs")


class StunPrey:
    """Datagrams of strangers and of an endpoint's own address; only a signed one may mean anything."""

    look_every = 5000

    def __init__(self, seed: int) -> None:
        self._dice = Mutator((b"",), seed)
        self._wire = Wire(self._dice)
        self._credentials = [guest.endpoint.credentials[0] for guest in self._wire.guests.values()]
        ours, offered = self._credentials[0], self._credentials[-1]
        wrong = "another-password-of-30-characters"
        self._unsigned = Mutator(
            [
                signed(attributes(ours), wrong),
                signed(attributes(offered, nominate=True), wrong),
                framed(attributes(ours, nominate=True)),
                framed(attributes(ours) + attribute(8, bytes(20))),
                signed(attributes(SEEN), SEEN.password),
                framed(attribute(0x0020, b"\0\1\1\2\3\4\5\6") + attribute(8, bytes(20)), kind=0x0101),
                framed(attribute(9, b"\0\0\4\1no") + attribute(0x8022, b"name"), kind=0x0111),
                framed(attribute(0x0014, b"realm") + attribute(0x0015, b"nonce"), kind=3),
            ],
            seed + 1,
        )
        self._bodies = Mutator(
            [attributes(ours), attributes(ours, nominate=True)]
            + [
                attributes(ours) + attribute(kind, b"\0\1\1\2\3\4\5\6")
                for kind in (1, 3, 9, 0x12, 0x20, 0x8022)
            ],
            seed + 2,
        )
        self._known = {credentials.ufrag: credentials for credentials in self._credentials}
        self._was = self._wire.state()
        self._is_signed = False
        self._fed = 0
        self.checks = 0

    def input(self) -> bytes:
        self._is_signed = self._dice.chance(SIGNED_SHARE)
        if self._is_signed:
            body = bytes(self._bodies.input(longest=700))
            made = signed(body, self._credentials[0].password)
            if self._dice.chance(0.3):  # and something behind the signature
                made = framed(made[20:-8] + bytes(self._bodies.input(longest=60)))
            return made
        data = bytes(self._unsigned.input())
        return framed(data[20:], int.from_bytes(data[:2], "big")) if self._dice.chance(FRAMED_SHARE) else data

    def feed(self, data: bytes) -> None:
        self._fed += 1
        check = stun.authenticate(data, self._known.get)
        if check is not None:
            if not self._is_signed:
                raise StateChangedError("a check without a password")
            self.checks += 1
            if (True, check.nominated) != proven(data, self._known[check.ufrag]):
                raise StateChangedError("a check that its signature does not cover")
        if self._is_signed:
            return
        wire = self._wire
        wire.deliver(data, wire.somewhere if self._fed & 1 else wire.guests["member"].source)
        if wire.state() != self._was:
            self._was = wire.state()
            raise StateChangedError("an endpoint, an address or the counts of what was sent moved")
        if wire.worker.intake.failed:
            wire.worker.intake.failed = 0
            raise StateChangedError("the intake met a fault of ours")

    def look(self) -> None:
        self._wire.tick(0.0)
        self._was = self._wire.state()
        who = self._wire.guests["member"]
        good = request(who.endpoint.credentials[0])
        sent = self._wire.port.outbox.sent
        self._wire.deliver(good, who.source)
        if self._wire.port.outbox.sent != sent + 1:
            raise StateChangedError("an honest check is not answered any more")
        self._was = self._wire.state()

    def close(self) -> None:
        """End the worker."""
        self._wire.close()
