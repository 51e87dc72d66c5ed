"""Visits as they come and go at a worker: joins, leaves, gates, re-offers, and people who vanish."""

import asyncio
import contextlib
import random
import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

from aiohttp import ClientError, ClientSession

from media.worker import GONE_AFTER
from tests.fuzz.media_tests import CAMERA, MICROPHONE, SCREEN, slots
from tests.visiting import RawClient

EVERY: Final = 0.02
TALK: Final = (0.3, 2.0)
"""Seconds between two turns of a visit."""
KEYFRAME: Final = bytes([0x10, 0, 0, 0, 0x9D, 1, 0x2A, 64, 0, 64, 0]) + bytes(900)
ENDS: Final = ("removed", "left", "closed", "vanished")
_UFRAG: Final = re.compile(r"(a=ice-ufrag:)\S+")


@dataclass
class Counts:
    """What was done."""

    visits: int = 0
    joins: int = 0
    refused: int = 0
    reoffers: int = 0
    gates: int = 0
    packets: int = 0
    ends: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ENDS, 0))


class Churn:
    """So many visits at once, one after the other, until they are told to stop."""

    def __init__(self, http: ClientSession, dice: random.Random) -> None:
        self._http = http
        self._dice = dice
        self.counts = Counts()
        self._numbers = 0
        self._offers: dict[RawClient, str] = {}
        self._left_open: list[tuple[float, str]] = []

    async def run(self, until: asyncio.Event) -> None:
        """One visit after the other."""
        while not until.is_set():
            self._numbers += 1
            await self._visit(f"soak-{self._numbers}", self._numbers)
            self.counts.visits += 1

    async def _visit(self, room: str, number: int) -> None:
        dice = self._dice
        end = dice.choice(ENDS)
        clients: dict[str, RawClient] = {}
        talking: list[asyncio.Task[None]] = []
        try:
            for index, name in enumerate(("member", "clinician")):
                clients[name] = await self._join(room, name, 10 * number + 5 * index)
            await self._ask("POST", f"/rooms/{room}/open")
            talking = [asyncio.create_task(self._talk(client)) for client in clients.values()]
            for _ in range(dice.randrange(1, 5)):
                await asyncio.sleep(dice.uniform(*TALK))
                await self._turn(room, clients, number)
        except (TimeoutError, ConnectionError, ClientError, AssertionError):
            self.counts.refused += 1
        finally:
            for task in talking:
                task.cancel()
            await asyncio.gather(*talking, return_exceptions=True)
            await self._end(room, clients, end)

    async def _turn(self, room: str, clients: dict[str, RawClient], number: int) -> None:
        """Something that happens in a visit."""
        match self._dice.randrange(5):
            case 0:
                await self._ask("POST", f"/rooms/{room}/close")
                await self._ask("POST", f"/rooms/{room}/open")
                self.counts.gates += 1
            case 1:  # the page restarts ICE, or shares a screen: the same session with another offer
                name = self._dice.choice(list(clients))
                fresh = f"{self._dice.getrandbits(64):016x}"
                text = _UFRAG.sub(rf"\g<1>{fresh}", self._offers[clients[name]])
                await self._ask("POST", f"/rooms/{room}/endpoints/{name}", {"sdp": text})
                self.counts.reoffers += 1
            case 2:  # a page that was reloaded takes the place of the former one
                former = clients["member"]
                clients["member"] = await self._join(room, "member", 10 * number + 3)
                await self._forget(former)
            case 3:  # somebody offers and is never seen again
                stray = RawClient()
                text = await stray.offer()
                await self._ask("POST", f"/rooms/{room}/endpoints/stray", {"sdp": text})
                await stray.connection.close()
            case _:
                await self._ask("GET", f"/rooms/{room}")

    async def _join(self, room: str, name: str, ssrc: int) -> RawClient:
        made = RawClient(
            _numbered(MICROPHONE, 1_000_000 + ssrc * 10),
            _numbered(CAMERA, 1_000_001 + ssrc * 10),
            _numbered(SCREEN, 1_000_003 + ssrc * 10),
            *slots(2),
        )
        text = self._offers[made] = await made.offer()
        said = await self._ask("POST", f"/rooms/{room}/endpoints/{name}", {"sdp": text})
        async with asyncio.timeout(20):
            await made.check(said["sdp"])
            await made.handshake()
        self.counts.joins += 1
        return made

    async def _talk(self, client: RawClient) -> None:
        """Sound all the time, a picture now and then."""
        count = 0
        sound, picture = client.lines[0].ssrc or 0, client.lines[1].ssrc or 0
        while client.dtls.state == "connected":
            count += 1
            client.send(client.protected(count, b"sound", ssrc=sound, timestamp=960 * count))
            if count % 5 == 0:
                stamp = 9000 * count
                client.send(client.protected(count // 5, KEYFRAME, ssrc=picture, type_=248, timestamp=stamp))
            self.counts.packets += 1
            client.rtp.clear()
            client.rtcp.clear()
            await asyncio.sleep(EVERY)

    async def _end(self, room: str, clients: dict[str, RawClient], end: str) -> None:
        self.counts.ends[end] += 1
        for name, client in clients.items():
            with contextlib.suppress(ClientError, ConnectionError):
                if end == "left":
                    await self._ask("DELETE", f"/rooms/{room}/endpoints/{name}")
            await self._forget(client, vanishes=end == "vanished")
        now = asyncio.get_running_loop().time()
        if end == "vanished":  # of these people the worker has to find out itself; their visit ends later
            self._left_open.append((now + GONE_AFTER + 10, room))
        else:
            await self._remove(room)
        while self._left_open and self._left_open[0][0] < now:
            await self._remove(self._left_open.pop(0)[1])

    async def remove_all(self) -> None:
        """End the visits whose people vanished."""
        for _, room in self._left_open:
            await self._remove(room)

    async def _remove(self, room: str) -> None:
        with contextlib.suppress(ClientError, ConnectionError):
            await self._ask("DELETE", f"/rooms/{room}")

    async def _forget(self, client: RawClient, *, vanishes: bool = False) -> None:
        """Close a client in order; or let go of its socket without a word."""
        self._offers.pop(client, None)
        with contextlib.suppress(Exception):
            if vanishes:
                for task in (client._reader, client.dtls._task):
                    if task is not None:
                        task.cancel()
                await client.connection.close()
            else:
                await client.close()

    async def _ask(self, method: str, path: str, body: object = None) -> Any:
        async with self._http.request(method, path, json=body) as answer:
            if answer.status >= 400:
                self.counts.refused += 1
                raise ConnectionError(f"{method} {answer.status}")
            return await answer.json() if answer.content_type == "application/json" else None


def _numbered(line: Any, ssrc: int) -> Any:
    return replace(line, ssrc=ssrc, rtx_ssrc=None if line.rtx_ssrc is None else ssrc + 1)
