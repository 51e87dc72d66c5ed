"""NAT rebinding: the same endpoint and session, from one packet to the next from another address."""

import asyncio
import random
import struct
import tempfile
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import aiohttp
import aioice.ice

from tests import demo_server
from tests.fuzz.media_tests import CAMERA, MICROPHONE, slots
from tests.switch.nat import Nat
from tests.visiting import Doorstep, RawClient, Side

EVERY: Final = 0.02
WAIT: Final = (3.2, 4.2)
"""Seconds between two rebindings of one endpoint; a move has to be confirmed by a check within three."""
LOOK_FOR: Final = 1.5
CHECKS_EVERY: Final = 2.5
"""Seconds between the checks of a browser's healthy connection; aioice's own are 5 apart."""


def another() -> RawClient:
    """A client with other SSRCs than the rest: they are chance in a browser, and tell whose a packet is."""
    microphone = replace(MICROPHONE, ssrc=1101)
    return RawClient(microphone, replace(CAMERA, ssrc=2101, rtx_ssrc=2102), *slots(1))


class Talk:
    """Both sides of a visit send numbered sound; who received what when."""

    def __init__(self, sides: tuple[Side, Side]) -> None:
        self._clients: list[RawClient] = []
        for side in sides:
            assert isinstance(side.media, RawClient)
            self._clients.append(side.media)
        self._count = 0
        self._ssrcs = [int(client.lines[0].ssrc or 0) for client in self._clients]
        self.heard: tuple[list[tuple[float, int]], ...] = ([], [])
        self._seen = [len(client.rtp) for client in self._clients]
        self._task = asyncio.create_task(self._talk())

    async def _talk(self) -> None:
        due = time.perf_counter()
        while True:
            self._count += 1
            for client, ssrc in zip(self._clients, self._ssrcs, strict=True):
                packet = client.protected(
                    self._count & 0xFFFF, b"sound", ssrc=ssrc, timestamp=self._count * 960
                )
                client.send(packet)
            due += EVERY
            while (left := due - time.perf_counter()) > 0:
                await asyncio.sleep(min(left, 0.004))
                self._note()

    def _note(self) -> None:
        now = time.perf_counter()
        for number, client in enumerate(self._clients):
            for packet in client.rtp[self._seen[number] :]:
                self.heard[number].append((now, struct.unpack_from(">H", packet, 2)[0]))
            self._seen[number] = len(client.rtp)

    def gap(self, side: int, since: float, until: float) -> float:
        """The longest time without a packet at a side in this span, to its end."""
        times = [at for at, _ in self.heard[side] if since - 1 < at <= until]
        marks = [max((at for at in times if at <= since), default=since)]
        marks += [*(at for at in times if at > since), until]
        return max(b - a for a, b in pairwise(marks))

    async def stop(self) -> None:
        """Say no more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def measure(trials: int, dice: random.Random) -> list[dict[str, Any]]:
    """So many rebindings of both sides in turn."""
    aioice.ice.CONSENT_INTERVAL = CHECKS_EVERY
    with tempfile.TemporaryDirectory() as folder:
        server = await demo_server.start(Path(folder), tls=False)
        ways = (Nat(), Nat())
        for way in ways:
            way.open()
        try:
            async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
                doorstep = Doorstep(server, http, "rebind")
                leads = (ways[0].lead, ways[1].lead)
                visit = await doorstep.visit(await doorstep.clinician(), RawClient, another, leads)
                talk = Talk(visit.sides)
                rows = []
                await asyncio.sleep(1.0)
                for number in range(trials):
                    side = number % 2
                    await asyncio.sleep(dice.uniform(*WAIT) / 2)
                    ways[side].rebind()
                    began = ways[side].changed_at
                    await asyncio.sleep(LOOK_FOR)
                    down = ways[side].first_down
                    rows.append(
                        {
                            "side": ("member", "clinician")[side],
                            "followed_s": round(down - began, 4) if down is not None else None,
                            "gap_down_s": round(talk.gap(side, began, began + LOOK_FOR), 4),
                            "gap_up_s": round(talk.gap(1 - side, began, began + LOOK_FOR), 4),
                        }
                    )
                await talk.stop()
                await visit.end()
                await doorstep.close()
        finally:
            for way in ways:
                way.close()
            await server.stop()
    return rows
