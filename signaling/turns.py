"""Turns at something that is slow and guessed at: one at a time for each address, and few in line.

A budget of tries is only worth what is counted before the next try is looked at. So tries from one address
follow each other; and a stranger who sends many at once fills their own line, not everybody's.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from signaling.http.errors import CodedError

MOST_IN_LINE: Final = 16
"""From one address, the one whose turn it is included. More makes everybody there wait longer than they look
at a form; fewer turns people away who begin their shift together behind one address."""

COME_BACK_SECONDS: Final = 5


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    people: int = 0


class Turns:
    """Lines by address; one that nobody stands in is forgotten."""

    def __init__(self, most: int = MOST_IN_LINE) -> None:
        self._most = most
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it.

        Raises:
            CodedError: `slow_down`: the line is too long.
        """
        line = self._lines.setdefault(address, _Line())
        if line.people >= self._most:
            raise CodedError("slow_down", headers={"Retry-After": str(COME_BACK_SECONDS)})
        line.people += 1
        try:
            async with line.lock:
                yield
        finally:
            line.people -= 1
            if not line.people:
                del self._lines[address]
