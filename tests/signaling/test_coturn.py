"""Our credentials and our configuration on a real coturn: what opens it, and whom it reaches."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aioice import stun, turn

from signaling.clock import SystemClock
from signaling.relay_address import RelayAddress
from signaling.relays import Credential, credential
from tests import turn_server
from tests.demo_server import write_certificate
from tests.turn_server import SECRET, TurnServer

pytestmark = [
    pytest.mark.sockets,
    pytest.mark.slow,
    pytest.mark.skipif(turn_server.missing() is not None, reason=str(turn_server.missing())),
]

WORKER, BYSTANDER = "127.0.0.1", "127.0.0.8"
WITHIN_SECONDS = 5.0
UNAUTHORIZED, FORBIDDEN, OTHER_FAMILY = 401, 403, 443


class Echo(asyncio.DatagramProtocol):
    """Says again whatever it is told."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.heard: list[bytes] = []

    def datagram_received(self, data: bytes, source: Any) -> None:
        self.heard.append(data)
        self.transport.sendto(data, source)

    @property
    def where(self) -> tuple[str, int]:
        return self.transport.get_extra_info("sockname")[:2]  # type: ignore[no-any-return]


class Listener(asyncio.DatagramProtocol):
    """Waits for the first news."""

    def __init__(self) -> None:
        self.news: asyncio.Future[tuple[bytes, Any]] = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()

    def datagram_received(self, data: bytes, source: Any) -> None:
        self.news.set_result((data, source))

    def connection_lost(self, _error: Exception | None) -> None:
        self.gone.set()

    def error_received(self, error: Exception) -> None:
        self.news.set_exception(error)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    folder = tmp_path_factory.mktemp("coturn")
    with turn_server.running(folder, write_certificate(folder), peers=(WORKER,), also="::1") as running:
        yield running


async def stands_at(host: str) -> Echo:
    loop = asyncio.get_running_loop()
    return (await loop.create_datagram_endpoint(Echo, local_addr=(host, 0)))[1]


@pytest.fixture
async def worker() -> AsyncIterator[Echo]:
    echo = await stands_at(WORKER)
    yield echo
    echo.transport.close()


def lent(*, secret: str = SECRET, seconds: float = 60) -> Credential:
    return credential(secret, "somebody", SystemClock().now() + timedelta(seconds=seconds))


@asynccontextmanager
async def way(url: str, with_: Credential) -> AsyncIterator[tuple[turn.TurnTransport, Listener]]:
    """What the relay lends, until the block ends."""
    address, loose = RelayAddress.parse(url), ssl.create_default_context()
    loose.check_hostname, loose.verify_mode = False, ssl.CERT_NONE
    async with asyncio.timeout(WITHIN_SECONDS):
        transport, listener = await turn.create_turn_endpoint(
            Listener,
            (address.host, address.port),
            with_.username,
            with_.password,
            ssl=loose if address.way == "tls" else None,
            transport="udp" if address.way == "udp" else "tcp",
        )
    try:
        yield transport, listener
    finally:
        transport.close()
        async with asyncio.timeout(WITHIN_SECONDS):
            await listener.gone.wait()


@pytest.mark.parametrize("by", ["udp", "tcp", "tls"])
async def test_what_we_lend_opens_a_way_to_a_worker_and_back(
    by: str, server: TurnServer, worker: Echo
) -> None:
    await reaches(worker, getattr(server, by))


@pytest.mark.parametrize("by", ["turn:[::1]:{0.port}", "turns:[::1]:{0.tls_port}"], ids=["udp", "tls"])
async def test_who_has_ipv6_alone_reaches_a_worker_that_has_ipv4(
    by: str, server: TurnServer, worker: Echo
) -> None:
    await reaches(worker, by.format(server))


async def reaches(worker: Echo, url: str) -> None:
    async with way(url, lent()) as (transport, listener), asyncio.timeout(WITHIN_SECONDS):
        transport.sendto(b"can you hear me", worker.where)
        assert await listener.news == (b"can you hear me", worker.where)


@pytest.mark.parametrize(
    "with_",
    [
        lent(secret="another secret"),
        lent(seconds=-60),
        Credential(lent(seconds=3600).username, lent().password),
        Credential("", ""),
    ],
    ids=["another secret", "ended", "made longer", "nothing"],
)
async def test_nothing_else_opens_it(with_: Credential, server: TurnServer) -> None:
    with pytest.raises(stun.TransactionFailed) as refused:
        async with way(server.tcp, with_):
            pass
    assert refused.value.response.error_code == UNAUTHORIZED


@pytest.mark.parametrize(
    "host",
    [
        BYSTANDER,
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "203.0.113.7",
        "224.0.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "::1",
        "::ffff:127.0.0.8",
        "64:ff9b::7f00:8",
        "2002:7f00:8::1",
        "fe80::1",
        "fd00::1",
        "2001:db8::7",
    ],
)
async def test_nobody_but_the_workers_is_reached_through_it(host: str, server: TurnServer) -> None:
    bystander = await stands_at(BYSTANDER)
    async with way(server.tcp, lent()) as (transport, listener):
        transport.sendto(b"open sesame", (host, bystander.where[1]))
        with pytest.raises(stun.TransactionFailed) as refused:
            async with asyncio.timeout(WITHIN_SECONDS):
                await listener.news
    assert refused.value.response.error_code in {FORBIDDEN, OTHER_FAMILY}
    assert bystander.heard == []
    bystander.transport.close()
