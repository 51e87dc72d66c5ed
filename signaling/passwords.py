"""Passwords of local accounts: argon2id, computed off the event loop, in equal time for unknown users."""

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from argon2 import PasswordHasher

AT_ONCE: Final = 2
"""Hashes computed side by side, 64 MiB each. More lets strangers fill the memory; fewer makes staff wait."""

MAX_PASSWORD_CHARS: Final = 256

NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$bKCY4oc8IBOlzJR0fs8WRw$CLW6oHtef8WD0TLgcWPnHnP0h/1v3IpFKLD9+iuVMlk"
)
"""Belongs to no password; verifying against it takes as long as against a real one."""


class Passwords:
    """Hashes and verifies."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def hashed(self, password: str) -> str:
        """The PHC string to store."""
        return await asyncio.to_thread(hash_now, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether they belong together. None (no such user) is always false and takes as long."""
        async with self._turns:
            matches = await asyncio.to_thread(_verify, stored or NOBODY, password)
        return matches and stored is not None


def hash_now(password: str) -> str:
    """The PHC string to store. Takes some 100 ms: not for the event loop."""
    return _hasher().hash(password)


def _verify(stored: str, password: str) -> bool:
    # Imported at the first sign-in, not at the start: it is not needed before.
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415

    return PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)
