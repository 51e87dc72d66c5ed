"""Budgets of tries, kept in the database so that a restart does not refill them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from signaling.clock import Clock
from signaling.http.errors import CodedError
from waiting_room.throttles import Throttles


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """So many tries in so long. More tires an attacker less; fewer locks out a clinic behind one address."""

    name: str
    tries: int
    window: timedelta


SIGN_IN_BY_USER_AND_ADDRESS: Final = Budget(name="user-address", tries=10, window=timedelta(minutes=15))
"""What a person who forgot their passphrase, or a guesser at one place, has."""

SIGN_IN_BY_USER: Final = Budget(name="user", tries=60, window=timedelta(minutes=15))
"""What guessers at many places have together. Fewer would let a stranger lock a clinician out of a shift."""

SIGN_IN_BY_ADDRESS: Final = Budget(name="staff-address", tries=60, window=timedelta(minutes=15))
REDEEM_BY_ADDRESS: Final = Budget(name="member-address", tries=60, window=timedelta(minutes=15))
REDEEM_BY_TOKEN: Final = Budget(name="token", tries=30, window=timedelta(hours=24))
"""The waiting room rests a link after five wrong dates; this ends the guessing of a patient attacker."""
GUEST_BY_ADDRESS: Final = Budget(name="guest-address", tries=60, window=timedelta(minutes=15))
HANDOVERS_BY_VISIT: Final = Budget(name="handovers", tries=30, window=timedelta(minutes=15))
"""Links to another device, counted when they are made: a page that is stuck in a loop fills no table."""
KEY_BY_ADDRESS: Final = Budget(name="key-address", tries=60, window=timedelta(minutes=15))

FILES_BY_VISIT: Final = Budget(name="visit-files", tries=40, window=timedelta(minutes=15))
"""Files that were no files, or were not what they said. Twice what a visit may hold."""


class Throttle:
    """Counts failed tries. Who succeeds spends nothing."""

    def __init__(self, store: Throttles, clock: Clock, digest: Callable[[str, str], str]) -> None:
        """`digest(purpose, value)`: a keyed digest, so that the table holds no address and no user name."""
        self._store = store
        self._clock = clock
        self._digest = digest

    async def check(self, budget: Budget, what: str) -> None:
        """Go on only if tries are left.

        Raises:
            CodedError: `slow_down`.
        """
        if await self.is_spent(budget, what):
            raise CodedError("slow_down", headers={"Retry-After": str(int(budget.window.total_seconds()))})

    async def is_spent(self, budget: Budget, what: str) -> bool:
        """Whether no tries are left."""
        tries = await self._store.tries(self._key(budget, what), self._clock.now())
        return tries is not None and tries.count >= budget.tries

    async def spend(self, budget: Budget, what: str) -> None:
        """A try failed."""
        await self._store.count(self._key(budget, what), budget.window, self._clock.now())

    async def refill(self, budget: Budget, what: str) -> None:
        """A try succeeded: the failures before it were the same person's."""
        await self._store.forget(self._key(budget, what))

    def _key(self, budget: Budget, what: str) -> str:
        return f"{budget.name}:{self._digest('throttle', f'{budget.name} {what}')}"
