"""What people typed, and who they are: sealed before it reaches the store, opened after.

A sealed text is ``1 | len(key id) | key id | nonce (12) | ciphertext and tag``, AES-256-GCM, with the
visit's id and the text's id authenticated. So a text moved to another row does not open, and every text
says which key it needs, which is what makes rotation possible.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from waiting_room.core.ids import TextId, VisitId

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32

KEEP_AFTER_END = timedelta(hours=1)
"""How long a visit's texts outlive it.

Longer lets the desk answer questions afterwards; shorter keeps less.
"""


KEPT_WITH_RECORDINGS = "recording"
"""The kind of texts that are kept as long as the recording they belong to: the names of who agreed to it."""


class UnreadableError(Exception):
    """The text does not open: its key is not here, or it was changed or moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewText:
    """A text a command brings along, in the clear. Never logged: it has no readable form."""

    kind: str
    body: str

    def __repr__(self) -> str:
        return f"NewText(kind={self.kind!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedText:
    """A text as the store holds it."""

    id: TextId
    visit: VisitId
    kind: str
    sealed: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TextKey:
    """One AES-256 key and the name texts know it by."""

    id: str
    secret: bytes

    @staticmethod
    def parse(text: str) -> TextKey:
        """From ``name:base64``, 32 bytes.

        Raises:
            ValueError: not of that form. The message does not repeat it.
        """
        name, colon, encoded = text.strip().partition(":")
        try:
            secret = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            secret = b""
        if not colon or not 0 < len(name.encode()) <= 32 or len(secret) != KEY_BYTES:
            raise ValueError("a text key looks like name:base64 of 32 bytes")
        return TextKey(name, secret)

    def __repr__(self) -> str:
        return f"TextKey({self.id!r})"


class Vault:
    """Seals and opens texts. Holds the keys; does no I/O."""

    def __init__(
        self, current: TextKey, old: Sequence[TextKey] = (), *, random: Callable[[int], bytes] = os.urandom
    ) -> None:
        """New texts are sealed with `current`; texts sealed with any of `old` still open.

        Args:
            current: the key in use.
            old: keys that only open.
            random: gives nonces; never the same one twice for a key.

        Raises:
            ValueError: two keys with one name.
        """
        self._current = current
        self._ciphers = {key.id: AESGCM(key.secret) for key in (current, *old)}
        if len(self._ciphers) != 1 + len(old):
            raise ValueError("two text keys have the same name")
        self._random = random

    def seal(self, visit: VisitId, text: TextId, new: NewText, at: datetime) -> SealedText:
        """The text as it may be stored for that visit under that id."""
        sealed = self.seal_bytes(_bound(visit, text), new.body.encode())
        return SealedText(id=text, visit=visit, kind=new.kind, sealed=sealed, created_at=at)

    def open(self, visit: VisitId, text: TextId, sealed: bytes) -> str:
        """The text in the clear.

        Raises:
            UnreadableError: its key is not here, or it was changed, or it belongs to another visit or id.
        """
        try:
            return self.open_bytes(_bound(visit, text), sealed).decode()
        except ValueError:
            raise UnreadableError from None

    def seal_bytes(self, bound: bytes, content: bytes) -> bytes:
        """Any content, sealed with the key in use; `bound` is authenticated and must come back to open it."""
        key_id = self._current.id.encode()
        nonce = self._random(NONCE_BYTES)
        ciphertext = self._ciphers[self._current.id].encrypt(nonce, content, bound)
        return VERSION + bytes([len(key_id)]) + key_id + nonce + ciphertext

    def open_bytes(self, bound: bytes, sealed: bytes) -> bytes:
        """What `seal_bytes` sealed.

        Raises:
            UnreadableError: its key is not here, or it was changed, or it is bound to something else.
        """
        start = 2 + sealed[1] if len(sealed) > 2 and sealed[:1] == VERSION else 0
        cipher = self._ciphers.get(sealed[2:start].decode(errors="replace")) if start else None
        if cipher is None:
            raise UnreadableError
        nonce, ciphertext = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, ciphertext, bound)
        except (InvalidTag, ValueError):
            raise UnreadableError from None

    def open_all(self, sealed: Sequence[SealedText]) -> Mapping[TextId, str]:
        """Every text that opens; the others are left out, so that one damaged row does not hide a visit."""
        opened: dict[TextId, str] = {}
        for text in sealed:
            try:
                opened[text.id] = self.open(text.visit, text.id, text.sealed)
            except UnreadableError:
                continue
        return opened

    def digest(self, purpose: str, value: str) -> str:
        """A keyed digest of what must be recognised but not kept: an address, the body of a request.

        Changes with the current key, so it is fit for things that live a day, not for looking up what is
        kept.
        """
        key = hmac.digest(self._current.secret, b"videovisit digest " + purpose.encode(), "sha256")
        return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def _bound(visit: VisitId, text: TextId) -> bytes:
    return f"{visit}\n{text}".encode()
