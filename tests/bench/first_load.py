"""The member page's first load: bytes on the wire, and the time until it answers a person on a slow phone."""

from typing import Any

from playwright.async_api import async_playwright

from tests.browser import chromium
from tests.browser.people import PHONE
from tests.demo_server import DemoServer

SLOW_PHONE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
CPU_SLOWDOWN = 4


async def measure(server: DemoServer, trials: int = 5) -> dict[str, Any]:
    """Kilobytes (of 1,000 bytes) of the first load; milliseconds until the first question can be answered."""
    sizes, times = [], []
    async with async_playwright() as playwright:
        browser = await chromium.launch(playwright)
        for _ in range(trials):
            context = await browser.new_context(ignore_https_errors=True, viewport=PHONE, locale="en-US")
            page = await context.new_page()
            session = await context.new_cdp_session(page)
            received: list[float] = []
            session.on(
                "Network.loadingFinished", lambda event, to=received: to.append(event["encodedDataLength"])
            )
            await session.send("Network.enable")
            await session.send("Network.emulateNetworkConditions", SLOW_PHONE)
            await session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
            await page.goto(server.info["member_link"], wait_until="commit")
            await page.get_by_role("button", name="Continue").wait_for()
            times.append(await page.evaluate("performance.now()"))
            await page.wait_for_load_state("networkidle")
            sizes.append(sum(received) / 1000)
            await context.close()
        await browser.close()
    return {"join_page_kb": max(sizes), "interactive_ms": times}
