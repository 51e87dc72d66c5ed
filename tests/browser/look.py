"""Looking at a screen as people do: at three widths, zoomed in, from right to left, by keyboard, with axe."""

import os
from pathlib import Path
from typing import Final

from playwright.async_api import Page

HOUSE: Final = Path(__file__).parents[2]
AXE: Final = (HOUSE / "web_client" / "node_modules" / "axe-core" / "axe.min.js").read_text()
LOOK: Final = Path(__file__).with_name("look.js").read_text()
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "section508", "best-practice"]
RUN_AXE: Final = """tags => axe.run(document, { runOnly: tags }).then((report) =>
  report.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target).join(' ')))"""
WIDTHS: Final = (320, 390, 1280)
ZOOMED: Final = {"width": 320, "height": 256}
"""A window of 1280 by 1024 at 400 % (WCAG 2.2, 1.4.10)."""
MOSTLY_STUCK: Final = 0.6
"""Of the height of a zoomed window: what is left must do for reading."""
PICTURES: Final = HOUSE / "test-results" / "screens" if os.environ.get("SCREENS") else None
"""Where screens are photographed for people to look at: a quarter of the time, so only where asked for."""


async def look(page: Page, name: str) -> list[str]:
    """Look at a screen, and leave it as it was; what is wrong with it."""
    size = page.viewport_size
    assert size is not None
    await page.evaluate(LOOK)
    wrong = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 844 if width < 1000 else 800})
        wrong += await _wider(page, f"at {width}")
        await _photograph(page, f"{name}-{width}")
    await page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]
    wrong += await _wider(page, "at 400 %")
    stuck = await page.evaluate("look.stuck()")
    if stuck > MOSTLY_STUCK:
        wrong.append(f"at 400 % {stuck:.0%} of the window does not scroll")
    await page.set_viewport_size({"width": 320, "height": 844})
    await page.evaluate("look.mirror()")
    wrong += await _wider(page, "from right to left")
    await _photograph(page, f"{name}-rtl")
    await page.evaluate("look.restore()")
    await page.set_viewport_size(size)
    await page.evaluate("scrollTo(0, 0)")
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    wrong += await page.evaluate(RUN_AXE, TAGS)
    return [f"{name}: {finding}" for finding in wrong]


async def walk(page: Page, name: str) -> list[str]:
    """Go once round a screen by Tab: what is not reached, or cannot be seen when it is."""
    await page.evaluate(LOOK)
    # A few more than there are: the browser stops at what scrolls, too, and outside the page.
    for _ in range(await page.evaluate("look.beginWalk()") + 8):
        await page.keyboard.press("Tab")
        await page.evaluate("look.step()")
    return [f"{name}: {finding}" for finding in await page.evaluate("look.endWalk()")]


async def _photograph(page: Page, name: str) -> None:
    if PICTURES is not None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


async def _wider(page: Page, how: str) -> list[str]:
    overflow = await page.evaluate("look.wider()")
    return [f"{how}: {overflow} px wider than the screen"] if overflow > 0 else []


class Tour:
    """Looks at each screen it is led to, in English and in Spanish, and collects what is wrong."""

    def __init__(self, page: Page, door: str) -> None:
        self.page, self.door = page, door
        self.wrong: list[str] = []

    async def stops_at(self, name: str, *, modal: bool = False) -> None:
        """A modal dialog covers the language switch: it is seen in the language of its page."""
        self.wrong += await look(self.page, f"{self.door}-{name}-en")
        self.wrong += await walk(self.page, f"{self.door}-{name}-en")
        if not modal:
            await self.speaks("Español")
            self.wrong += await look(self.page, f"{self.door}-{name}-es")
            await self.speaks("English")

    async def speaks(self, language: str) -> None:
        """Choose another language, where the screen has a choice."""
        await self.page.get_by_text(language, exact=True).first.click()
