"""`videovisit media`, or `python -m media`: one worker until SIGTERM."""

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import ssl
import sys
import time
from pathlib import Path
from typing import Final

import pydantic
from aiohttp import web

from media import parts
from media.api import Api
from media.dtls import Certificate
from media.port import Port
from media.settings import HostPort, MediaSettings, host_port
from media.surroundings import Surroundings
from media.worker import Worker

STOP_WITHIN: Final = 2.5
"""Seconds from the signal to the end of the process, whatever the network and the listeners do."""

DRAIN_LOOKS_EVERY: Final = 0.25

log = logging.getLogger("media")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the worker's options; each also has an environment variable `VIDEOVISIT_MEDIA_…`."""
    parser.add_argument("--listen", metavar="HOST:PORT|unix:PATH", help="where the internal API listens")
    parser.add_argument("--udp", metavar="HOST:PORT", help="the UDP port for media; port 0 takes a free one")
    parser.add_argument(
        "--advertise", metavar="IP", action="append", help="an address that answers name (repeatable)"
    )
    parser.add_argument(
        "--certificate", metavar="PEM", type=Path, help="speak TLS on HOST:PORT, as whom this says"
    )
    parser.add_argument("--private-key", metavar="PEM", type=Path, help="the certificate's private key")
    parser.add_argument(
        "--open-rooms", action="store_true", default=None, help="open every room at once (load tests)"
    )
    parser.add_argument(
        "--recordings", metavar="DIR", type=Path, help="where recordings are kept; without it there are none"
    )
    parser.add_argument("--name", help="what the worker calls itself in its greeting")
    parser.add_argument(
        "--die-with-parent", action="store_true", help="stop when standard input is closed by its writer"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until a signal; the exit code."""
    given = {
        name: value
        for name in (
            *("listen", "udp", "advertise", "certificate", "private_key"),
            *("open_rooms", "recordings", "name"),
        )
        if (value := getattr(args, name, None)) is not None
    }
    if "advertise" in given:
        given["advertise"] = tuple(given["advertise"])
    try:
        settings = MediaSettings(**given)
        parts.check()
    except pydantic.ValidationError as wrong:
        for problem in wrong.errors(include_input=False, include_url=False):
            where = ".".join(str(part) for part in problem["loc"]) or "settings"
            print(f"{where}: {problem['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        return 2
    except parts.MissingPartsError as absent:
        print(absent, file=sys.stderr)
        return 3
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    try:
        return asyncio.run(_serve(settings, die_with_parent=bool(getattr(args, "die_with_parent", False))))
    except OSError as problem:
        print(f"cannot listen: {problem.strerror or type(problem).__name__}", file=sys.stderr)
        return 1


def main(argv: list[str] | None = None) -> int:
    """The stand-alone program."""
    parser = argparse.ArgumentParser(prog="media", description="A videovisit media worker.")
    add_arguments(parser)
    return run(parser.parse_args(argv))


async def _serve(settings: MediaSettings, *, die_with_parent: bool) -> int:
    loop = asyncio.get_running_loop()
    ports = _bind(settings.binds())
    advertised = settings.advertised(tuple(port.address for port in ports))
    worker = Worker(
        ports,
        advertised,
        Certificate.generateCertificate(),
        Surroundings(loop.time, time.time, os.urandom, settings.name, loop.time()),
        open_rooms=settings.open_rooms,
        coalesce=settings.coalesce_ms / 1000,
        recordings=settings.recordings,
    )
    key = settings.key.get_secret_value() if settings.key is not None else None
    runner = web.AppRunner(
        Api(worker, None if settings.listen.startswith("unix:") else key).application(),
        access_log=None,
        shutdown_timeout=0.5,
    )
    await runner.setup()
    listen = await _listen(runner, settings)
    worker.start()

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if die_with_parent:
        await _watch_parent(stop)
    gc.collect()
    gc.freeze()  # what the imports made stays: collections then look at the traffic's objects alone
    udp = [str(HostPort(ip, port)) for ip, port in advertised]
    print(json.dumps({"ready": True, "listen": listen, "udp": udp}), flush=True)
    log.info("ready")
    await stop.wait()
    stop.clear()
    if settings.drain_seconds:
        await _drain(worker, stop, settings.drain_seconds)
    log.info("stopping")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_WITHIN):
            await worker.stop()
            await runner.cleanup()
    return 0


async def _drain(worker: Worker, stop: asyncio.Event, seconds: float) -> None:
    """Let those who are here go on, until the last has left, the time is up, or a second signal comes."""
    worker.drain()
    log.info("draining")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not worker.is_empty and not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(DRAIN_LOOKS_EVERY):
                        await stop.wait()


def _bind(binds: tuple[HostPort, ...]) -> list[Port]:
    """One port per address, all of one number."""
    ports: list[Port] = []
    for bind in binds:
        ports.append(Port(bind.host, ports[0].address[1] if ports else bind.port))
    return ports


async def _listen(runner: web.AppRunner, settings: MediaSettings) -> str:
    """Open the API's socket; the address to reach it at."""
    where, tls = settings.listen, None
    if settings.certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(settings.certificate, settings.private_key)
    if where.startswith("unix:"):
        path = Path(where.removeprefix("unix:"))
        former = os.umask(0o177)  # only this user may connect
        try:
            await web.UnixSite(runner, path).start()
        finally:
            os.umask(former)
        return where
    address = host_port(where)
    await web.TCPSite(runner, address.host, address.port, ssl_context=tls).start()
    bound = runner.addresses[0]
    return ("" if tls is None else "tls:") + str(HostPort(bound[0], bound[1]))


async def _watch_parent(stop: asyncio.Event) -> None:
    """Set `stop` when the other end of standard input is closed."""
    loop = asyncio.get_running_loop()

    class Watch(asyncio.Protocol):
        def eof_received(self) -> None:
            stop.set()

        def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
            stop.set()

    try:
        await loop.connect_read_pipe(Watch, sys.stdin)
    except (ValueError, OSError):
        log.warning("standard input is not a pipe: the parent is not watched")
