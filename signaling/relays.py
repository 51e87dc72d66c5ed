"""Relays: TURN servers for whoever sits in a network that lets no media out, and what opens them for a while.

The relays share a secret with us and ask us nothing. A user name is the second at which it ends and a
pseudonym; the password is a keyed digest of that name (draft-uberti-behave-turn-rest-00, coturn's
`use-auth-secret`).
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import digest
from typing import Final

from signaling.ids import derived

PSEUDONYM_BYTES: Final = 12
"""96 bits: nobody is found by trying, and relays that count by it do not mix people up."""

LONGER_THAN_VISIT: Final = timedelta(minutes=10)
"""Shorter cuts off whoever stays long, at relays that ask again; longer is of use to thieves alone."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What opens a relay until it ends."""

    username: str
    password: str


def credential(secret: str, pseudonym: str, ends: datetime) -> Credential:
    """Made from the secret alone: the relay makes the same."""
    username = f"{int(ends.timestamp())}:{pseudonym}"
    # SHA-1 is what the convention has; as a keyed digest it is not broken.
    return Credential(username, b64encode(digest(secret.encode(), username.encode(), "sha1")).decode())


@dataclass(frozen=True, slots=True)
class Loan:
    """What a page is told: where the relays are, and what opens them for so many seconds."""

    urls: tuple[str, ...]
    username: str
    credential: str
    expires_in: int


class Relays:
    """The relays of an installation.

    Args:
        urls: their addresses, as browsers are told them.
        secret: what we share with them.
    """

    def __init__(self, urls: Sequence[str], secret: str) -> None:
        self._urls = tuple(urls)
        self._secret = secret

    def lend(self, visit: str, endpoint: str, *, minutes: int, at: datetime) -> Loan:
        """Let one person of one visit of so many minutes use them.

        The same person of the same visit always has the same pseudonym, so that a relay can bound what one
        takes; it says nothing of them to whoever has not the secret.
        """
        lasts = timedelta(minutes=minutes) + LONGER_THAN_VISIT
        pseudonym = derived(self._secret, "relay", visit, endpoint, length=PSEUDONYM_BYTES)
        made = credential(self._secret, pseudonym, at + lasts)
        return Loan(self._urls, made.username, made.password, int(lasts.total_seconds()))
