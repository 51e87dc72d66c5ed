"""Two real browsers and a worker, each browser behind a link of its own."""

import asyncio
import contextlib
import os
import random
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web
from playwright.async_api import Page, async_playwright

from tests.badnet.link import Link
from tests.browser import chromium, devices

SCRIPT: Final = (Path(__file__).parent / "page.js").read_text()
PAGES: Final = Path(__file__).parents[2] / "web_client"
TAKEN: Final = """
export { shape } from "./media/layers";
export { Sizing } from "./media/picture_size";
export { countsOf, sampleOf } from "./media/quality";
export { MEASURE_EVERY_MS } from "./visit/conditions";
"""
"""What the ends take of the product's pages: how large a picture they send on a narrow way."""
UP_WITHIN: Final = 20.0


@dataclass
class Ends:
    """`bad` is behind the link whose conditions change, `good` behind one that stays as it is."""

    bad: Page
    good: Page
    link: Link

    async def media(self, seconds: float, settle: float) -> dict[str, dict[str, float]]:
        """What each side receives in so many seconds, after some to settle in."""
        await asyncio.sleep(settle)
        before = {name: await page.evaluate("end.begin()") for name, page in self._pages()}
        sound = self.link.sound.copy()
        await asyncio.sleep(seconds)
        unlucky = {name: self.link.unlucky(sound, down=name == "down") for name in before}
        after = {name: await page.evaluate("end.stop()") for name, page in self._pages()}
        seen = {name: _received(before[name], after[name], seconds) for name in before}
        for name, side in seen.items():
            side["audio_unlucky"] = round(unlucky[name], 4)
            side["audio_loss_added_points"] = round(100 * (side["audio_loss"] - unlucky[name]), 2)
        return seen

    def _pages(self) -> tuple[tuple[str, Page], tuple[str, Page]]:
        # What the good side receives went up the bad link, and the other way round.
        return (("up", self.good), ("down", self.bad))


def _received(before: dict[str, Any], after: dict[str, Any], seconds: float) -> dict[str, float]:
    audio, video = after.get("audio", {}), after.get("video", {})
    old_audio, old_video = before.get("audio", {}), before.get("video", {})

    def grew(now: dict[str, Any], then: dict[str, Any], key: str) -> float:
        return float(now.get(key, 0)) - float(then.get(key, 0))

    lost = grew(audio, old_audio, "packetsLost")
    heard = grew(audio, old_audio, "packetsReceived")
    return {
        "audio_loss": round(max(lost, 0.0) / (max(lost, 0.0) + heard), 4) if heard else 1.0,
        "audio_made_up_s": round(float(after["longest"]), 2),
        "frozen": round(grew(video, old_video, "totalFreezesDuration") / seconds, 4),
        "frames": int(grew(video, old_video, "framesDecoded")),
        "kbit_s": round(grew(video, old_video, "bytesReceived") * 8 / seconds / 1000),
    }


def write_noise(folder: Path) -> Path:
    """A Y4M picture that wants all the bitrate it can get: coarse noise, another in each frame."""
    width, height, rate = 640, 360, 15
    dice = random.Random(5)
    path = folder / "noise.y4m"
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{width} H{height} F{rate}:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(2 * rate):
            rows = bytearray()
            for _ in range(height // 8):
                row = b"".join(bytes([dice.randrange(60, 200)]) * 8 for _ in range(width // 8))
                rows += row * 8
            out.write(b"FRAME\n" + rows + bytes([128]) * (width * height // 2))
    return path


@contextlib.asynccontextmanager
async def ends(folder: Path, dice: random.Random) -> AsyncIterator[Ends]:
    """Everything started, nobody connected."""
    product = await _bundle()
    links = {"bad": Link(dice), "good": Link(dice)}
    for link in links.values():
        link.open()
    api = folder / "worker.sock"
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "media", "--listen", f"unix:{api}", "--udp", "127.0.0.1:0", "--open-rooms"),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(api))) as http:
            await _answers(http)
            runner = web.AppRunner(_signaling(http, links))
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            base = f"http://127.0.0.1:{runner.addresses[0][1]}/"
            async with async_playwright() as playwright:
                pages = {}
                for name, look in (("bad", devices.MEMBER), ("good", devices.CLINICIAN)):
                    browser = await chromium.launch(
                        playwright, picture=write_noise(folder), tone=devices.write_tone(look, folder)
                    )
                    pages[name] = await browser.new_page()
                    await pages[name].goto(base)
                    await pages[name].evaluate(product)
                    await pages[name].evaluate(SCRIPT)
                yield Ends(pages["bad"], pages["good"], links["bad"])
            await runner.cleanup()
    finally:
        worker.terminate()
        await worker.wait()
        for link in links.values():
            link.close()


async def _bundle() -> str:
    """`TAKEN` as a script that says `window.product`."""
    bundler = await asyncio.create_subprocess_exec(
        PAGES / "node_modules" / ".bin" / "esbuild",
        *("--bundle", "--format=iife", "--global-name=window.product", "--loader=ts", "--log-level=error"),
        cwd=PAGES / "src" / "kit",
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},  # where `make dev` puts Node
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    script, _ = await bundler.communicate(TAKEN.encode())
    assert bundler.returncode == 0
    return script.decode()


async def _answers(http: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(UP_WITHIN):
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with http.get("http://worker/healthz"):
                    return
            await asyncio.sleep(0.05)


def _signaling(http: aiohttp.ClientSession, links: dict[str, Link]) -> web.Application:
    async def offer(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        side, _, room = name.partition("-")
        where = f"http://worker/rooms/{room or 'visit'}/endpoints/{side}"
        async with http.post(where, json={"sdp": await request.text()}) as answer:
            body = await answer.json()
            if answer.status != 200:
                return web.Response(status=answer.status)
        return web.Response(text=links[side].lead(body["sdp"]))

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>end</title>", content_type="text/html")

    app = web.Application()
    app.add_routes([web.post("/offer/{name}", offer), web.get("/", page)])
    return app
