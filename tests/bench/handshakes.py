"""What the workers themselves say of each handshake: they count from the offer to DTLS connected."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.demo_server import DemoServer


def sockets(server: DemoServer) -> list[str]:
    """The Unix sockets of the demo's workers, from their command lines."""
    words = [Path(f"/proc/{pid}/cmdline").read_text().split("\0") for pid in server.workers()]
    return [word.removeprefix("unix:") for line in words for word in line if word.startswith("unix:")]


@asynccontextmanager
async def heard(server: DemoServer) -> AsyncIterator[list[float]]:
    """Milliseconds from offer to connected, one for each handshake while the block runs."""
    found: list[float] = []

    async def listen(path: str) -> None:
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(path)) as http,
            http.ws_connect("http://worker/events") as events,
        ):
            async for message in events:
                event = message.json()
                if event["event"] == "connected":
                    found.append(event["dtls_ms"])

    tasks = [asyncio.create_task(listen(path)) for path in sockets(server)]
    try:
        yield found
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
