"""The reference pages, at three widths: axe finds nothing, nothing is cut off, no policy is broken."""

from functools import partial

import pytest
from playwright.async_api import Browser, ConsoleMessage

from tests.browser.look import look
from tests.browser.people import DESKTOP, open_page
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")


def complained(wrong: list[str], message: ConsoleMessage) -> None:
    wrong.append(message.text)


async def test_they_are_clean(server: DemoServer, members_browser: Browser) -> None:
    wrong: list[str] = []
    for name in ("docs", "events"):
        context, page = await open_page(
            members_browser, f"{server.info['base_url']}/api/v1/{name}", size=DESKTOP
        )
        page.on("console", partial(complained, wrong))
        await page.reload()
        wrong += await look(page, f"reference-{name}")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "content"
        await context.close()
    assert wrong == []
