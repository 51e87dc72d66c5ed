"""The only source of randomness: ids, secrets of links and sessions, and what is derived from a secret."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from typing import Final, Protocol

ID_BYTES: Final = 16
"""128 bits: ids need to be unique and not guessable, they open nothing. 22 characters."""

TOKEN_BYTES: Final = 32
"""256 bits: a token opens a visit or a session. 43 characters."""


class Ids(Protocol):
    """What a shell may ask of randomness."""

    def new(self) -> str:
        """A fresh id: 22 URL-safe characters."""
        ...

    def token(self) -> str:
        """A fresh secret: 43 URL-safe characters. Only its `sha256_of` is ever stored."""
        ...


class SystemIds:
    """The machine's randomness."""

    def new(self) -> str:
        """A fresh id: 22 URL-safe characters, and no command line takes it for an option."""
        while (fresh := secrets.token_urlsafe(ID_BYTES)).startswith("-"):
            pass
        return fresh

    def token(self) -> str:
        """A fresh secret: 43 URL-safe characters. Only its `sha256_of` is ever stored."""
        return secrets.token_urlsafe(TOKEN_BYTES)


def sha256_of(token: str) -> str:
    """What is stored of a token: its SHA-256 in hexadecimal. A header's bytes that are no text have one."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def derived(secret: str, *purpose: str, length: int = TOKEN_BYTES) -> str:
    """A value only the holder of `secret` can make again: HMAC-SHA-256 over the purpose, URL-safe.

    `length` is in bytes, at most 32. The parts of the purpose are length-prefixed, so that no two lists
    of parts give the same value.
    """
    message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in purpose)
    digest = hmac.digest(secret.encode(), message, "sha256")
    return urlsafe_b64encode(digest[:length]).rstrip(b"=").decode()
