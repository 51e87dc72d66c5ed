"""Running the web process: a listening socket, TLS, and an orderly end."""

import asyncio
import contextlib
import gc
import logging
import resource
import signal
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from signaling.settings import Listen

FINISH_SECONDS: Final = 1.0
"""How long requests that are being answered may take once we stop."""

BACKLOG: Final = 1024

HEAD_SECONDS: Final = 75.0
"""How long a connection may be idle or dribble before its next request's head is there. Longer lets strangers
hold connections; shorter than a proxy keeps idle ones (often 60 s) fails requests now and then."""

CONNECTIONS_AT_MOST: Final = 10_000
"""Beyond it newcomers are cut off at once, and whoever is in a visit stays. Each holds some tens of kB."""

DESCRIPTORS_KEPT: Final = 256
"""For the database, files and workers."""

log = structlog.get_logger("serve")


def listening_socket(listen: Listen) -> socket.socket:
    """A bound socket, so that the port is known before anything else is made. Port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    return socket.create_server((listen.host, listen.port), family=family, backlog=BACKLOG)


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer with this certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    return context


def connections_at_most() -> int:
    """As many as this process may have open, and not all of them."""
    most, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_AT_MOST + DESCRIPTORS_KEPT
    if most < wanted:
        most = wanted if limit == resource.RLIM_INFINITY else min(wanted, limit)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, limit))
    return max(1, min(most, wanted) - DESCRIPTORS_KEPT)


class _Site(web.SockSite):
    """A listening socket with a bound on how many are let in."""

    def __init__(self, runner: web.AppRunner, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        super().__init__(runner, listener, ssl_context=tls, backlog=BACKLOG)
        self._most = connections_at_most()

    async def start(self) -> None:
        """Listen."""
        await web.BaseSite.start(self)
        serve = self._runner.server
        assert serve is not None

        def connection() -> asyncio.BaseProtocol:
            return serve() if len(serve.connections) < self._most else _Full()

        self._server = await asyncio.get_running_loop().create_server(
            connection, sock=self._sock, ssl=self._ssl_context, backlog=self._backlog
        )


class _Full(asyncio.Protocol):
    """No room: whoever it is, a proxy or a page tries again."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Cut it off."""
        cast("asyncio.Transport", transport).abort()


def _is_ours(record: logging.LogRecord) -> bool:
    """Not what a stranger can cause at will: bytes that are no HTTP."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


async def run(
    app: web.Application,
    drain: Callable[[float], None],
    listener: socket.socket,
    tls: ssl.SSLContext | None,
    *,
    on_start: Callable[[], Awaitable[None]],
    on_ready: Callable[[], None],
    drain_seconds: float = 0.0,
) -> None:
    """Serve until SIGTERM or SIGINT; come back when everything is closed.

    `on_start` runs when the house has started, `on_ready` when requests are being answered.
    After the first signal we `drain` for `drain_seconds`: `/readyz` says no, pages are sent elsewhere, and
    requests are answered. A second signal ends that.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # Our own request lines say what may be said; the access log would repeat addresses.
    lines = logging.getLogger("aiohttp.server.videovisit")
    lines.addFilter(_is_ours)
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=lines,
        handle_signals=False,
        keepalive_timeout=HEAD_SECONDS,
        shutdown_timeout=FINISH_SECONDS,
    )
    try:
        await runner.setup()
        await on_start()
        await _Site(runner, listener, tls).start()
        log.info("serving", port=listener.getsockname()[1])
        # What is there now stays: the collector, which a command may have put off, need not look at it again.
        gc.freeze()
        gc.enable()
        on_ready()
        await stop.wait()
        stop.clear()
        drain(drain_seconds)
        log.info("draining", seconds=drain_seconds)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), drain_seconds)
        log.info("stopping")
    finally:
        await runner.cleanup()
