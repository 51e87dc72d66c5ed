"""Running the web process: a listening socket, TLS, and an orderly end."""

import asyncio
import contextlib
import gc
import signal
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from signaling.settings import Listen

FINISH_SECONDS: Final = 1.0
"""How long requests that are being answered may take once we stop."""

BACKLOG: Final = 1024

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
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=FINISH_SECONDS)
    try:
        await runner.setup()
        await on_start()
        site = web.SockSite(runner, listener, ssl_context=tls, backlog=BACKLOG)
        await site.start()
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
