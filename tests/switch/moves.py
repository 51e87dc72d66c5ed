"""A change of network under a real page: all of its former addresses are dead, and nobody tells it.

The member is Chromium with the product's own page, the clinician a Python endpoint. The page has to notice,
to restart ICE by a re-offer on the same DTLS session, and to be answered. The longest time without a new
decoded picture is measured at both sides. In every other trial the browser says that it is online again just
after the change, as it does where the machine noticed.
"""

import asyncio
import random
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import aiohttp
from playwright.async_api import async_playwright

from media.core.vp8 import begins_keyframe
from tests import demo_server
from tests.browser import chromium, devices
from tests.browser.people import PHONE, Member, open_page
from tests.switch.nat import Nat
from tests.visiting import BIRTH_DATE, PATIENCE, Caller, Doorstep, Side

PICTURE, TONE = 190, 900.0
REST: Final = (2.0, 4.0)
"""Seconds of quiet before a change."""
LOOK_FOR: Final = 7.0
"""Seconds after a change that are looked at; what has not come by then counts as that long."""
ASKS_AFTER: Final = 3.0
"""Seconds without a whole picture after which Chromium's receiver asks for a keyframe, and ours."""
LEAD = """(() => {
  const real = RTCPeerConnection.prototype.setRemoteDescription;
  window.switched = { answers: 0, connections: new Set() };
  RTCPeerConnection.prototype.setRemoteDescription = function (said) {
    window.switched.answers += 1;
    window.switched.connections.add(this);
    const sdp = said.sdp.replace(/(127\\.0\\.0\\.1) \\d+ typ host/g, "$1 PORT typ host");
    return real.call(this, { type: said.type, sdp });
  };
})()"""
COUNTS = "() => [switched.answers, switched.connections.size]"


class Watcher:
    """Looks at the pictures that the clinician's side receives: when one was whole with what it builds on.

    It stands where the endpoint's own decoder would, and asks for a keyframe when a browser's would.
    """

    def __init__(self, caller: Caller) -> None:
        self.times: list[float] = []
        self._waiting: dict[int, Any] = {}
        self._next: int | None = None
        self._asked = 0.0
        receiver: Any = caller._slots[1].receiver
        self._ask = receiver._send_rtcp_pli
        self._type = next(codec.payloadType for codec in _codecs(receiver) if codec.mimeType == "video/VP8")
        receiver._handle_rtp_packet = self._take
        sound: Any = caller._slots[0].receiver
        sound._handle_rtp_packet = self._pass_over

    async def _pass_over(self, packet: Any, arrival_time_ms: int) -> None:
        """Sound that nobody takes would be kept for ever."""

    async def _take(self, packet: Any, arrival_time_ms: int) -> None:  # noqa: ARG002 - aiortc calls it so
        if packet.payload_type != self._type:
            return
        self._waiting[packet.sequence_number] = packet
        if begins_keyframe(packet.payload):
            self._next = packet.sequence_number
        while self._next is not None and (found := self._waiting.pop(self._next, None)) is not None:
            self._next = self._next + 1 & 0xFFFF
            if found.marker:
                self.times.append(time.time())
        now = time.time()
        if self.times and now - self.times[-1] > ASKS_AFTER and now - self._asked > ASKS_AFTER:
            self._asked = now
            await self._ask(packet.ssrc)
        if len(self._waiting) > 2000:
            self._waiting.clear()


def _codecs(receiver: Any) -> list[Any]:
    """What was agreed on for a receiver."""
    found: list[Any] = list(receiver._RTCRtpReceiver__codecs.values())
    return found


def gap(times: list[float], since: float, until: float) -> float:
    """The longest time without a picture in this span."""
    marks = [max((at for at in times if at <= since), default=since)]
    marks += [*(at for at in times if since < at <= until), until]
    return round(max(b - a for a, b in pairwise(marks)), 3)


async def measure(trials: int, dice: random.Random) -> list[dict[str, Any]]:
    """So many changes of network in one visit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = await demo_server.start(folder, tls=False)
        way = Nat()
        way.open()
        try:
            async with (
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
                async_playwright() as playwright,
            ):
                doorstep = Doorstep(server, http, "switch")
                await doorstep.workers_answer(2)
                way.towards(await doorstep.where("media-0"))
                browser = await chromium.launch(
                    playwright,
                    picture=devices.write_picture(devices.MEMBER, folder),
                    tone=devices.write_tone(devices.MEMBER, folder),
                )
                console = await doorstep.clinician()
                visit, link = await doorstep.book()
                script = LEAD.replace("PORT", str(way.port))
                _, page = await open_page(browser, link, size=PHONE, scripts=(script,))
                member = Member(page.context, page)
                await member.comes_to_the_waiting_room(BIRTH_DATE)
                await console.until(lambda board: visit in board.visits)
                assert (await console.does("claim", visit=visit)).get("ok")
                side = Side(console, visit, lambda: Caller(PICTURE, TONE))
                await side.connect()
                assert (await console.does("admit", visit=visit)).get("ok")
                await member.decodes_frames()
                assert isinstance(side.media, Caller)
                watcher = Watcher(side.media)
                rows = []
                for number in range(trials):
                    await asyncio.sleep(dice.uniform(*REST))
                    rows.append(await _change(page, way, watcher, told=number % 2 == 1))
                await side.close()
                await browser.close()
                await doorstep.close()
        finally:
            way.close()
            await server.stop()
    return rows


async def _change(page: Any, way: Nat, watcher: Watcher, *, told: bool) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        answers, connections = await page.evaluate(COUNTS)
    way.cut()
    began = time.time()
    if told:
        await page.evaluate("window.dispatchEvent(new Event('online'))")
    await asyncio.sleep(LOOK_FOR)
    seen = [at / 1000 for at in await page.evaluate("witness.frames.slice(-400)")]
    now_answers, now_connections = await page.evaluate(COUNTS)
    return {
        "told": told,
        "member_gap_s": gap(seen, began, began + LOOK_FOR),
        "clinician_gap_s": gap(watcher.times, began, began + LOOK_FOR),
        "answers": now_answers - answers,
        "new_connections": now_connections - connections,
    }
