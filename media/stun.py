"""STUN as an ICE-lite agent needs it: authenticated binding requests are answered, the rest meets silence.

Everything an attacker can send without credentials ends in `None` before an HMAC is computed: length, type,
magic cookie, FINGERPRINT (RFC 8489 §14.7) and a known local user fragment are checked first. Nothing is ever
sent to a source that did not authenticate, so the port cannot be used to amplify.
"""

import binascii
from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct

from aioice import stun

type_length_cookie = Struct("!HHI")
attribute_header = Struct("!HH")
word = Struct("!I")

BINDING_REQUEST = 0x0001
MAX_LENGTH = 548
"""Binding requests are about 100 bytes; RFC 8489 §6.1 asks for at most 548 where the path MTU is unknown."""
USERNAME = 0x0006
UFRAG_MAX = 256


@dataclass(frozen=True, slots=True)
class Credentials:
    """One local ICE user fragment with what a request for it must carry (RFC 8445 §7.1.2, RFC 8839 §5.4)."""

    ufrag: str
    password: str
    remote_ufrag: str

    @property
    def username(self) -> str:
        """The USERNAME of a request sent to us: ours first, then the sender's."""
        return f"{self.ufrag}:{self.remote_ufrag}"


@dataclass(frozen=True, slots=True)
class Check:
    """An authenticated connectivity check, and everything needed to answer it."""

    ufrag: str
    nominated: bool
    transaction: bytes
    password: str


def looks_like_request(datagram: bytes) -> bool:
    """Whether this is a well-framed binding request with a right FINGERPRINT. Needs no secret, never raises.

    >>> looks_like_request(b"")
    False
    """
    length = len(datagram)
    if not 28 <= length <= MAX_LENGTH or length % 4:
        return False
    kind, body, cookie = type_length_cookie.unpack_from(datagram)
    if kind != BINDING_REQUEST or body != length - stun.HEADER_LENGTH or cookie != stun.COOKIE:
        return False
    if attribute_header.unpack_from(datagram, length - 8) != (0x8028, 4):
        return False
    expected: int = binascii.crc32(datagram[:-8]) ^ stun.FINGERPRINT_XOR
    found: int = word.unpack_from(datagram, length - 4)[0]
    return found == expected


def local_ufrag(datagram: bytes) -> str | None:
    """The first part of USERNAME of a well-framed request: the user fragment it is addressed to."""
    at, end = stun.HEADER_LENGTH, len(datagram)
    while at + 4 <= end:
        kind, length = attribute_header.unpack_from(datagram, at)
        if kind == USERNAME:
            value = datagram[at + 4 : at + 4 + length]
            name, colon, _ = value.partition(b":")
            if not colon or len(name) > UFRAG_MAX or not name.isascii():
                return None
            return name.decode("ascii")
        at += 4 + length + (-length % 4)
    return None


def authenticate(datagram: bytes, credentials: Callable[[str], Credentials | None]) -> Check | None:
    """The check that this datagram proves, or `None` for anything else at all.

    `credentials` answers the live credentials of a local user fragment. Never raises, whatever the bytes are.
    """
    if not looks_like_request(datagram):
        return None
    ufrag = local_ufrag(datagram)
    wanted = credentials(ufrag) if ufrag is not None else None
    if wanted is None:
        return None
    try:
        message = stun.parse_message(datagram)
        if message.attributes.get("USERNAME") != wanted.username:
            return None
        if not message.check_message_integrity(wanted.password.encode()):
            return None
    except Exception:  # noqa: BLE001 - a parser of hostile bytes: whatever it raises means "not a check"
        return None
    return Check(wanted.ufrag, "USE-CANDIDATE" in message.attributes, message.transaction_id, wanted.password)


def success(check: Check, source: tuple[str, int]) -> bytes:
    """The answer to a check: where it was seen to come from, signed with the password it used."""
    message = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, check.transaction)
    message.attributes["XOR-MAPPED-ADDRESS"] = source
    message.add_message_integrity(check.password.encode())
    return bytes(message)
