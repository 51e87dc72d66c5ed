"""Whole visits in two real browsers: from check-in to the console, from Admit to the first decoded frames."""

import asyncio
import datetime as dt
import sys
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, Page, async_playwright

from tests.browser import chromium, devices
from tests.browser.people import DESKTOP, PHONE, Clinician, Member, open_page
from tests.demo_server import DemoServer

BIRTH_DATE = "1980-05-17"

# Epoch milliseconds at which a button of that name first stands on the page.
APPEARS = """(name) => new Promise((resolve) => {
  const label = (b) => b.getAttribute('aria-label') || b.textContent;
  const look = () => [...document.querySelectorAll('button')].some((b) => label(b).includes(name));
  const now = () => performance.timeOrigin + performance.now();
  const done = () => { watcher.disconnect(); resolve(now()); };
  const watcher = new MutationObserver(() => look() && done());
  watcher.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  if (look()) done();
})"""

# Epoch milliseconds of the next click on a button whose name starts so.
CLICKED = """(name) => { window.__clicked = null; document.addEventListener('click', (e) => {
  const b = e.target.closest('button');
  const label = b && (b.getAttribute('aria-label') || b.textContent).trim();
  if (label && window.__clicked === null && label.startsWith(name))
    window.__clicked = performance.timeOrigin + performance.now();
}, { capture: true }); }"""

FIRST_FRAME = "(after) => witness.frames.find((t) => t > after) ?? null"
DTLS = "() => witness.handshakes"


async def book(
    http: aiohttp.ClientSession, server: DemoServer, number: int, series: str = "bench"
) -> tuple[str, str]:
    """A pool visit of its own for one trial: (join link, how the console names the member)."""
    info = server.info
    headers = {"Authorization": f"Bearer {info['api_key']}", "Idempotency-Key": f"{series}-{number}"}
    first = series.capitalize() + "".join(chr(ord("a") + int(digit)) for digit in str(number))
    body = {
        "clinic": "harbor",
        "start": dt.datetime.now(dt.UTC).isoformat(),
        "minutes": 30,
        "mode": "video",
        "member": {"ref": f"{series}-{number}", "name": f"{first} Bench", "birth_date": BIRTH_DATE},
    }
    async with http.post(
        f"{info['base_url']}/api/v1/visits", json=body, headers=headers, ssl=False
    ) as answer:
        booked = await answer.json()
        if answer.status >= 300:
            raise RuntimeError(str(booked))
    return booked["join_url"], f"{first} B."


async def one_visit(member_browser: Browser, clinician: Clinician, link: str, name: str) -> dict[str, float]:
    """Check in, be claimed, be admitted, end; the figures of this one visit in milliseconds."""
    context, page = await open_page(member_browser, link, size=PHONE)
    member = Member(context, page)
    try:
        await member.gives_birth_date(BIRTH_DATE)
        await member.answers_questions()
        await member.agrees()
        await member.passes_camera_check()
        await page.evaluate(CLICKED, "Check in")
        shown = asyncio.ensure_future(clinician.page.evaluate(APPEARS, f"Claim {name}"))
        await member.checks_in()
        on_console = await shown - await page.evaluate("window.__clicked")
        await clinician.claims(name)
        await clinician.is_ready_to_admit()
        await clinician.page.evaluate(CLICKED, "Admit")
        await clinician.admits()
        await member.decodes_frames(5)
        await clinician.decodes_frames(5)
        clicked: float = await clinician.page.evaluate("window.__clicked")
        figures = {
            "checkin_to_console_ms": on_console,
            "member_first_frame_ms": await first_frame(page, clicked),
            "clinician_first_frame_ms": await first_frame(clinician.page, clicked),
        }
        for side, who in (("member", page), ("clinician", clinician.page)):
            handshakes = await who.evaluate(DTLS)
            if handshakes:
                figures[f"{side}_dtls_ms"] = handshakes[-1]
        await clinician.ends_visit()
        await clinician.presses("Back to the waiting room")
        return figures
    finally:
        await context.close()


async def first_frame(page: Page, after: float) -> float:
    """Milliseconds from the click to the first frame decoded on this page."""
    at: float = await page.evaluate(FIRST_FRAME, after)
    return at - after


async def measure(server: DemoServer, folder: Path, trials: int) -> list[dict[str, Any]]:
    """So many visits one after the other, with one member browser and one clinician browser."""
    rows = []
    async with async_playwright() as playwright, aiohttp.ClientSession() as http:
        browsers = [
            await chromium.launch(
                playwright, picture=devices.write_picture(look, folder), tone=devices.write_tone(look, folder)
            )
            for look in (devices.MEMBER, devices.CLINICIAN)
        ]
        context, page = await open_page(browsers[1], server.info["clinician_link"], size=DESKTOP)
        clinician = Clinician(context, page)
        await clinician.signs_in(server.info["clinician"])
        for number in range(trials):
            link, name = await book(http, server, number)
            rows.append(await one_visit(browsers[0], clinician, link, name))
            if number % 10 == 9:
                print(f"{number + 1} of {trials} admits", file=sys.stderr, flush=True)
        for browser in browsers:
            await browser.close()
    return rows
