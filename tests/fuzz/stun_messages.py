"""STUN requests byte by byte (RFC 8489): signed or not, and a second opinion on what a signature covers."""

import binascii
import hmac
from struct import pack, unpack_from
from typing import Final

from media.stun import Credentials

COOKIE: Final = 0x2112A442
TRANSACTION: Final = b"transaction!"
USERNAME, INTEGRITY, PRIORITY, USE_CANDIDATE, CONTROLLING = 0x0006, 0x0008, 0x0024, 0x0025, 0x802A


def attribute(kind: int, value: bytes = b"") -> bytes:
    return pack(">HH", kind, len(value)) + value + bytes(-len(value) % 4)


def attributes(credentials: Credentials, *, nominate: bool = False) -> bytes:
    """What a browser's check says, unsigned."""
    return (
        attribute(USERNAME, credentials.username.encode())
        + attribute(0xC057, b"\0\1\0\0")
        + attribute(CONTROLLING, bytes(8))
        + (attribute(USE_CANDIDATE) if nominate else b"")
        + attribute(PRIORITY, b"\x6e\x7f\x1e\xff")
    )


def framed(body: bytes, kind: int = 1) -> bytes:
    """Attributes as a message whose length and FINGERPRINT are right."""
    body += bytes(-len(body) % 4)
    head = pack(">HHI12s", kind, len(body) + 8 & 0xFFFF, COOKIE, TRANSACTION) + body
    return head + pack(">HHI", 0x8028, 4, binascii.crc32(head) ^ 0x5354554E)


def signed(body: bytes, password: str) -> bytes:
    """The same, with MESSAGE-INTEGRITY behind the attributes."""
    body += bytes(-len(body) % 4)
    covered = pack(">HHI12s", 1, len(body) + 24 & 0xFFFF, COOKIE, TRANSACTION) + body
    return framed(body + attribute(INTEGRITY, hmac.digest(password.encode(), covered, "sha1")))


def request(credentials: Credentials, *, nominate: bool = False) -> bytes:
    """A check as a browser sends it."""
    return signed(attributes(credentials, nominate=nominate), credentials.password)


def proven(datagram: bytes, credentials: Credentials) -> tuple[bool, bool]:
    """Whether a datagram's own bytes up to a right signature name this user, and whether they nominate."""
    named = nominated = False
    at = 20
    while at + 4 <= len(datagram):
        kind, size = unpack_from(">HH", datagram, at)
        value = datagram[at + 4 : at + 4 + size]
        if kind == INTEGRITY:
            covered = datagram[:2] + pack(">H", at + 24 - 20) + datagram[4:at]
            right = hmac.compare_digest(value, hmac.digest(credentials.password.encode(), covered, "sha1"))
            return right and named, nominated
        named |= kind == USERNAME and value == credentials.username.encode()
        nominated |= kind == USE_CANDIDATE
        at += 4 + size + -size % 4
    return False, False
