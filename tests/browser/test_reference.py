"""The reference pages, at three widths: axe finds nothing, nothing is cut off, and the keyboard reaches all of it."""

import pytest
from playwright.async_api import Browser

from tests.browser.people import DESKTOP, open_page
from tests.browser.test_access import look
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_they_are_clean(server: DemoServer, members_browser: Browser) -> None:
    wrong = []
    for name in ("docs", "events"):
        context, page = await open_page(
            members_browser, f"{server.info['base_url']}/api/v1/{name}", size=DESKTOP
        )
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text))
        await page.reload()
        wrong += await look(page, f"reference-{name}")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "content"
        wrong += refused
        await context.close()
    assert wrong == []
