"""A hospital's network: a place of its own behind a wall that lets nothing out but TCP to one port.

Two network namespaces with a cable between them. This thread stays in the outer one, where the servers are;
what is started `inside` lives behind the wall. The pages come through the hospital's own proxy, a listener on
the loopback inside: it stands for the way by which web pages reach such a place.
"""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.browser import network

OUTSIDE, INSIDE = "10.77.1.1", "10.77.1.2"
RELAY_PORT = 443


def missing() -> str | None:
    """Why such a network cannot be made here; None: it can."""
    if (lacks := network.missing()) is not None:
        return lacks
    return None if shutil.which("nft") else "a wall needs nft (Debian package nftables)"


@dataclass(frozen=True)
class ClosedNetwork:
    """The place behind the wall."""

    namespace: Path

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Be behind the wall: what this thread starts or opens meanwhile stays there."""
        with network.inside(self.namespace):
            yield

    def stopped(self) -> dict[str, int]:
        """How many packets the wall has stopped: `stopped_udp`, and TCP to other ports, `stopped_rest`."""
        told = _run("nft", "-j", "list", "counters", "table", "inet", "wall")
        counters = (one["counter"] for one in json.loads(told)["nftables"] if "counter" in one)
        return {counter["name"]: int(counter["packets"]) for counter in counters}

    @contextlib.asynccontextmanager
    async def proxy(self, port: int) -> AsyncIterator[None]:
        """Who connects to this port of the loopback inside is connected to the same port outside."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                there = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))

        with self.inside():
            server = await asyncio.start_server(serve, "127.0.0.1", port)
        async with server:
            yield


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.contextmanager
def closed_network() -> Iterator[ClosedNetwork]:
    """Be outside of a fresh one, with the servers."""
    outer, inner = (f"videovisit-{name}-{os.getpid()}" for name in ("outside", "inside"))
    names = Path("/run/netns")
    with contextlib.ExitStack() as made:
        for name in (outer, inner):
            _run("ip", "netns", "add", name)
            made.callback(_run, "ip", "netns", "del", name)
        with network.inside(names / outer):
            _run("ip", "link", "set", "lo", "up")
            _run("ip", "link", "add", "out", "type", "veth", "peer", "name", "in", "netns", inner)
            _run("ip", "addr", "add", f"{OUTSIDE}/24", "dev", "out")
            _run("ip", "link", "set", "out", "up")
            _run("nft", "-f", "-", stdin=WALL)
            with network.inside(names / inner):
                _run("ip", "link", "set", "lo", "up")
                _run("ip", "addr", "add", f"{INSIDE}/24", "dev", "in")
                _run("ip", "link", "set", "in", "up")
                _run("ip", "route", "add", "default", "via", OUTSIDE)
            yield ClosedNetwork(names / inner)


WALL = f"""
table inet wall {{
    counter stopped_udp {{ }}
    counter stopped_rest {{ }}
    chain arriving {{
        type filter hook input priority 0;
        iifname "out" meta l4proto udp counter name stopped_udp drop
        iifname "out" meta l4proto != tcp drop
        iifname "out" tcp dport != {RELAY_PORT} counter name stopped_rest drop
    }}
}}
"""
"""Silence, as firewalls have it: nobody inside is told that there is no way out."""


def _run(*words: str, stdin: str | None = None) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, input=stdin).stdout
