"""The worker's UDP port on one address: when to look for datagrams, and a way to answer.

At low rates every datagram is handled as it comes. Above `BUSY` per second waking up for each costs more
than handling it, so the port then looks once per `interval` instead and goes back when the traffic ends
(the trade is measured in media/DECISIONS.md).
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Final

from media.datagrams import (
    BATCH,
    SIZE_STEP,
    SLOT,
    Destination,
    Inbox,
    Outbox,
    Source,
    open_socket,
    to_address,
)

INTERVAL: Final = 0.001
"""Seconds between looks while busy: the most that coalescing adds to a packet's way."""
BUSY: Final = 4
"""Datagrams within two intervals that make the port busy."""
IDLE_LOOKS: Final = 8
"""Empty looks in a row after which the port waits to be woken again."""


class Port:
    """One bound socket. `receive(port, count)` is called with each batch that is in `inbox`."""

    __slots__ = (
        "_empty",
        "_handle",
        "_interval",
        "_loop",
        "_receive",
        "_recent",
        "_since",
        "_socket",
        "address",
        "inbox",
        "outbox",
        "paths",
    )

    def __init__(self, host: str, port: int) -> None:
        self._socket: socket.socket = open_socket(host, port)
        bound = self._socket.getsockname()
        self.address: tuple[str, int] = (bound[0], bound[1])
        self.inbox = Inbox(self._socket)
        self.outbox = Outbox(self._socket)
        self.paths: dict[Source, Any] = {}
        """Sources that authenticated, with what they lead to."""
        self._receive: Callable[[Port, int], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._interval = INTERVAL
        self._since = 0.0
        self._recent = 0
        self._empty = 0

    def start(self, receive: Callable[["Port", int], None], interval: float = INTERVAL) -> None:
        """Begin to hand over batches; `interval` 0 never coalesces."""
        self._loop = asyncio.get_running_loop()
        self._receive = receive
        self._interval = interval
        self._loop.add_reader(self._socket.fileno(), self._readable)

    def close(self) -> None:
        """Stop receiving and free the port number."""
        if self._loop is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._loop = None
        if self._handle is not None:
            self._handle.cancel()
        self._socket.close()

    def _readable(self) -> None:
        loop = self._loop
        if loop is None:
            return
        count = self._drain()
        if not self._interval:
            return
        now = loop.time()
        if now - self._since > 2 * self._interval:
            self._since = now
            self._recent = 0
        self._recent += count
        if self._recent >= BUSY:
            loop.remove_reader(self._socket.fileno())
            self._empty = 0
            self._handle = loop.call_later(self._interval, self._look)

    def _look(self) -> None:
        loop = self._loop
        if loop is None:
            return
        due = loop.time() + self._interval  # from where this look begins: a long one is followed at once
        self._empty = 0 if self._drain() else self._empty + 1
        if self._empty < IDLE_LOOKS:
            self._handle = loop.call_at(due, self._look)
        else:
            self._recent = 0
            loop.add_reader(self._socket.fileno(), self._readable)

    def _drain(self) -> int:
        """Handle what waits, a few batches at most so that one port cannot starve the process."""
        total = 0
        receive = self._receive
        assert receive is not None
        for _ in range(8):
            count = self.inbox.receive()
            if count:
                receive(self, count)
            total += count
            if count < BATCH:
                break
        return total


class Path:
    """A way to an endpoint: from one of our ports to an address that authenticated there."""

    __slots__ = ("_destination", "endpoint", "key", "name", "outbox", "port", "source")

    def __init__(self, port: Port, source: Source, endpoint: Any) -> None:
        self.port = port
        self.source = source
        self.endpoint = endpoint
        self.key = (id(port), source)
        self.outbox = port.outbox
        self._destination = Destination(source)
        self.name = self._destination.address

    def send(self, datagram: bytes) -> None:
        """Send one datagram now (handshakes and answers; media goes through `outbox` in batches)."""
        outbox = self.outbox
        if len(datagram) > SLOT:
            return
        at = outbox.count * SLOT
        outbox.arena[at : at + len(datagram)] = datagram
        outbox.sizes[outbox.count * SIZE_STEP] = len(datagram)
        outbox.put(self.name)
        outbox.flush()

    def where(self) -> tuple[str, int]:
        """The (IP, port) of the far end, for the answer to its check."""
        return to_address(self.source)
