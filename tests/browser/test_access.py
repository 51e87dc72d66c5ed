"""Every screen, in both languages and at three widths: axe finds nothing, nothing is cut off."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.people import DESKTOP, PHONE, Clinician, Member, Support, open_page
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUSE = Path(__file__).parents[2]
AXE = (HOUSE / "web_client" / "node_modules" / "axe-core" / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "section508", "best-practice"]
RUN_AXE = """tags => axe.run(document, { runOnly: tags }).then((report) =>
  report.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target).join(' ')))"""
WIDTHS = (320, 390, 1280)
PICTURES = HOUSE / "test-results" / "screens"


async def look(page: Page, name: str) -> list[str]:
    """Photograph a screen at each width; what is wrong with it: axe findings and sideways scrolling."""
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
    found = await page.evaluate(RUN_AXE, TAGS)
    return wrong + [f"{name}: {finding}" for finding in found]


class Tour:
    """Looks at each screen it is led to, in English and in Spanish, and collects what is wrong."""

    def __init__(self, page: Page, door: str) -> None:
        self.page, self.door = page, door
        self.wrong: list[str] = []

    async def stops_at(self, name: str, *, modal: bool = False) -> None:
        """A modal dialog covers the language switch: it is seen in the language of its page."""
        self.wrong += await look(self.page, f"{self.door}-{name}-en")
        if not modal:
            await self.speaks("Español")
            self.wrong += await look(self.page, f"{self.door}-{name}-es")
            await self.speaks("English")

    async def speaks(self, language: str) -> None:
        await self.page.get_by_text(language, exact=True).first.click()


@pytest_asyncio.fixture(loop_scope="module")
async def stranger(server: DemoServer, members_browser: Browser) -> AsyncIterator[Member]:
    """Somebody with the second link who does not know the birth date."""
    context, page = await open_page(members_browser, server.info["member2_link"], size=PHONE)
    yield Member(context, page)
    await context.close()


async def test_the_way_in_is_clean_for_everybody(stranger: Member) -> None:
    tour = Tour(stranger.page, "member")
    await stranger.sees("Your video visit")
    await tour.stops_at("welcome")
    await stranger.gives_birth_date("1901-02-03")
    await stranger.sees("We could not match that")
    await tour.stops_at("not-recognised")
    assert tour.wrong == []


async def test_the_members_screens_are_clean(ana: Member, dr: Clinician, server: DemoServer) -> None:
    tour = Tour(ana.page, "member")
    await ana.gives_birth_date(server.info["member_birth_date"])
    await ana.sees("Where are you now?")
    await tour.stops_at("location")
    await ana.page.get_by_label("Address", exact=True).fill("12 Elm Street, Sacramento, California")
    await ana.presses("Continue")
    await ana.sees("What number can we call?")
    await tour.stops_at("callback")
    await ana.page.get_by_label("Phone number").fill("415 555 0134")
    await ana.presses("Continue")
    await ana.sees("Who is with you?")
    await tour.stops_at("present")
    await ana.page.get_by_label("Nobody, I am alone").check()
    await ana.presses("Continue")
    await ana.sees("Agree to a video visit")
    await tour.stops_at("consent")
    await ana.agrees()
    await ana.sees("Test your camera")
    await tour.stops_at("devices")
    await ana.presses("Test my camera")
    await ana.sees("I can see myself")
    await tour.stops_at("devices-on")
    await ana.presses("I can see myself")
    await ana.sees("Check that this is right")
    await tour.stops_at("ready")
    await ana.checks_in()
    await ana.sees("You are checked in")
    await tour.stops_at("waiting")
    await ana.presses("Leave", exact=True)
    await ana.sees("Leave the waiting room?")
    await tour.stops_at("leave", modal=True)
    await ana.presses("Stay")
    await dr.claims()
    await ana.sees("is getting ready for you")
    await tour.stops_at("claimed")
    await dr.is_ready_to_admit()
    await dr.admits()
    await ana.decodes_frames()
    await tour.stops_at("visit")
    await dr.ends_visit()
    await ana.sees("Your visit is over")
    await tour.stops_at("ending")
    assert tour.wrong == []


async def test_the_clinicians_screens_are_clean(ana: Member, dr: Clinician, server: DemoServer) -> None:
    tour = Tour(dr.page, "clinician")
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    await dr.sees("Claim Ana R.")
    await tour.stops_at("board")
    await dr.claims()
    await dr.is_ready_to_admit()
    await tour.stops_at("card")
    await dr.admits()
    await dr.decodes_frames()
    await tour.stops_at("visit")
    await dr.presses("Emergency")
    await dr.sees("Call 911")
    await tour.stops_at("emergency", modal=True)
    await dr.page.keyboard.press("Escape")
    await dr.presses("End visit")
    await tour.stops_at("end", modal=True)
    await dr.page.get_by_label("Treated", exact=True).check()
    await dr.presses("Confirm end")
    await dr.sees("The visit is closed and saved")
    await tour.stops_at("done")
    assert tour.wrong == []


async def test_the_desks_screens_are_clean(ana: Member, desk: Support, server: DemoServer) -> None:
    tour = Tour(desk.page, "support")
    await ana.gives_birth_date(server.info["member_birth_date"])
    await ana.sees("Where are you now?")
    await desk.sees("Ana R.")
    await tour.stops_at("board")
    await desk.page.get_by_role("button", name="Ana R.").first.click()
    await tour.stops_at("visit")
    assert await desk.page.locator("video, audio").count() == 0
    assert tour.wrong == []


@pytest.mark.parametrize("door", ["clinician_link", "support_link"])
async def test_the_staff_doors_are_clean(door: str, server: DemoServer, clinicians_browser: Browser) -> None:
    context, page = await open_page(clinicians_browser, server.info[door], size=DESKTOP)
    await Clinician(context, page).sees("Sign in")
    tour = Tour(page, door.removesuffix("_link"))
    await tour.stops_at("sign-in")
    await context.close()
    assert tour.wrong == []
