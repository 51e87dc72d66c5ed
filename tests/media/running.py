"""A worker in the test's own process, on real loopback sockets."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from calling import Caller
from raw_client import RawClient

from media.dtls import Certificate
from media.news import Listener
from media.port import Port
from media.surroundings import Surroundings
from media.worker import Worker

WALL = 1_800_000_000.0
"""Unix seconds, whenever the tests run."""


class Running:
    """A worker in this process, with a listener to its news."""

    def __init__(
        self,
        *,
        open_rooms: bool,
        hosts: tuple[str, ...] = ("127.0.0.1",),
        recordings: Path | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.ports = [Port(host, 0) for host in hosts]
        self.worker = Worker(
            self.ports,
            tuple(port.address for port in self.ports),
            Certificate.generateCertificate(),
            Surroundings(loop.time, lambda: WALL, os.urandom, "test", loop.time()),
            open_rooms=open_rooms,
            recordings=recordings,
        )
        self.worker.start()
        self.listener: Listener = self.worker.news.join()
        self._callers: list[Caller | RawClient] = []

    async def join(self, room: str, name: str, caller: Caller) -> Caller:
        self._callers.append(caller)
        await caller.call(lambda sdp: self.worker.offer(room, name, sdp)[0])
        return caller

    async def raw(self, room: str, name: str, client: RawClient | None = None) -> RawClient:
        """A connected packet-level client."""
        made = client or RawClient()
        self._callers.append(made)
        return await made.join(lambda sdp: self.worker.offer(room, name, sdp)[0])

    def keep(self, client: RawClient) -> RawClient:
        """Close the client at the end."""
        self._callers.append(client)
        return client

    async def event(self, kind: str, **fields: object) -> dict[str, object]:
        """The next event of a kind with these fields."""
        async with asyncio.timeout(10):
            async for line in self.listener.lines():
                found: dict[str, object] = json.loads(line)
                if found["event"] == kind and all(found.get(name) == value for name, value in fields.items()):
                    return found
        raise AssertionError(kind)

    async def stop(self) -> None:
        for caller in self._callers:
            await caller.close()
        await self.worker.stop()


def state(running: Any) -> dict[str, Any]:
    """Everything about rooms and endpoints that a datagram could have changed, but counters and times."""
    return {
        room.name: (
            room.core.is_open,
            room.core.endpoints(),
            {
                name: (
                    member.current,
                    member.keys,
                    member.dtls,
                    member.silent,
                    tuple(member.paths),
                    tuple(member.credentials),
                    member.dtls is not None and member.dtls.started,
                )
                for name, member in room.members.items()
            },
        )
        for room in running.worker.rooms
    }
