"""SRTP in place: one endpoint's keys, used on the buffers that the kernel reads and writes.

`pylibsrtp.Session` copies every packet in and out; calling its library on the packet where it lies halves the
cost. The sessions are those the DTLS handshake made: a second pair with the same keys would reuse nonces.
"""

from typing import Any, Final

from pylibsrtp import Session, _binding

RTP_TRAILER: Final = 16
"""Most bytes that protection adds to an RTP packet: the tag of AES-GCM (RFC 7714); SHA1-80 needs 10."""
RTCP_TRAILER: Final = 20
"""The same for RTCP: its index word more (RFC 3711 §3.4, RFC 7714 §9)."""

_unprotect: Any = _binding.lib.srtp_unprotect
_unprotect_rtcp: Any = _binding.lib.srtp_unprotect_rtcp
_protect: Any = _binding.lib.srtp_protect
_protect_rtcp: Any = _binding.lib.srtp_protect_rtcp


class Keys:
    """Both directions of one endpoint.

    Every method takes a pointer to the packet and one to its length (an `int *`), which it replaces, and
    answers whether it was done. Refused are: forged, replayed, malformed, and (outgoing) exhausted keys.
    """

    __slots__ = ("_inbound", "_outbound", "_sessions", "sources")

    def __init__(self, inbound: Session, outbound: Session) -> None:
        self.sources: set[int] = set()
        """SSRCs that packets were accepted from; the caller keeps this, and bounds it."""
        self._sessions = (inbound, outbound)  # they free the contexts below when they go
        self._inbound: Any = inbound._srtp[0]  # noqa: SLF001 - media/parts.py asserts that it is there
        self._outbound: Any = outbound._srtp[0]  # noqa: SLF001

    def unprotect(self, packet: Any, length: Any) -> bool:
        """Authenticate and decrypt an RTP packet; a replay is refused."""
        return not _unprotect(self._inbound, packet, length)

    def unprotect_rtcp(self, packet: Any, length: Any) -> bool:
        """Authenticate and decrypt a compound RTCP packet."""
        return not _unprotect_rtcp(self._inbound, packet, length)

    def protect(self, packet: Any, length: Any) -> bool:
        """Encrypt an RTP packet; the buffer has `RTP_TRAILER` bytes to spare."""
        return not _protect(self._outbound, packet, length)

    def protect_rtcp(self, packet: Any, length: Any) -> bool:
        """Encrypt a compound RTCP packet; the buffer has `RTCP_TRAILER` bytes to spare."""
        return not _protect_rtcp(self._outbound, packet, length)
