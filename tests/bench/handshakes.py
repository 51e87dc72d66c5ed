"""Handshakes as the media workers tell of them: from the offer at the worker to DTLS connected.

A member and a clinician have a computer each; here both browsers share two cores with the server. So they are
counted twice: in whole visits, where each browser stands in the other's way, and one page at a time.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import aiohttp
from playwright.async_api import async_playwright

from tests.bench import admits
from tests.browser import chromium, devices
from tests.browser.people import DESKTOP, PHONE, Clinician, Member, open_page
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


async def one_at_a_time(server: DemoServer, folder: Path, trials: int) -> list[float]:
    """Milliseconds of so many members who check in and of the clinicians who then claim them.

    Each browser stands still while the other one's handshake is made.
    """
    async with heard(server) as found, async_playwright() as playwright, aiohttp.ClientSession() as http:
        pictures = [devices.write_picture(look, folder) for look in (devices.MEMBER, devices.CLINICIAN)]
        browsers = [await chromium.launch(playwright, picture=picture) for picture in pictures]
        context, page = await open_page(browsers[1], server.info["clinician_link"], size=DESKTOP)
        clinician = Clinician(context, page)
        await clinician.signs_in(server.info["clinician"])
        for number in range(trials):
            link, name = await admits.book(http, server, number, "alone")
            context, page = await open_page(browsers[0], link, size=PHONE)
            member = Member(context, page)
            await member.gives_birth_date(admits.BIRTH_DATE)
            await member.answers_questions()
            await member.agrees()
            await member.passes_camera_check()
            with standing_still(pictures[1]):
                await member.checks_in()
                await page.wait_for_function("() => witness.handshakes.length > 0", polling=100)
            await clinician.sees(name)
            with standing_still(pictures[0]):
                await clinician.claims(name)
                await clinician.is_ready_to_admit()
            await clinician.presses("Put back")
            await context.close()
        for browser in browsers:
            await browser.close()
    return found


@contextmanager
def standing_still(picture: Path) -> Iterator[None]:
    """Stop all processes of the browser whose camera shows `picture`, for less than a missed ping."""
    parents: dict[int, int] = {}
    family: set[int] = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if str(picture) in (process / "cmdline").read_text():
                family.add(int(process.name))
    while grown := {child for child, parent in parents.items() if parent in family} - family:
        family |= grown
    send_all(family, signal.SIGSTOP)
    try:
        yield
    finally:
        send_all(family, signal.SIGCONT)


def send_all(processes: set[int], number: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)
