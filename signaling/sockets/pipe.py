"""The pipe under the namespaces.

Socket.IO is a pipe here, not a bus: what is sent to whom is decided by our own index of connections, and
every packet is put on its socket's queue in one synchronous step. So what one page is told has one order,
and a page that does not read holds up nobody.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import engineio.packet
import socketio
from aiohttp import web

from signaling.clock import Clock
from signaling.sockets.bucket import Bucket
from signaling.sockets.engine import TextPacket
from signaling.sockets.entrance import Entrance

LONGEST_QUEUE = 1000
"""Messages that wait for one page. A page that does not read this many has gone, or is up to no good."""
PACKETS_AT_ONCE = 300.0
PACKETS_PER_SECOND = 60.0
"""Of any kind, also those that no handler sees. More than the handlers' own allowances together."""
NAMESPACE_WITHIN_SECONDS = 10.0
"""A connection that has not entered a namespace by then has no business here."""


class Pipe:
    """Sends to sockets and closes them. One per server."""

    def __init__(self, server: Any, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._overflowing: set[str] = set()
        self._handle_connect: Callable[[str, Any], Any] = server.eio.handlers["connect"]
        self._handle_disconnect: Callable[[str, Any], Any] = server.eio.handlers["disconnect"]
        self._handle_message: Callable[[str, Any], Any] = server.eio.handlers["message"]
        server.eio.on("connect", self._on_connect)
        server.eio.on("message", self._on_message)
        server.eio.on("disconnect", self._on_disconnect)
        self.bad_packets = 0
        self._entrance = Entrance(server.eio.cors_allowed_origins)
        self._timers: set[asyncio.TimerHandle] = set()

    def attach(self, app: web.Application) -> None:
        """Serve `/socket.io/` in the application."""
        self._server.attach(app, socketio_path="socket.io")
        app.middlewares.append(self._entrance.middleware)

    def send_away(self, within_seconds: float) -> None:
        """Let nobody in from now on, and close every connection, evenly over that time.

        Pages come back by themselves, to a process that lets them in; together they would be a herd.
        """
        self._entrance.close()
        inside = list(self._server.eio.sockets)
        for number, transport_id in enumerate(inside):
            self._later(within_seconds * number / len(inside), transport_id)

    def post(self, namespace: str, socket_id: str, event: str, data: Any) -> None:
        """Queue an event for one socket. Never waits; a socket that is gone is no error."""
        self.post_encoded(socket_id, namespace, self.encode(namespace, event, data))

    @staticmethod
    def encode(namespace: str, event: str, data: Any) -> str:
        """An event as it goes over the wire, for sending it to many."""
        encoded: str = TextPacket(
            socketio.packet.EVENT, namespace=namespace, data=[event, data], binary=False
        ).encode()
        return encoded

    def post_encoded(self, socket_id: str, namespace: str, encoded: str) -> None:
        """Queue an encoded event for one socket."""
        transport_id = self._server.manager.eio_sid_from_sid(socket_id, namespace)
        transport = self._server.eio.sockets.get(transport_id)
        if transport is None or transport.closed or transport.closing:
            return
        if transport.queue.qsize() >= LONGEST_QUEUE:
            if transport_id not in self._overflowing:
                self._overflowing.add(transport_id)
                self.hold(self._close(transport_id))
            return
        transport.queue.put_nowait(engineio.packet.Packet(engineio.packet.MESSAGE, encoded))

    def is_connected(self, namespace: str, socket_id: str) -> bool:
        """Whether the socket is in the namespace."""
        return bool(self._server.manager.is_connected(socket_id, namespace))

    def close(self, namespace: str, socket_id: str, after_seconds: float = 0.0) -> None:
        """Close the connection of a socket; a moment later, where an answer should get out first."""
        transport_id = self._server.manager.eio_sid_from_sid(socket_id, namespace)
        if transport_id is not None:
            self._later(after_seconds, transport_id)

    async def stop(self) -> None:
        """Close every connection and the server's own task."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        await asyncio.gather(*(self._close(transport_id) for transport_id in list(self._server.eio.sockets)))
        if self._server.eio.service_task_handle is not None:
            await self._server.shutdown()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hold(self, work: Any) -> None:
        """Run a coroutine and keep it from being collected before it ends."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _later(self, seconds: float, transport_id: str) -> None:
        def run() -> None:
            self._timers.discard(timer)
            self.hold(self._close(transport_id))

        timer = asyncio.get_running_loop().call_later(seconds, run)
        self._timers.add(timer)

    async def _close(self, transport_id: str) -> None:
        self._overflowing.discard(transport_id)
        transport = self._server.eio.sockets.get(transport_id)
        if transport is not None:
            await transport.close(wait=False, reason=self._server.eio.reason.SERVER_DISCONNECT)
            transport.queue.put_nowait(None)  # the writer ends and closes, whether the page answers or not

    async def _on_connect(self, transport_id: str, environ: Any) -> Any:
        answer = await self._handle_connect(transport_id, environ)

        def check() -> None:
            self._timers.discard(timer)
            manager = self._server.manager
            inside = any(
                manager.sid_from_eio_sid(transport_id, namespace) is not None
                for namespace in list(manager.get_namespaces())
            )
            if not inside:
                self.hold(self._close(transport_id))

        timer = asyncio.get_running_loop().call_later(NAMESPACE_WITHIN_SECONDS, check)
        self._timers.add(timer)
        return answer

    async def _on_disconnect(self, transport_id: str, reason: Any) -> None:
        self._buckets.pop(transport_id, None)
        await self._handle_disconnect(transport_id, reason)

    async def _on_message(self, transport_id: str, data: Any) -> None:
        transport = self._server.eio.sockets.get(transport_id)
        if transport is None or transport.closed:
            return
        now = self._clock.monotonic()
        bucket = self._buckets.setdefault(transport_id, Bucket(now, PACKETS_AT_ONCE, PACKETS_PER_SECOND))
        if not bucket.take(now):
            self.bad_packets += 1
            await self._close(transport_id)
            return
        try:
            await self._handle_message(transport_id, data)
        except Exception:  # noqa: BLE001 - what cannot be read is counted, and its sender has to start again
            self.bad_packets += 1
            await self._close(transport_id)
