"""The people of a visit, each in a real browser: they press what a person would press."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.chromium import WITNESS

PATIENCE_MS = 15_000
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


async def open_page(
    browser: Browser, url: str, *, size: dict[str, int], locale: str = "en-US", scripts: tuple[str, ...] = ()
) -> tuple[BrowserContext, Page]:
    """A fresh context (no cookies) that trusts the throw-away certificate, with the witness looking on."""
    context = await browser.new_context(
        ignore_https_errors=True, viewport=size, locale=locale, timezone_id="America/Los_Angeles"
    )
    context.set_default_timeout(PATIENCE_MS)
    for script in (WITNESS, *scripts):
        await context.add_init_script(script)
    page = await context.new_page()
    await page.goto(url)
    return context, page


@dataclass(slots=True)
class Person:
    """Somebody with a page; `context` is their browser profile."""

    context: BrowserContext
    page: Page

    async def presses(self, name: str, *, exact: bool = False) -> None:
        await self.page.get_by_role("button", name=name, exact=exact).first.click()

    async def sees(self, text: str) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)

    async def reloads(self) -> None:
        await self.page.reload()

    async def decodes_frames(self, count: int = 10) -> None:
        """New frames arrive from the far side and keep coming."""
        seen = await self.page.evaluate("witness.frames.length")
        await self.page.wait_for_function(
            "n => witness.frames.length >= n", arg=seen + count, timeout=PATIENCE_MS
        )

    async def colour(self) -> tuple[int, int, int]:
        """Mean red, green, blue of the last decoded frame."""
        red, green, blue = await self.page.evaluate("witness.colour()")
        return red, green, blue

    async def hertz(self) -> float | None:
        """The strongest frequency heard from the far side."""
        heard: float | None = await self.page.evaluate("witness.hertz()")
        return heard

    async def frame_count(self) -> int:
        count: int = await self.page.evaluate("witness.frames.length")
        return count


class Member(Person):
    """The person receiving care, on a phone."""

    async def gives_birth_date(self, date: str) -> None:
        year, month, day = date.split("-")
        await self.page.locator("[name=month]").select_option(str(int(month)))
        await self.page.locator("[name=day]").fill(str(int(day)))
        await self.page.locator("[name=year]").fill(year)
        await self.presses("Continue")

    async def answers_questions(
        self, *, place: str = "12 Elm Street, Springfield", number: str = "415 555 0134"
    ) -> None:
        await self.page.locator("[name=address]").fill(place)
        await self.page.locator("[name=number]").fill(number)
        await self.presses("Continue")

    async def passes_camera_check(self) -> None:
        await self.presses("Test my camera")
        await self.presses("I can see myself")

    async def checks_in(self) -> None:
        await self.presses("Check in")


class Clinician(Person):
    """At a desk, in the console."""

    async def signs_in(self, login: dict[str, Any]) -> None:
        await self.page.locator("[name=user]").fill(login["user"])
        await self.page.locator("[name=password]").fill(login["password"])
        await self.presses("Sign in")

    async def claims(self, short_name: str) -> None:
        await self.presses(f"Claim {short_name}")

    async def admits(self) -> None:
        await self.page.get_by_role("button", name="Admit").first.click()

    async def ends_visit(self) -> None:
        await self.presses("End visit")


class Support(Clinician):
    """Watches every waiting room; never sees or hears a visit."""
