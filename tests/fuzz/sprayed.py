"""Set-ups under spray: strangers, and the endpoints' own addresses, send what belongs to no handshake.

Each set-up is a whole one over real sockets: offer, connectivity check, DTLS, and a first packet of sound
that the other endpoint of its room gets. What is sprayed meanwhile: runts, hellos that agree to nothing,
alerts, and noise.
"""

import asyncio
import contextlib
import random
import socket
import time
from dataclasses import asdict, dataclass
from typing import Any, Final

from tests.fuzz.media_tests import RawClient, Running, gather_loopback_only, hello_and_alerts, runts, until

AT_ONCE: Final = 4
WITHIN: Final = 15.0
SPRAYERS: Final = 2
BURST: Final = 16
APART: Final = 0.01
"""Seconds between two bursts of a sprayer: in all some 3,000 datagrams a second beside the set-ups."""


@dataclass
class Sprayed:
    """What came of it."""

    setups: int
    connected: int
    heard: int
    """Of these, who also got the other's first packet."""
    datagrams: int
    seconds: list[float]


class Storm:
    """Everything that is sprayed, and by whom: strangers' sockets, and whoever is being set up."""

    def __init__(self, there: tuple[str, int], seed: int) -> None:
        self._there = there
        self._dice = random.Random(seed)
        self._senders: list[Any] = []
        self._bad = (runts(), hello_and_alerts())
        self.datagrams = 0

    async def blow(self, stranger: socket.socket) -> None:
        """Until it is cancelled."""
        while True:
            for _ in range(BURST):
                with contextlib.suppress(OSError):  # full, or closed meanwhile
                    stranger.sendto(self._datagram(), self._there)
                    self.datagrams += 1
            for sender in self._senders:
                sender(self._datagram())
                self.datagrams += 1
            await asyncio.sleep(APART)

    @contextlib.contextmanager
    def from_address_of(self, client: RawClient) -> Any:
        """The client's own address sends it too, as whoever can forge a source may have it."""
        self._senders.append(client.send)
        for datagram in self._bad[1]:
            client.send(datagram)
            self.datagrams += 1
        try:
            yield
        finally:
            self._senders.remove(client.send)

    def _datagram(self) -> bytes:
        kind = self._dice.randrange(3)
        if kind < 2:
            return self._dice.choice(self._bad[kind])
        return bytes(self._dice.choices(range(256), k=self._dice.randrange(1, 200)))


async def _visit(running: Running, storm: Storm, room: str, found: Sprayed) -> None:
    """Both sides of one visit."""
    clients = []
    for name in ("member", "clinician"):
        client = RawClient()
        clients.append(client)
        began = time.perf_counter()
        with contextlib.suppress(TimeoutError, ConnectionError, AssertionError):
            async with asyncio.timeout(WITHIN):
                answer, _ = running.worker.offer(room, name, await client.offer())
                await client.check(answer)
                with storm.from_address_of(client):
                    await client.handshake()
                found.connected += client.dtls.state == "connected"
                found.seconds.append(round(time.perf_counter() - began, 3))
    member, clinician = clients
    with contextlib.suppress(TimeoutError, ConnectionError, AttributeError):
        for sender, receiver in ((member, clinician), (clinician, member)):
            for sequence in range(1, 4):
                sender.send(sender.protected(sequence, timestamp=960 * sequence))
            await until(lambda receiver=receiver: receiver.rtp, WITHIN)  # type: ignore[misc]
            found.heard += 1
    running.worker.remove_room(room)
    for client in clients:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(client.close(), 5)


async def measure(setups: int, seed: int) -> dict[str, Any]:
    """So many of them."""
    gather_loopback_only()
    running = Running(open_rooms=True)
    found = Sprayed(setups, 0, 0, 0, [])
    storm = Storm(running.ports[0].address, seed)
    strangers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SPRAYERS)]
    for stranger in strangers:
        stranger.setblocking(False)
    blowing = [asyncio.create_task(storm.blow(stranger)) for stranger in strangers]
    rooms = iter(range(setups // 2))

    async def one_after_the_other() -> None:
        for number in rooms:
            await _visit(running, storm, f"sprayed-{number}", found)

    try:
        await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    finally:
        for task in blowing:
            task.cancel()
        await asyncio.gather(*blowing, return_exceptions=True)
        for stranger in strangers:
            stranger.close()
        await running.stop()
    found.datagrams = storm.datagrams
    return {**asdict(found), "faults": running.worker.intake.failed}
