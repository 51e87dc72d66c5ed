import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from media import port as port_module
from media.datagrams import SLOT
from media.port import BUSY, Path, Port

pytestmark = pytest.mark.sockets


class Bench:
    """A port, a peer's socket, and what the port handed over."""

    def __init__(self, interval: float) -> None:
        self.port = Port("127.0.0.1", 0)
        self.peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.peer.bind(("127.0.0.1", 0))
        self.peer.setblocking(False)
        self.batches: list[list[bytes]] = []
        self.port.start(self._take, interval)

    def _take(self, port: Port, count: int) -> None:
        inbox = port.inbox
        self.batches.append(
            [bytes(inbox.view[index * SLOT : index * SLOT + inbox.length(index)]) for index in range(count)]
        )

    @property
    def taken(self) -> list[bytes]:
        return [datagram for batch in self.batches for datagram in batch]

    def send(self, *datagrams: bytes) -> None:
        for datagram in datagrams:
            self.peer.sendto(datagram, self.port.address)

    async def arrived(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.taken) < count:  # noqa: ASYNC110 - a socket sets no event
                await asyncio.sleep(0.001)

    def close(self) -> None:
        self.port.close()
        self.peer.close()


@pytest.fixture(params=[0.0, port_module.INTERVAL])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    made = Bench(request.param)
    yield made
    made.close()


async def test_what_comes_is_handed_over_in_order(bench: Bench) -> None:
    wanted = [bytes([index]) * 20 for index in range(200)]
    for index in range(0, 200, 10):
        bench.send(*wanted[index : index + 10])
        await asyncio.sleep(0)
    await bench.arrived(200)
    assert bench.taken == wanted


async def test_a_lonely_datagram_is_taken_as_it_comes(bench: Bench) -> None:
    bench.send(b"lonely")
    await bench.arrived(1)
    assert bench.taken == [b"lonely"]


async def test_a_busy_port_waits_again_when_the_traffic_ends(bench: Bench) -> None:
    bench.send(*[b"x"] * (BUSY * 5))
    await bench.arrived(BUSY * 5)
    await asyncio.sleep(0.1)
    bench.send(b"later")
    await bench.arrived(BUSY * 5 + 1)
    assert bench.taken[-1] == b"later"


async def test_a_closed_port_hands_nothing_over(bench: Bench) -> None:
    bench.send(*[b"x"] * 20)
    await bench.arrived(20)
    bench.port.close()
    await asyncio.sleep(0.02)
    assert len(bench.taken) == 20


async def test_a_path_answers_from_the_port_it_belongs_to(bench: Bench) -> None:
    bench.send(b"hello")
    await bench.arrived(1)
    path = Path(bench.port, bench.port.inbox.source(0), None)
    path.send(b"answer")
    path.send(b"x" * (SLOT + 1))
    assert path.where() == bench.peer.getsockname()
    assert bench.peer.recvfrom(100) == (b"answer", bench.port.address)
