"""The wire between the web processes of one house: short texts to all others, at most once.

Nothing that must not be lost goes over it. Truth is in SQL; what goes over the wire says where to look.

Adapters: `MemoryWire` (the processes are one, or a test's) and `wire_redis.RedisWire`; one contract suite
holds for both.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

LONGEST_TEXT: Final = 60_000
"""Characters of one text. Longer would hold up what is behind it."""

QUEUE_AT_MOST: Final = 5_000
"""Texts that wait to be sent. Beyond it they are dropped: whoever misses them looks for itself."""


class Wire(Protocol):
    """One process's end of the wire."""

    def on_text(self, hear: Callable[[str], None]) -> None:
        """Call `hear` with every text, those of this process included, in the order of the wire."""
        ...

    def on_contact(self, changed: Callable[[bool], None]) -> None:
        """Call `changed(True)` when texts begin to come through, `changed(False)` when they no longer do."""
        ...

    def post(self, text: str) -> None:
        """Send to all. Never waits; out of contact, or with too much waiting, the text is dropped."""
        ...

    async def start(self) -> None:
        """Begin. Comes back at once, in contact or not."""
        ...

    async def stop(self) -> None:
        """Send what is waiting if that is quick, and let go."""
        ...


class Hub:
    """What memory wires hang on. It can be cut, as a network can."""

    def __init__(self) -> None:
        self._ends: list[MemoryWire] = []
        self._cut = False

    def join(self, end: "MemoryWire") -> None:
        """One more end."""
        self._ends.append(end)
        if not self._cut:
            end.contact(True)

    def leave(self, end: "MemoryWire") -> None:
        """One less."""
        if end in self._ends:
            self._ends.remove(end)

    def send(self, text: str) -> None:
        """To every end, on a later turn of the loop, as from a network."""
        if self._cut:
            return
        for end in self._ends:
            asyncio.get_running_loop().call_soon(self._deliver, end, text)

    def cut(self) -> None:
        """From now on nothing comes through."""
        self._cut = True
        for end in self._ends:
            end.contact(False)

    def mend(self) -> None:
        """Everything comes through again; what was posted meanwhile is lost."""
        self._cut = False
        for end in self._ends:
            end.contact(True)

    def _deliver(self, end: "MemoryWire", text: str) -> None:
        if end in self._ends and not self._cut:
            end.hear(text)


class MemoryWire:
    """See `Wire`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._hear: list[Callable[[str], None]] = []
        self._changed: list[Callable[[bool], None]] = []

    def on_text(self, hear: Callable[[str], None]) -> None:
        """See `Wire.on_text`."""
        self._hear.append(hear)

    def on_contact(self, changed: Callable[[bool], None]) -> None:
        """See `Wire.on_contact`."""
        self._changed.append(changed)

    def post(self, text: str) -> None:
        """See `Wire.post`."""
        if len(text) <= LONGEST_TEXT:
            self._hub.send(text)

    async def start(self) -> None:
        """See `Wire.start`."""
        self._hub.join(self)

    async def stop(self) -> None:
        """See `Wire.stop`."""
        self._hub.leave(self)

    def hear(self, text: str) -> None:
        """The hub's side: a text came."""
        for hear in self._hear:
            hear(text)

    def contact(self, there: bool) -> None:
        """The hub's side: contact came or went."""
        for changed in self._changed:
            changed(there)
