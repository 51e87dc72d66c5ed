"""What the worker tells its listeners: one line of JSON per event, in order, to each of them.

A listener that does not keep up is cut off rather than kept waiting for: it comes back, is greeted anew and
asks for the rooms it cares about. Events carry ids, numbers and codes only.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Final

BACKLOG: Final = 4096
"""Events a listener may be behind: some seconds of a whole worker's endpoints coming back at once."""


class Listener:
    """One reader of the news, from the moment it was made."""

    __slots__ = ("_queue", "lost")

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str | None] = asyncio.Queue(BACKLOG)
        self.lost = False
        """Whether it fell behind or the worker stopped: what is queued is the last it gets."""

    def put(self, line: str) -> None:
        """Queue a line, unless it is lost already."""
        if self.lost:
            return
        try:
            self._queue.put_nowait(line)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Finish after what is queued."""
        self.lost = True
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def lines(self) -> AsyncIterator[str]:
        """The events until the listener is lost."""
        while (line := await self._queue.get()) is not None:
            yield line


class News:
    """All listeners of a worker."""

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def join(self, greeting: Iterable[dict[str, object]] = ()) -> Listener:
        """A new listener, who hears the greeting first: nothing happens between it and the news."""
        listener = Listener()
        for event in greeting:
            listener.put(_line(event))
        self._listeners.append(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def tell(self, event: str, **fields: object) -> None:
        """Tell everybody."""
        if self._listeners:
            line = _line({"event": event, **fields})
            for listener in self._listeners:
                listener.put(line)

    def end(self) -> None:
        """Let every listener finish."""
        for listener in self._listeners:
            if not listener.lost:
                listener.end()


def _line(event: dict[str, object]) -> str:
    return json.dumps(event, separators=(",", ":"))
