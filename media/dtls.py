"""One endpoint's DTLS: the passive side of the handshake, the SRTP keys it yields, and its end.

`RTCDtlsTransport` does the protocol; this module gives it a transport of our own, so that nothing from an
address that did not authenticate, no runt and no flood ever reaches it.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiortc.rtcdtlstransport import (
    SRTP_PROFILES,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    SRTPProtectionProfile,
)
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from media.srtp import Keys

TRIES: Final = 200
"""Handshakes that may fail before an endpoint is given up. A datagram with a forged source address spoils
one, but the endpoint repeats its hello and a later try meets it. A try costs 0.2 ms: a forger buys little."""
HANDSHAKE_WITHIN: Final = 15.0
"""Seconds from the first authenticated check: covers the retransmission timer at 20 % loss several times."""
CLOSE_WITHIN: Final = 0.5
"""Seconds for the farewell; a close never waits for the network."""
QUEUE: Final = 32
"""Datagrams waiting for the handshake. A whole flight of a client is five at most."""
SHORTEST: Final = 13
"""A DTLS record header (RFC 6347 §4.1): anything shorter is not a record."""
_DTLS_1_2: Final = 0xFEFD
_CHANGE_CIPHER_SPEC: Final = 20
_ALERT: Final = 21
_HANDSHAKE: Final = 22
_CIPHERS: Final = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305"

# These loggers print whole packets and descriptions at DEBUG level, and those hold addresses.
for noisy in ("aiortc", "aioice"):
    logging.getLogger(noisy).setLevel(logging.WARNING)


def only_handshake(datagram: bytes) -> bool:
    """Whether all records of a datagram carry a handshake (RFC 6347 §4.1).

    Until the keys are there nothing proves who wrote an alert, and believing one would let anybody who
    knows an endpoint's address end its handshake.
    """
    at = 0
    while at + SHORTEST <= len(datagram):
        if datagram[at] not in {_CHANGE_CIPHER_SPEC, _HANDSHAKE}:
            return False
        at += SHORTEST + int.from_bytes(datagram[at + 11 : at + 13], "big")
    return at == len(datagram)


def is_dtls(first_byte: int, length: int) -> bool:
    """Whether a datagram can be a DTLS record (RFC 7983 §7)."""
    return 20 <= first_byte <= 63 and length >= SHORTEST


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The hash of a certificate as SDP writes it: `sha-256`, `AB:CD:…` (RFC 8122 §5)."""

    algorithm: str
    value: str


class Certificate(RTCCertificate):
    """The worker's certificate: one ECDSA key per process, one OpenSSL context for all its handshakes.

    Building a context costs more than a handshake's own arithmetic.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, cert: x509.Certificate) -> None:
        super().__init__(key, cert)
        self._context = super()._create_ssl_context(SRTP_PROFILES)
        self._context.set_min_proto_version(_DTLS_1_2)
        self._context.set_cipher_list(_CIPHERS)
        self._context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:  # noqa: ARG002
        return self._context

    def fingerprint(self) -> Fingerprint:
        """What the answer says: SHA-256, which every browser accepts."""
        found = next(item for item in self.getFingerprints() if item.algorithm == "sha-256")
        return Fingerprint(found.algorithm, found.value)


class _Wire:
    """What `RTCDtlsTransport` asks of an ICE transport."""

    role = "controlled"
    state = "completed"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._datagram_out = send
        self.queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE)
        self.trusted = False
        """Whether the handshake is done: alerts mean something from then on."""

    async def _recv(self) -> bytes:
        return await self.queue.get()

    async def _send(self, data: bytes) -> None:
        if self.trusted or data[0] != _ALERT:  # what spoilt the handshake may not be the endpoint's doing
            self._datagram_out(data)


class Dtls:
    """The DTLS side of one endpoint.

    `connected(keys)` is called once, when the peer proved to hold the certificate that its offer named;
    `closed(reason)` once, when the session failed or ended from the other side, never after `close`.
    """

    __slots__ = (
        "_certificate",
        "_closed",
        "_connected",
        "_fingerprints",
        "_task",
        "_transport",
        "_wire",
        "dropped",
    )

    def __init__(
        self,
        certificate: Certificate,
        fingerprints: Sequence[Fingerprint],
        send: Callable[[bytes], None],
        connected: Callable[[Keys], None],
        closed: Callable[[str], None],
    ) -> None:
        self._wire = _Wire(send)
        self._certificate = certificate
        self._transport = self._fresh()
        self._fingerprints = [RTCDtlsFingerprint(item.algorithm, item.value) for item in fingerprints]
        self._connected = connected
        self._closed: Callable[[str], None] | None = closed
        self._task: asyncio.Task[None] | None = None
        self.dropped = 0

    def _fresh(self) -> RTCDtlsTransport:
        wire: Any = self._wire
        transport = RTCDtlsTransport(wire, [self._certificate])
        transport._set_role("server")  # noqa: SLF001 - the answer says setup:passive
        return transport

    @property
    def started(self) -> bool:
        """Whether the handshake was begun."""
        return self._task is not None

    def start(self) -> None:
        """Begin to listen for the client's hello; called at the first authenticated check."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._handshake())

    def deliver(self, datagram: bytes) -> None:
        """Take a datagram that `is_dtls` and came from an authenticated address; a flood is dropped."""
        if not self._wire.trusted and not only_handshake(datagram):
            self.dropped += 1
            return
        try:
            self._wire.queue.put_nowait(datagram)
        except asyncio.QueueFull:
            self.dropped += 1

    async def close(self) -> None:
        """Say goodbye and stop, within `CLOSE_WITHIN`. Safe at any time and more than once."""
        self._closed = None
        if self._task is not None and not self._task.done():
            self._task.cancel()
        self._transport.remove_all_listeners()
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await self._transport.stop()
        except Exception:  # noqa: BLE001 - a session in any state must not keep its endpoint alive
            logging.getLogger(__name__).warning("a DTLS session did not close in order")

    async def _handshake(self) -> None:
        try:
            async with asyncio.timeout(HANDSHAKE_WITHIN):
                for _ in range(TRIES):
                    if await self._try():
                        break
                    if self._transport.encrypted:  # it was the endpoint, and not the one the offer named
                        break
                    self._transport = self._fresh()
        except TimeoutError:
            self._end("handshake_timeout")
            return
        transport = self._transport
        if transport.state != "connected":
            self._end("handshake_failed")
            return
        self._wire.trusted = True
        transport.on("statechange", self._state_changed)
        self._connected(Keys(transport._rx_srtp, transport._tx_srtp))  # noqa: SLF001

    async def _try(self) -> bool:
        try:
            await self._transport.start(RTCDtlsParameters(self._fingerprints))
        except Exception:  # noqa: BLE001 - whatever a hostile handshake raises ends this try alone
            return False
        return bool(self._transport.state == "connected")

    def _state_changed(self) -> None:
        if self._transport.state in {"closed", "failed"}:
            self._end("closed_by_endpoint")

    def _end(self, reason: str) -> None:
        closed, self._closed = self._closed, None
        if closed is not None:
            closed(reason)
