"""A worker process that records rooms in which packets of a clip are sent, each with the time it was sent."""

import asyncio
import base64
import contextlib
import os
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aioice.ice
from aiohttp import ClientSession, UnixConnector
from aiortc.rtp import RtcpSenderInfo, RtcpSrPacket

from tests.chaos.clip import SECONDS, Piece

HOUSE = Path(__file__).parents[2]
sys.path.append(str(HOUSE / "tests" / "media"))

from raw_client import RawClient  # noqa: E402 - the media tests' modules stand beside each other

LEASE = 4.0
RENEW_EVERY = 1.5
REPORT_EVERY = 0.5
STEP = 0.004
BEHIND = 0.15
"""Seconds by which pictures leave later than sound at most: more than may be seen, without sender reports."""
PEOPLE = ("member", "clinician")
NTP_EPOCH = 2_208_988_800

aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]


@dataclass
class Stream:
    """One source of one person: what was sent, packet by packet; the first has sequence number 1.

    `behind`: seconds by which it leaves later than it was taken, as behind an encoder or on a way of its own.
    """

    ssrc: int
    type_: int
    clock: int
    start: int
    pieces: list[Piece]
    behind: float = 0.0
    sent: list[float] = field(default_factory=list)

    def due(self, into: float) -> Piece | None:
        """The next packet, if its turn has come so long after the beginning."""
        clip, number = divmod(len(self.sent), len(self.pieces))
        piece = self.pieces[number]
        return piece if clip * SECONDS + piece.at + self.behind <= into else None

    def stamp(self, timestamp: int) -> int:
        """A time of the clip that is being sent."""
        clip = len(self.sent) // len(self.pieces)
        return (self.start + clip * SECONDS * self.clock + timestamp) & 0xFFFFFFFF


class Person:
    """A client that sends the clip over and over, with sender reports, from `begin` on."""

    def __init__(self, name: str, client: RawClient, pieces: list[Piece], dice: random.Random) -> None:
        self.name = name
        self.client = client
        pictures, sounds = ([piece for piece in pieces if piece.video is which] for which in (True, False))
        self.video = Stream(2001, 120, 90_000, dice.getrandbits(32), pictures, dice.uniform(0, BEHIND))
        self.audio = Stream(1001, 109, 48_000, dice.getrandbits(32), sounds)
        self._report_at = 0.0

    def send_due(self, began: float, now: float) -> None:
        """Send what is due by now of a clip that began then."""
        for stream in (self.audio, self.video):
            while (piece := stream.due(now - began)) is not None:
                number = len(stream.sent) + 1
                marked = stream.type_ | (0x80 if piece.marker else 0)
                stamp = stream.stamp(piece.timestamp)
                packet = self.client.protected(
                    number & 0xFFFF, piece.payload, ssrc=stream.ssrc, type_=marked, timestamp=stamp
                )
                stream.sent.append(time.perf_counter())
                self.client.send(packet)
        if now >= self._report_at:
            self._report_at = now + REPORT_EVERY
            self._report(now - began)

    def _report(self, into: float) -> None:
        wall = time.time() + NTP_EPOCH
        for stream in (self.video, self.audio):
            info = RtcpSenderInfo(
                ntp_timestamp=int(wall * (1 << 32)) & 0xFFFF_FFFF_FFFF_FFFF,
                rtp_timestamp=(stream.start + int(into * stream.clock)) & 0xFFFFFFFF,
                packet_count=len(stream.sent) & 0xFFFFFFFF,
                octet_count=0,
            )
            self.client.send_rtcp(bytes(RtcpSrPacket(ssrc=stream.ssrc, sender_info=info)))


class Studio:
    """A worker, and so many recorded rooms of two."""

    def __init__(self, folder: Path, key: bytes, *, rooms: int, pieces: list[Piece], dice: random.Random):
        self.recordings = folder / "recordings"
        self._socket = folder / "worker.sock"
        self._key = key
        self._pieces = pieces
        self._dice = dice
        self.rooms = [f"room-{number}" for number in range(rooms)]
        self.people: dict[str, list[Person]] = {}
        self.leased_at: dict[str, float] = {}
        self._stack = contextlib.AsyncExitStack()

    async def start(self) -> None:
        """Start the worker alone."""
        self.worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "media", "--listen", f"unix:{self._socket}", "--udp", "127.0.0.1:0",
            "--recordings", str(self.recordings), cwd=HOUSE, env=os.environ,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert self.worker.stdout is not None
        await asyncio.wait_for(self.worker.stdout.readline(), 60)

    async def open(self) -> None:
        """Connect everybody."""
        connector = UnixConnector(str(self._socket))
        self._http = await self._stack.enter_async_context(ClientSession("http://w", connector=connector))
        for room in self.rooms:
            await self._ask("POST", f"/rooms/{room}/open")
            self.people[room] = [await self._join(room, name) for name in PEOPLE]

    async def _join(self, room: str, name: str) -> Person:
        client = RawClient()
        self._stack.push_async_callback(client.close)
        said = await self._ask("POST", f"/rooms/{room}/endpoints/{name}", {"sdp": await client.offer()})
        await client.check(said["sdp"])
        await client.handshake()
        return Person(name, client, self._pieces, self._dice)

    async def record(self) -> None:
        """Renew every lease; never returns."""
        while True:
            for room in self.rooms:
                body = {
                    "recording": room,
                    "key": base64.b64encode(self._key).decode(),
                    "wrapped": "",
                    "endpoints": list(PEOPLE),
                    "seconds": LEASE,
                }
                await self._ask("PUT", f"/rooms/{room}/recording", body)
                self.leased_at.setdefault(room, time.perf_counter())
            await asyncio.sleep(RENEW_EVERY)

    async def stop_recording(self, room: str) -> None:
        """Ask for a room's end, whatever becomes of it."""
        await self._ask("DELETE", f"/rooms/{room}/recording")

    async def run(self, seconds: float) -> float:
        """Send for so long, then kill the worker; when."""
        began = time.perf_counter()
        while (now := time.perf_counter()) < began + seconds:
            for person in (person for people in self.people.values() for person in people):
                person.send_due(began, now)
            await asyncio.sleep(STEP)
        killed = time.perf_counter()
        self.worker.kill()
        await self.worker.wait()
        return killed

    async def close(self) -> None:
        if self.worker.returncode is None:
            self.worker.kill()
            await self.worker.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._stack.aclose()

    async def _ask(self, method: str, path: str, body: object = None) -> Any:
        async with self._http.request(method, path, json=body) as answer:
            return await answer.json() if answer.content_type == "application/json" else None
