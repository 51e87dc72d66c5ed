"""A segment's bytes: a header that everybody can read, then chunks that only the data key opens.

    magic "VVR1" | u32 length | header, JSON | 16 bytes of seal
    u64 number | u8 kind | u32 length | sealed entries and 16 bytes of tag         … once per chunk

Numbers are big-endian. Chunks are numbered from 1; kind 1 is a chunk of entries and kind 2 the last one,
which nothing follows: a segment without it was cut off by a crash, or by somebody.

Every segment has a key of its own: HKDF-SHA-256 of the data key, salted with the hash of everything before
the seal. The seal is the tag of nothing under that key. A chunk is AES-256-GCM with its number as the nonce,
which never repeats because a number is sealed once, and is authenticated together with that hash and its own
head: a chunk that was changed or is another segment's does not open, and one that was moved bears its number.
"""

import base64
import json
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from struct import Struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC: Final = b"VVR1"
VERSION: Final = 1
KEY_BYTES: Final = 32
SUFFIX: Final = ".vvr"
TAG_BYTES: Final = 16
CHUNK_HEAD: Final = Struct(">QBI")
SEALED_MAX: Final = 1 << 20
"""Bytes of a sealed chunk that are looked at: the writer's have a quarter of that."""

_LENGTH: Final = Struct(">I")
_PROLOGUE_BYTES: Final = len(MAGIC) + _LENGTH.size
_HEADER_MAX: Final = 4096
_INFO: Final = b"videovisit recording segment 1"


class Kind(IntEnum):
    """Of a chunk."""

    ENTRIES = 1
    LAST = 2


class NotASegmentError(ValueError):
    """The file has no header of this format; `cut` when it ends before its header does."""

    def __init__(self, *, cut: bool = False) -> None:
        super().__init__("this is no segment of a recording")
        self.cut = cut


@dataclass(frozen=True, slots=True)
class Header:
    """What a segment says of itself to everybody. `started` is Unix milliseconds, the zero of its times."""

    recording: str
    segment: str
    wrapped: bytes
    """The recording's data key as its owner wrapped it: a file alone names the key that opens it."""
    started: int

    def pack(self) -> bytes:
        """Everything before the seal."""
        fields = {
            "version": VERSION,
            "recording": self.recording,
            "segment": self.segment,
            "wrapped": base64.b64encode(self.wrapped).decode(),
            "started": self.started,
        }
        packed = json.dumps(fields, separators=(",", ":")).encode()
        return MAGIC + _LENGTH.pack(len(packed)) + packed


def unpack_header(data: bytes) -> tuple[Header, int]:
    """The header that a file begins with, and how many bytes stand before its seal.

    Raises:
        NotASegmentError: there is none.
    """
    if data[: len(MAGIC)] != MAGIC[: len(data)]:
        raise NotASegmentError
    if len(data) < _PROLOGUE_BYTES:
        raise NotASegmentError(cut=True)
    size = _LENGTH.unpack_from(data, len(MAGIC))[0]
    end = _PROLOGUE_BYTES + size
    if size > _HEADER_MAX:
        raise NotASegmentError
    if len(data) < end:
        raise NotASegmentError(cut=True)
    try:
        fields = json.loads(data[_PROLOGUE_BYTES:end])
        if fields.pop("version") != VERSION:
            raise NotASegmentError
        header = Header(**{**fields, "wrapped": base64.b64decode(fields["wrapped"], validate=True)})
        types = tuple(type(field) for field in (header.recording, header.segment, header.started))
        whole = types == (str, str, int) and header.pack() == data[:end]
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise NotASegmentError from None
    if not whole:
        raise NotASegmentError
    return header, end


HEADER_BYTES_MAX: Final = _PROLOGUE_BYTES + _HEADER_MAX


class Seal:
    """Seals and opens the chunks of one segment; `head` is everything before its header's seal."""

    __slots__ = ("_cipher", "_hash")

    def __init__(self, key: bytes, head: bytes) -> None:
        self._hash = sha256(head).digest()
        self._cipher = AESGCM(HKDF(SHA256(), KEY_BYTES, salt=self._hash, info=_INFO).derive(key))

    def header(self) -> bytes:
        """The seal of the header itself."""
        return self._cipher.encrypt(_nonce(0), b"", self._hash)

    def fits(self, tag: bytes) -> bool:
        """Whether the header and the key are those that the segment was made with."""
        try:
            self._cipher.decrypt(_nonce(0), tag, self._hash)
        except InvalidTag:
            return False
        return True

    def seal(self, number: int, kind: Kind, plain: bytes) -> bytes:
        """A whole chunk. Never call it twice with one number."""
        head = CHUNK_HEAD.pack(number, kind, len(plain) + TAG_BYTES)
        return head + self._cipher.encrypt(_nonce(number), plain, self._hash + head)

    def open(self, number: int, head: bytes, sealed: bytes) -> bytes | None:
        """What was sealed as this number with this head; None if that was something else."""
        try:
            return self._cipher.decrypt(_nonce(number), sealed, self._hash + head)
        except InvalidTag:
            return None


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
