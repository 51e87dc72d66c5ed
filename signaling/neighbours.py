"""The other web processes of the house: who they are, and what they and this one tell each other.

A neighbour is known from its first notice until it says good-bye, or is silent for five seconds while this
process is in contact. Out of contact nobody is taken for gone: it is we who cannot hear.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from signaling.clock import Clock
from signaling.notices import AnyNotice, Beat, Bye, Hello, Seal
from signaling.wire import Wire

BEAT_SECONDS: Final = 1.0
SILENT_SECONDS: Final = 5.0
"""Longer keeps a dead process's people here; shorter takes a busy one for dead."""
LOOK_SECONDS: Final = 5.0
"""How often what should have been heard is looked for, in contact: a process can die between its commit and
its notice."""
LOOK_ALONE_SECONDS: Final = 1.0
"""The same out of contact: then this is how changes travel."""
NEIGHBOURS_AT_MOST: Final = 64

log = structlog.get_logger("neighbours")


class Listener(Protocol):
    """Whoever acts on what neighbours say. Nothing here may block."""

    def told(self, by: str, notice: AnyNotice) -> None:
        """A neighbour said something."""
        ...

    def left(self, by: str) -> None:
        """A neighbour is no more, and nobody is with it."""
        ...

    def contact(self, there: bool) -> None:
        """This process can hear the others, or cannot any more."""
        ...

    async def look(self) -> None:
        """Look for whatever may have been missed."""
        ...


@dataclass(slots=True)
class _Neighbour:
    heard_at: float
    number: int


class Neighbours:
    """This process among the others. `start` when the listener can act, `stop` before it cannot.

    `me`: this process's own id, new at every start.
    """

    def __init__(self, wire: Wire, seal: Seal, clock: Clock, me: str) -> None:
        self.me = me
        self._wire = wire
        self._seal = seal
        self._clock = clock
        self._number = 0
        self._others: dict[str, _Neighbour] = {}
        self._listener: Listener | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self.in_contact = False
        self.unsigned = 0
        """Texts on the wire that are not ours, or came a second time."""
        wire.on_text(self._hear)
        wire.on_contact(self._contact)

    def tell(self, notice: AnyNotice) -> None:
        """Tell all others. Never waits; may be lost."""
        if self.in_contact:
            self._number += 1
            self._wire.post(self._seal.write(self.me, self._number, notice))

    @property
    def alone(self) -> bool:
        """Whether this process is the whole house, as far as anybody can know."""
        return self.in_contact and not self._others

    def figures(self) -> dict[str, int]:
        """Counts for the metrics page."""
        return {
            "neighbours": len(self._others),
            "in_contact": int(self.in_contact),
            "unsigned_notices": self.unsigned,
        }

    async def start(self, listener: Listener) -> None:
        """Begin to hear and to be heard."""
        self._listener = listener
        await self._wire.start()
        self._tasks = [
            asyncio.create_task(self._beat(), name="beat for the neighbours"),
            asyncio.create_task(self._look(), name="look for what was missed"),
        ]

    async def stop(self) -> None:
        """Say good-bye and hear nothing more."""
        self.tell(Bye())
        self._listener, self.in_contact = None, False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._wire.stop()

    def _contact(self, there: bool) -> None:
        self.in_contact = there
        if there and self._listener is not None:
            now = self._clock.monotonic()
            for other in self._others.values():
                other.heard_at = now  # they could not be heard; now they have their time again
            self.tell(Hello())
        if self._listener is not None:
            self._listener.contact(there)
        self._wake.set()

    def _hear(self, text: str) -> None:
        envelope = self._seal.read(text)
        if envelope is None:
            self.unsigned += 1
            return
        if envelope.by == self.me or self._listener is None:
            return
        other = self._others.get(envelope.by)
        if other is None:
            if len(self._others) >= NEIGHBOURS_AT_MOST:
                return
            other = self._others[envelope.by] = _Neighbour(0.0, 0)
            log.info("neighbour_came", count=len(self._others))
            self.tell(Hello())  # new, or taken for gone: either way, who is with it is not known here
        if envelope.number <= other.number:
            self.unsigned += 1
            return
        other.number, other.heard_at = envelope.number, self._clock.monotonic()
        match envelope.notice:
            case Beat():
                pass
            case Bye():
                self._forget(envelope.by)
            case notice:
                self._listener.told(envelope.by, notice)

    def _forget(self, by: str) -> None:
        del self._others[by]
        log.info("neighbour_left", count=len(self._others))
        if self._listener is not None:
            self._listener.left(by)

    def pass_time(self) -> None:
        """Forget who has been silent for too long."""
        if self.in_contact:
            now = self._clock.monotonic()
            silent = [by for by, other in self._others.items() if now - other.heard_at > SILENT_SECONDS]
            for by in silent:
                self._forget(by)

    async def _beat(self) -> None:
        while True:
            self.tell(Beat())
            self.pass_time()
            await asyncio.sleep(BEAT_SECONDS)

    async def _look(self) -> None:
        while True:
            pause = LOOK_SECONDS if self.in_contact else LOOK_ALONE_SECONDS
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            if self._listener is not None:
                await _safely(self._listener.look)


async def _safely(look: Callable[[], Awaitable[None]]) -> None:
    try:
        await look()
    except Exception as error:  # noqa: BLE001 - it is tried again
        log.warning("look_failed", error=type(error).__name__)
