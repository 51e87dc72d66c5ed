"""Keys of recordings: each has a data key of its own, kept only wrapped under the installation's master key.

A wrapped key is ``1 | key mark (8) | nonce (12) | ciphertext and tag``: AES-256-GCM, with the recording's id
authenticated, so that a key moved to another recording does not open. The mark is the start of a SHA-256 of
the master key and says which one it needs; that is what makes rotation possible.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Callable, Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from waiting_room.core.ids import RecordingId

KEY_BYTES: Final = 32
_VERSION: Final = b"\x01"
_MARK_BYTES: Final = 8
_NONCE_BYTES: Final = 12


class WrongKeyError(Exception):
    """The data key does not open: its master key is not here, or it was changed or moved."""


def master_key(text: str) -> bytes:
    """32 bytes from base64.

    Raises:
        ValueError: anything else. The message does not repeat it.
    """
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError("must be base64 of 32 random bytes")
    return key


class RecordingKeys:
    """Makes, wraps and opens data keys. Holds the master keys; does no I/O."""

    def __init__(
        self, current: bytes, old: Sequence[bytes] = (), *, random: Callable[[int], bytes] = os.urandom
    ) -> None:
        """New keys are wrapped under `current`; those wrapped under any of `old` still open."""
        self._current = _mark(current)
        self._ciphers = {_mark(key): AESGCM(key) for key in (current, *old)}
        self._random = random

    def new(self, recording: RecordingId) -> bytes:
        """A fresh data key for the recording, wrapped."""
        nonce = self._random(_NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, self._random(KEY_BYTES), recording.encode())
        return _VERSION + self._current + nonce + sealed

    def open(self, recording: RecordingId, wrapped: bytes) -> bytes:
        """The data key of the recording.

        Raises:
            WrongKeyError: it does not open.
        """
        mark, rest = wrapped[1 : 1 + _MARK_BYTES], wrapped[1 + _MARK_BYTES :]
        cipher = self._ciphers.get(mark) if wrapped[:1] == _VERSION else None
        if cipher is None:
            raise WrongKeyError
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], recording.encode())
        except (InvalidTag, ValueError):
            raise WrongKeyError from None


def _mark(key: bytes) -> bytes:
    return hashlib.sha256(b"videovisit master key " + key).digest()[:_MARK_BYTES]
