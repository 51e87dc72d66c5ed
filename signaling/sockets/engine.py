"""The Socket.IO server under the pipe, closed to everything we do not speak."""

import logging
from collections.abc import Sequence
from typing import Any

import engineio
import socketio
from aiohttp import web
from engineio.async_drivers import aiohttp as driver

LARGEST_MESSAGE_BYTES = 100_000
PING_EVERY_SECONDS = 15
PING_WITHIN_SECONDS = 10
"""A dead network is noticed after at most the sum of both; shorter wakes phones more often."""


class TextPacket(socketio.packet.Packet):  # type: ignore[misc]
    """Packets without binary attachments: we never send any, and a promise of 10⁹ of them is a leak."""

    uses_binary_events = False

    def decode(self, encoded_packet: str) -> int:
        """Read a packet.

        Raises:
            ValueError: it is of a kind we do not speak, or is no event list.
        """
        attachments: int = super().decode(encoded_packet)
        if attachments or self.packet_type in {socketio.packet.BINARY_EVENT, socketio.packet.BINARY_ACK}:
            raise ValueError("binary packets are not spoken here")
        if self.packet_type == socketio.packet.EVENT and not (
            isinstance(self.data, list) and self.data and isinstance(self.data[0], str)
        ):
            raise ValueError("an event is a list that begins with its name")
        return attachments


class TextSocket(driver.WebSocket):  # type: ignore[misc]
    """A WebSocket on which anything but a text that begins like a packet ends the connection.

    Without compression: its windows cost a quarter of a megabyte per socket, our patches are small, and what
    is secret is never compressed together with what somebody else has typed.
    """

    async def __call__(self, environ: Any) -> web.StreamResponse:
        """Serve one connection."""
        socket = web.WebSocketResponse(max_msg_size=LARGEST_MESSAGE_BYTES, compress=False)
        self._sock = socket
        self.environ = environ
        await socket.prepare(environ["aiohttp.request"])
        await self.handler(self)
        return socket

    async def wait(self) -> str:
        """The next packet.

        Raises:
            OSError: the connection has ended, or should.
        """
        data = await super().wait()
        if not isinstance(data, str) or data[:1] not in _FIRST:
            raise OSError
        return data


_FIRST = frozenset("0123456")


class Engine(engineio.AsyncServer):  # type: ignore[misc]
    """Engine.IO that waits for nobody whom it shows out."""

    async def disconnect(self, sid: str) -> None:
        """Close a transport at once. Its queue may never be read: who polls need not come again."""
        transport = self.sockets.pop(sid, None)
        if transport is not None:
            await transport.close(wait=False, reason=self.reason.SERVER_DISCONNECT)
            transport.queue.put_nowait(None)  # a poll or a writer that waits ends


class _Server(socketio.AsyncServer):  # type: ignore[misc]
    def _engineio_server_class(self) -> type[Engine]:
        return Engine


def make_server(origins: Sequence[str]) -> Any:
    """A Socket.IO server for pages of exactly these origins.

    Raises:
        ValueError: no origin is given; Socket.IO would read that as every origin.
    """
    if not origins or "*" in origins:
        raise ValueError("name the origins of our own pages")
    server = _Server(
        async_mode="aiohttp",
        namespaces=["/member", "/clinician", "/support"],
        cors_allowed_origins=list(origins),
        cors_credentials=True,
        serializer=TextPacket,
        max_http_buffer_size=LARGEST_MESSAGE_BYTES,
        ping_interval=PING_EVERY_SECONDS,
        ping_timeout=PING_WITHIN_SECONDS,
        transports=["websocket", "polling"],
        # Their loggers write whole packets at INFO: these say that something was wrong and nothing else.
        logger=_quiet("socketio"),
        engineio_logger=_quiet("engineio"),
    )
    server.eio._async = {**server.eio._async, "websocket": TextSocket}  # noqa: SLF001 - kept by a contract test
    return server


def _quiet(name: str) -> logging.Logger:
    logger = logging.getLogger(f"{name}.videovisit")
    logger.setLevel(logging.ERROR)  # their warnings can be caused at will by whoever connects
    logger.addFilter(_drop_contents)
    return logger


def _drop_contents(record: logging.LogRecord) -> bool:
    """Keep the line and lose what it was about: it may hold what a person typed."""
    record.msg = "the socket server could not handle a packet"
    record.args = ()
    record.exc_info = None
    record.exc_text = None
    return True
