"""Every screen, in both languages and at three widths: axe finds nothing, nothing is cut off, and a picture is kept to look at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.people import DESKTOP, PHONE, Clinician, Member, Support, open_page
from tests.demo_server import DemoServer

HOUSE = Path(__file__).parents[2]
AXE = (HOUSE / "web_client" / "node_modules" / "axe-core" / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "section508", "best-practice"]
WIDTHS = (320, 390, 1280)
PICTURES = HOUSE / "test-results" / "screens"


async def look(page: Page, name: str) -> list[str]:
    """Photograph a screen at each width and answer what is wrong with it: axe findings and sideways scrolling."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size
    wrong = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 844 if width < 1000 else 800})
        overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            wrong.append(f"{name} at {width}: {overflow} px wider than the screen")
        await page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
    if size is not None:
        await page.set_viewport_size(size)
    await page.evaluate(AXE)
    found = await page.evaluate(
        "tags => axe.run(document, {runOnly: tags}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target).join(' ')))",
        TAGS,
    )
    return wrong + [f"{name}: {finding}" for finding in found]


class Tour:
    """Looks at each screen it is led to and collects what is wrong."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language = page, language
        self.wrong: list[str] = []

    async def stops_at(self, name: str) -> None:
        await self.page.wait_for_timeout(250)  # let entrances end, so that the picture is of the screen at rest
        self.wrong += await look(self.page, f"{self.language}-{name}")


async def press_first(page: Page, *names: str) -> None:
    """Press the button that has one of these names: English and Spanish."""
    for name in names:
        button = page.get_by_role("button", name=name)
        if await button.count():
            await button.first.click()
            return
    raise AssertionError(f"none of {names} is on the page")
