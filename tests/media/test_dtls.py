import asyncio

import pytest
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL

from media import dtls as dtls_module
from media.dtls import QUEUE, Certificate, Dtls, Fingerprint, is_dtls, only_handshake
from media.srtp import Keys

CERTIFICATE = Certificate.generateCertificate()


class ClientWire:
    role, state = "controlling", "completed"

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes] = asyncio.Queue()
        self.server: Dtls | None = None
        self.lose = 0
        self.sent: list[bytes] = []

    async def _recv(self) -> bytes:
        return await self.queue.get()

    async def _send(self, data: bytes) -> None:
        self.sent.append(data)
        if self.lose:
            self.lose -= 1
        elif self.server is not None:
            self.server.deliver(data)


class Session:
    """A client and our side, joined by queues."""

    def __init__(self, *, fingerprint: Fingerprint | None = None) -> None:
        self.certificate = RTCCertificate.generateCertificate()
        own = next(item for item in self.certificate.getFingerprints() if item.algorithm == "sha-256")
        self.wire = ClientWire()
        self.client = RTCDtlsTransport(self.wire, [self.certificate])
        self.client._set_role("client")
        self.keys: asyncio.Future[Keys] = asyncio.get_running_loop().create_future()
        self.reasons: list[str] = []
        self.ended = asyncio.Event()
        self.sent: list[bytes] = []
        self.server = Dtls(
            CERTIFICATE,
            [fingerprint or Fingerprint(own.algorithm, own.value)],
            self._send,
            self.keys.set_result,
            self._closed,
        )
        self.wire.server = self.server
        self.server.start()

    def _send(self, data: bytes) -> None:
        self.sent.append(data)
        self.wire.queue.put_nowait(data)

    def _closed(self, reason: str) -> None:
        self.reasons.append(reason)
        self.ended.set()

    async def connect(self) -> None:
        found = CERTIFICATE.fingerprint()
        async with asyncio.timeout(10):
            await self.client.start(RTCDtlsParameters([RTCDtlsFingerprint(found.algorithm, found.value)]))

    async def close(self) -> None:
        await self.server.close()
        await self.client.stop()


async def test_a_handshake_yields_keys() -> None:
    session = Session()
    await session.connect()
    assert isinstance(await session.keys, Keys)
    assert session.reasons == []
    await session.close()


async def test_a_goodbye_of_the_endpoint_is_told_once() -> None:
    session = Session()
    await session.connect()
    await session.keys
    await session.client.stop()
    await asyncio.wait_for(session.ended.wait(), 5)
    assert session.reasons == ["closed_by_endpoint"]
    await session.close()
    assert session.reasons == ["closed_by_endpoint"]


async def test_closing_tells_the_endpoint_and_nobody_else() -> None:
    session = Session()
    await session.connect()
    await session.keys
    await session.server.close()
    async with asyncio.timeout(5):
        while session.client.state != "closed":  # noqa: ASYNC110 - the client sets no event
            await asyncio.sleep(0.005)
    assert session.reasons == []
    await session.server.close()


async def test_another_certificate_is_refused() -> None:
    session = Session(fingerprint=Fingerprint("sha-256", ":".join(["00"] * 32)))
    await session.connect()
    await asyncio.wait_for(session.ended.wait(), 5)
    assert session.reasons == ["handshake_failed"]
    assert not session.keys.done()
    await session.close()


async def test_a_handshake_that_never_comes_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dtls_module, "HANDSHAKE_WITHIN", 0.05)
    session = Session()
    await asyncio.wait_for(session.ended.wait(), 5)
    assert session.reasons == ["handshake_timeout"]
    await session.close()


async def test_a_lost_hello_is_repeated() -> None:
    session = Session()
    session.wire.lose = 1
    await session.connect()
    await session.keys
    await session.close()


async def test_closing_in_the_middle_of_a_handshake_is_quiet() -> None:
    session = Session()
    session.wire.server = None
    begun = asyncio.create_task(session.connect())
    await asyncio.sleep(0.01)
    await session.server.close()
    begun.cancel()
    assert session.reasons == []


async def test_a_flood_before_the_handshake_is_bounded() -> None:
    session = Session()
    for _ in range(QUEUE * 3):
        session.server.deliver(b"\x16\xfe\xfd" + bytes(8) + b"\0\0")
    assert session.server.dropped >= QUEUE
    await session.close()


async def test_an_alert_before_the_keys_is_not_believed_nor_sent() -> None:
    session = Session()
    session.server.deliver(b"\x15\xfe\xfd" + bytes(8) + b"\0\2\2\x28")
    body = b"\xfe\xfd" + bytes(32) + b"\0\0\0\2\0\0\1\0"
    hello = b"\1" + len(body).to_bytes(3, "big") + bytes(5) + len(body).to_bytes(3, "big") + body
    session.server.deliver(b"\x16\xfe\xfd" + bytes(8) + len(hello).to_bytes(2, "big") + hello)
    await asyncio.sleep(0.02)
    assert not [data for data in session.sent if data[0] == 21]
    await session.connect()
    await session.keys
    await session.close()


def test_old_versions_and_weak_ciphers_are_off() -> None:
    connection = SSL.Connection(CERTIFICATE._create_ssl_context([]))
    names = connection.get_cipher_list()
    assert names
    assert all("GCM" in name or "CHACHA20" in name for name in names)


@given(st.integers(0, 255), st.integers(0, 2000))
def test_dtls_is_told_by_its_first_byte_and_a_whole_header(first: int, length: int) -> None:
    assert is_dtls(first, length) == (20 <= first < 64 and length >= 13)


def record(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + b"\xfe\xfd" + bytes(8) + len(body).to_bytes(2, "big") + body


@given(
    st.lists(st.tuples(st.sampled_from([20, 21, 22, 23, 24]), st.binary(max_size=40)), min_size=1, max_size=4)
)
def test_a_handshake_datagram_has_handshake_records_only(records: list[tuple[int, bytes]]) -> None:
    datagram = b"".join(record(kind, body) for kind, body in records)
    assert only_handshake(datagram) == all(kind in {20, 22} for kind, _ in records)
    assert not only_handshake(datagram[:-1])


@given(st.binary(max_size=80))
def test_arbitrary_bytes_never_raise(datagram: bytes) -> None:
    only_handshake(datagram)
