"""A worker whose datagrams are laid where the kernel would lay them: all of the intake, at a fuzzer's pace.

Two people are connected in a room and two in another one. Their keys are two real SRTP sessions each; only
the handshake that would have agreed on them is left out.
"""

import asyncio
import socket
from dataclasses import dataclass, replace
from typing import Any

from pylibsrtp import Policy, Session

from media.datagrams import LENGTH_AT, SLOT, Source, to_source
from media.dtls import Certificate
from media.endpoint import ALLOWED_AT_ONCE, Endpoint
from media.port import Port
from media.rooms import LiveRoom
from media.srtp import Keys
from media.surroundings import Surroundings
from media.worker import Worker
from tests.fuzz.media_tests import CAMERA, MICROPHONE, offer, slots, state
from tests.fuzz.mutating import Mutator
from tests.fuzz.stun_messages import request

WALL = 1_800_000_000.0
CERTIFICATE = Certificate.generateCertificate()


def session(key: bytes, direction: int) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM)
    policy.allow_repeat_tx = True
    policy.window_size = 1024
    return Session(policy)


@dataclass
class Guest:
    """Somebody who is connected, or only offered: where they are, and the keys with which they send."""

    endpoint: Endpoint
    room: LiveRoom
    socket: socket.socket
    source: Source
    sending: Session | None = None


class Wire:
    """`close` it. The clock stands still unless it is moved."""

    def __init__(self, mutator: Mutator) -> None:
        self.now = 100.0
        self._mutator = mutator
        self._loop = asyncio.new_event_loop()
        self.guests: dict[str, Guest] = {}
        self._loop.run_until_complete(self._furnish())

    async def _furnish(self) -> None:
        self.port = Port("127.0.0.1", 0)
        self.worker = Worker(
            [self.port],
            (self.port.address,),
            CERTIFICATE,
            Surroundings(lambda: self.now, lambda: WALL, self._entropy, "fuzz", 0.0),
        )
        for number, name in enumerate(("member", "clinician", "other", "fourth", "offered")):
            self.guests[name] = self._invite(("visit", "visit", "else", "else", "else")[number], name, number)
        for room in ("visit", "else"):
            self.worker.open_room(room)
        self.stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.stranger.bind(("127.0.0.1", 0))
        self.somewhere = to_source(self.stranger.getsockname(), socket.AF_INET)

    def _entropy(self, size: int) -> bytes:
        return b"".join(self._mutator.word().to_bytes(4, "big") for _ in range(size // 4 + 1))[:size]

    def _invite(self, room: str, name: str, number: int) -> Guest:
        base = 10_000 * (number + 1)
        lines = (
            replace(MICROPHONE, ssrc=base + 1),
            replace(CAMERA, ssrc=base + 2, rtx_ssrc=base + 3),
            *slots(1),
        )
        self.worker.offer(room, name, offer(*lines))
        live: Any = self.worker.rooms.get(room)
        endpoint = live.members[name]
        there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        there.bind(("127.0.0.1", 0))
        guest = Guest(endpoint, live, there, to_source(there.getsockname(), socket.AF_INET))
        if name != "offered":
            key, other = self._entropy(28), self._entropy(28)
            guest.sending = session(key, Policy.SSRC_ANY_OUTBOUND)
            self.deliver(request(endpoint.credentials[0], nominate=True), guest.source)
            keys = Keys(session(key, Policy.SSRC_ANY_INBOUND), session(other, Policy.SSRC_ANY_OUTBOUND))
            self.worker._connected(live, endpoint, keys)
        return guest

    def deliver(self, datagram: bytes, source: Source) -> None:
        """As if the kernel had read it from a socket that is bound there."""
        inbox = self.port.inbox
        size = min(len(datagram), SLOT)
        inbox.arena[:size] = datagram[:size]
        inbox.lengths[LENGTH_AT] = size
        inbox.names[0 : len(source)] = source
        self.worker.intake.receive(self.port, 1)

    def state(self) -> tuple[object, ...]:
        """What nobody without credentials may change: endpoints, their addresses, and what was sent."""
        return state(self), dict(self.port.paths), self.port.outbox.sent, self.port.outbox.count

    def tick(self, seconds: float) -> None:
        """Let time pass as the worker would notice it."""
        self.now += seconds
        self.worker.intake.renew_tries()
        for room in self.worker.rooms:
            for member in room.members.values():
                member.allow(ALLOWED_AT_ONCE)  # whatever is fed is looked at
            room.core.tick(self.now, room.out)
            room.send()
            room.tell(self.worker.news)
        self.worker.intake.flush()

    def close(self) -> None:
        """End the worker and every socket."""
        self._loop.run_until_complete(self.worker.stop())
        for guest in self.guests.values():
            guest.socket.close()
        self.stranger.close()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
