"""One whole visit that goes on for hours: two browsers with the product's own pages, and nobody touches them.

Looked at every ten seconds: the longest time without a new picture at either side, whether a page made a new
connection or lost its sound, and what pages and processes hold.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page, async_playwright

from tests import demo_server
from tests.browser import chromium, devices
from tests.browser.people import DESKTOP, PHONE, Clinician, Member, in_a_visit, open_page

LOOK_EVERY: Final = 10.0
LONGEST_GAP: Final = 2.0
"""Seconds without a new picture that nobody should see on a network that loses nothing."""
LOOK: Final = """(since) => {
  const now = performance.timeOrigin + performance.now();
  const marks = [...witness.frames.filter((at) => at > now - since * 1000), now];
  let gap = marks.length > 1 ? 0 : since * 1000;
  for (let n = 1; n < marks.length; n += 1) gap = Math.max(gap, marks[n] - marks[n - 1]);
  return { gap: Math.round(gap) / 1000, connections: witness.connections,
    heap_mb: Math.round((performance.memory?.usedJSHeapSize ?? 0) / 1e5) / 10,
    nodes: document.querySelectorAll("*").length };
}"""


async def measure(minutes: float) -> dict[str, Any]:
    """One visit of so many minutes; the figures and what was seen all along."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = await demo_server.start(folder, environment={"VIDEOVISIT_MEDIA_WORKERS": "1"})
        try:
            async with async_playwright() as playwright:
                browsers = [
                    await chromium.launch(
                        playwright,
                        picture=devices.write_picture(look, folder),
                        tone=devices.write_tone(look, folder),
                        more=("--enable-precise-memory-info",),
                    )
                    for look in (devices.MEMBER, devices.CLINICIAN)
                ]
                ana = Member(*await open_page(browsers[0], server.info["member_link"], size=PHONE))
                dr = Clinician(*await open_page(browsers[1], server.info["clinician_link"], size=DESKTOP))
                await dr.signs_in(server.info["clinician"])
                await in_a_visit(ana, dr, server)
                rows = await _watched(minutes, {"member": ana.page, "clinician": dr.page}, server)
                heard = [await person.hertz() for person in (ana, dr)]
                await dr.ends_visit()
                await ana.sees("Thank you. Your visit")
        finally:
            await server.stop()
    return figures(rows, heard)


async def _watched(
    minutes: float, pages: dict[str, Page], server: demo_server.DemoServer
) -> list[dict[str, Any]]:
    began = time.perf_counter()
    rows: list[dict[str, Any]] = []
    while time.perf_counter() - began < minutes * 60:
        await asyncio.sleep(LOOK_EVERY)
        row: dict[str, Any] = {"s": round(time.perf_counter() - began, 1)}
        row |= {name: await page.evaluate(LOOK, LOOK_EVERY + 1) for name, page in pages.items()}
        row["rss_mb"] = [_resident(pid) for pid in (server.process.pid, *server.workers())]
        rows.append(row)
        if len(rows) % 30 == 0:
            print(row, flush=True)
    return rows


def _resident(pid: int) -> float:
    """Megabytes that a process holds; 0 where it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return round(int(status.split("VmRSS:")[1].split()[0]) / 1024, 1)


def figures(rows: list[dict[str, Any]], heard: list[float | None]) -> dict[str, Any]:
    """What is asked of them."""
    sides = ("member", "clinician")
    gap = max(row[side]["gap"] for row in rows for side in sides)
    connections = {side: rows[-1][side]["connections"] for side in sides}
    warm = rows[len(rows) // 3]
    return {
        "visit_minutes": round(rows[-1]["s"] / 60, 1),
        "visit_gap_s_max": gap,
        "visit_connections": connections,
        "visit_heap_mb": {side: [warm[side]["heap_mb"], rows[-1][side]["heap_mb"]] for side in sides},
        "visit_rss_mb": [warm["rss_mb"], rows[-1]["rss_mb"]],
        "visit_heard_hz": heard,
        "visit_passed": gap <= LONGEST_GAP
        and all(count == 1 for count in connections.values())
        and all(hertz is not None for hertz in heard),
        "rows": rows,
    }
