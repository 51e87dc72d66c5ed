"""The people of a visit, each in a real browser: they press what a person would press."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, expect
from playwright.async_api import TimeoutError as TooLateError

from tests.browser.chromium import WITNESS
from tests.demo_server import DemoServer

PATIENCE_MS = 30_000
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


async def open_page(
    browser: Browser,
    url: str,
    *,
    size: dict[str, int],
    locale: str = "en-US",
    scripts: tuple[str, ...] = (),
    user_agent: str | None = None,
) -> tuple[BrowserContext, Page]:
    """A fresh context (no cookies) that trusts the throw-away certificate, with the witness looking on."""
    context = await browser.new_context(
        ignore_https_errors=True,
        viewport=size,
        locale=locale,
        timezone_id="America/Los_Angeles",
        user_agent=user_agent,
    )
    context.set_default_timeout(PATIENCE_MS)
    for script in (WITNESS, *scripts):
        await context.add_init_script(script)
    page = await context.new_page()
    await page.goto(url)
    return context, page


STAGE = (Path(__file__).parent / "stage.js").read_text()
"""Test-only: `stage.shown()` says who is shown and with whose colour."""


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

    async def decodes_a_frame_of_a_new_connection(self) -> float:
        """Epoch milliseconds of the first frame decoded after a second connection of the page was up."""
        await self.page.wait_for_function(
            "() => witness.connected.length > 1 && witness.frames.at(-1) > witness.connected.at(-1)",
            timeout=PATIENCE_MS,
        )
        at: float = await self.page.evaluate("witness.frames.find((t) => t > witness.connected.at(-1))")
        return at

    async def colour(self) -> tuple[int, int, int]:
        """Mean red, green, blue of the last decoded frame."""
        red, green, blue = await self.page.evaluate("witness.colour()")
        return red, green, blue

    async def hertz(self) -> float | None:
        """The strongest frequency heard from the far side."""
        heard: float | None = await self.page.evaluate("witness.hertz()")
        return heard

    async def comes_to_tell(self, what: str, wanted: Any, *, within_ms: int, every_ms: int = 250) -> None:
        """Wait until what a page tells is this. (`wait_for_function` takes any promise for true.)"""
        told: Any = None
        try:
            async with asyncio.timeout(within_ms / 1000):
                while (told := await self.page.evaluate(what)) != wanted:  # noqa: ASYNC110 - a page tells nobody
                    await asyncio.sleep(every_ms / 1000)
        except TimeoutError as late:
            raise AssertionError(f"{what}: {told}, not {wanted}") from late

    async def shows(self, **wanted: str) -> None:
        """Wait until just these people are shown, by first name, each with the colour of their own camera."""
        await self.page.evaluate(STAGE)
        try:
            await self.page.wait_for_function(
                "(wanted) => stage.shows(wanted)", arg=wanted, timeout=PATIENCE_MS
            )
        except TooLateError as late:
            raise AssertionError(f"shown: {await self.page.evaluate('stage.shown()')}") from late

    async def invites(self, name: str, *, kind: str = "Family or friend", signs: bool = False) -> str:
        """Invite somebody from the page one is on; answers their link. The list of people stays open."""
        await self.page.get_by_label("Name of the person").fill(name)
        await self.page.get_by_label(kind, exact=True).check()
        if signs:
            await self.page.get_by_label("They use sign language").check()
        await self.presses("Make a link")
        link = self.page.get_by_role("textbox", name=f"Link for {name}")
        await expect(link).to_be_visible(timeout=PATIENCE_MS)
        return await link.input_value()

    async def frame_count(self) -> int:
        count: int = await self.page.evaluate("witness.frames.length")
        return count


class Member(Person):
    """The person receiving care, on a phone."""

    async def gives_birth_date(self, date: str, *, whose: str = "Me") -> None:
        year, month, day = date.split("-")
        await self.page.get_by_label(whose, exact=True).check()
        await self.page.get_by_label("Month").select_option(str(int(month)))
        await self.page.get_by_label("Day").fill(str(int(day)))
        await self.page.get_by_label("Year").fill(year)
        await self.presses("Continue")

    async def answers_questions(self, *, place: str = "12 Elm Street, Sacramento, California") -> None:
        """Where, which number, who else."""
        await self.page.get_by_label("Address", exact=True).fill(place)
        await self.presses("Continue")
        await self.page.get_by_label("Phone number").fill("415 555 0134")
        await self.presses("Continue")
        await self.page.get_by_label("Nobody, I am alone").check()
        await self.presses("Continue")

    async def agrees(self) -> None:
        await self.presses("I agree")

    async def passes_camera_check(self) -> None:
        await self.presses("Test my camera")
        await self.presses("I can see myself")

    async def checks_in(self) -> None:
        await self.presses("Check in")

    async def comes_to_the_waiting_room(self, birth_date: str) -> None:
        """Every step from the link to the waiting page."""
        await self.gives_birth_date(birth_date)
        await self.answers_questions()
        await self.agrees()
        await self.passes_camera_check()
        await self.checks_in()
        await self.sees("You are checked in")

    async def leaves(self) -> None:
        await self.presses("Leave", exact=True)
        await self.presses("Leave now")


class Guest(Person):
    """Family or an interpreter, by a link of their own."""

    async def joins(self, name: str) -> None:
        await self.presses(f"Join as {name}")

    async def passes_camera_check(self) -> None:
        await self.presses("Test my camera")
        await self.presses("Go on", exact=True)


class Clinician(Person):
    """At a desk, in the console."""

    async def signs_in(self, login: dict[str, Any]) -> None:
        await self.page.get_by_label("User name", exact=True).fill(login["user"])
        await self.page.get_by_label("Password", exact=True).fill(login["password"])
        await self.presses("Sign in")

    async def claims(self, name: str = "") -> None:
        await self.presses(f"Claim {name}")

    async def is_ready_to_admit(self) -> None:
        await self.sees("Video connection ready")

    async def admits(self) -> None:
        await self.presses("Admit")

    async def ends_visit(self, outcome: str = "Treated") -> None:
        await self.presses("End visit")
        await self.page.get_by_label(outcome, exact=True).check()
        await self.presses("Confirm end")


class Support(Clinician):
    """Watches every waiting room; never sees or hears a visit."""


async def in_a_visit(member: Member, clinician: Clinician, server: DemoServer, *, frames: int = 10) -> None:
    """From the link to pictures that move on both sides."""
    await member.comes_to_the_waiting_room(server.info["member_birth_date"])
    await clinician.claims()
    await clinician.is_ready_to_admit()
    await clinician.admits()
    await member.decodes_frames(frames)
    await clinician.decodes_frames(frames)
