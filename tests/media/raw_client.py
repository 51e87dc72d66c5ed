"""A client at packet level: real ICE and DTLS over loopback, RTP made by hand."""

import asyncio
import contextlib
import struct
from collections.abc import Callable
from typing import Any

from aioice import Candidate, Connection
from aiortc import sdp
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from offering import CAMERA, MICROPHONE, Line, offer, slots

VP8_KEYFRAME = bytes([0x10, 0x00, 0x00, 0x00, 0x9D, 0x01, 0x2A, 64, 0, 64, 0])
VP8_DELTA = bytes([0x10, 0x01, 0x00, 0x00])


async def until(condition: Callable[[], object], within: float = 5) -> None:
    """Come back when something outside this process's control has happened."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - the other side is a socket, which sets no event
            await asyncio.sleep(0.005)


class Wire:
    """What the DTLS side reads and writes; `held` keeps back what came until it is set."""

    role, state = "controlling", "completed"

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.queue: asyncio.Queue[bytes] = asyncio.Queue()
        self.held = asyncio.Event()
        self.held.set()
        self.sent: list[bytes] = []

    async def _recv(self) -> bytes:
        data = await self.queue.get()
        await self.held.wait()
        return data

    async def _send(self, data: bytes) -> None:
        self.sent.append(data)
        await self.connection.send(data)


class RawClient:
    def __init__(
        self,
        *lines: Line,
        certificate: RTCCertificate | None = None,
        ipv6: bool = False,
        candidate: int | None = None,
    ) -> None:
        self._candidate = candidate
        self.lines = lines or (MICROPHONE, CAMERA, *slots(1))
        self.certificate = certificate or RTCCertificate.generateCertificate()
        self.connection = Connection(ice_controlling=True, use_ipv4=not ipv6, use_ipv6=ipv6)
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []
        self.answer: Any = None
        self._reader: asyncio.Task[None] | None = None

    async def offer(self, fingerprint: str | None = None) -> str:
        await self.connection.gather_candidates()
        found = next(item for item in self.certificate.getFingerprints() if item.algorithm == "sha-256")
        return offer(
            *self.lines,
            ufrag=self.connection.local_username,
            password=self.connection.local_password,
            fingerprint=fingerprint or f"sha-256 {found.value}",
        )

    async def check(self, answer: str) -> None:
        """Pass the connectivity checks."""
        self.answer = sdp.SessionDescription.parse(answer)
        media = next(item for item in self.answer.media if item.port)
        self.connection.remote_username = media.ice.usernameFragment
        self.connection.remote_password = media.ice.password
        self.connection.remote_is_lite = True
        wanted = media.ice_candidates if self._candidate is None else [media.ice_candidates[self._candidate]]
        for item in wanted:
            await self.connection.add_remote_candidate(Candidate.from_sdp(sdp.candidate_to_sdp(item)))
        await self.connection.add_remote_candidate(None)
        await self.connection.connect()
        self.wire = Wire(self.connection)
        wire: Any = self.wire
        self.dtls = RTCDtlsTransport(wire, [self.certificate])
        self.dtls._set_role("client")
        self._reader = asyncio.get_running_loop().create_task(self._read())

    async def handshake(self) -> None:
        media = next(item for item in self.answer.media if item.port)
        found = [RTCDtlsFingerprint(item.algorithm, item.value) for item in media.dtls.fingerprints]
        await self.dtls.start(RTCDtlsParameters(found))

    async def join(self, exchange: Callable[[str], str]) -> "RawClient":
        await self.check(exchange(await self.offer()))
        await self.handshake()
        assert self.dtls.state == "connected"
        return self

    def slot_ssrc(self, kind: str) -> int:
        media = next(item for item in self.answer.media if item.kind == kind and item.direction == "sendonly")
        return int(media.ssrc[0].ssrc)

    def socket(self) -> Any:
        pair = self.connection._nominated[1]
        return pair.protocol.transport

    def there(self) -> tuple[str, int]:
        """The worker's address."""
        found: tuple[str, int] = self.connection._nominated[1].remote_addr
        return found

    def protected(
        self,
        sequence: int,
        payload: bytes = b"sound",
        *,
        ssrc: int = 1001,
        type_: int = 109,
        timestamp: int = 0,
        block: bytes = b"",
    ) -> bytes:
        first = 0x90 if block else 0x80
        packet = struct.pack("!BBHII", first, type_, sequence, timestamp, ssrc) + block + payload
        protected: bytes = self.dtls._tx_srtp.protect(packet)
        return protected

    def send(self, datagram: bytes) -> None:
        self.socket().sendto(datagram, self.there())

    def send_rtcp(self, packet: bytes) -> None:
        self.send(self.dtls._tx_srtp.protect_rtcp(packet))

    async def received(self, count: int = 1) -> list[bytes]:
        """Come back when `count` RTP packets in all were received."""
        await until(lambda: len(self.rtp) >= count)
        return self.rtp

    async def close(self) -> None:
        if self._reader is not None:
            await self.dtls.stop()
            self._reader.cancel()
        await self.connection.close()

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                data = await self.connection.recv()
                if data and 19 < data[0] < 64:
                    self.wire.queue.put_nowait(data)
                elif self.dtls._rx_srtp is not None and len(data) > 12:
                    if 191 < data[1] < 224:
                        self.take_rtcp(self.dtls._rx_srtp.unprotect_rtcp(data))
                    else:
                        self.take_rtp(self.dtls._rx_srtp.unprotect(data))

    def take_rtp(self, packet: bytes) -> None:
        """A packet came; here it is kept."""
        self.rtp.append(packet)

    def take_rtcp(self, packet: bytes) -> None:
        """A compound came; here it is kept."""
        self.rtcp.append(packet)
