"""WebKit at the camera check: its cameras, microphone and layout; and what a browser without visits is told.

Debian's WebKitGTK has two cameras that say which way they look, as a phone has, and no RTCPeerConnection.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests import demo_server
from tests.browser import webkit
from tests.browser.look import AXE, PICTURES, TAGS
from tests.browser.people import Clinician
from tests.browser.webdriver import WebDriver
from tests.demo_server import DemoServer

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.webkit]
LOOP = "module"
BORN = "1987-04-12"
PHONE = 390
SMALL = 320

RUN_AXE = """return axe.run(document, { runOnly: arguments[0] }).then((report) =>
  report.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target).join(' ')))"""
SETTLED = """return new Promise((resolve) => {
  let before = "", since = performance.now();
  const look = () => {
    const now = `${innerWidth} ${innerHeight}`;
    if (now !== before) [before, since] = [now, performance.now()];
    if (performance.now() - since > 250) resolve([innerWidth, innerHeight]);
    else setTimeout(look, 25);
  };
  look();
});"""
PICTURE = "document.querySelector('.preview video')"
MIRRORED = f"getComputedStyle({PICTURE}).transform.startsWith('matrix(-1')"
FACING = f"{PICTURE}?.srcObject?.getVideoTracks()[0]?.getSettings().facingMode"


@dataclass(slots=True)
class Visitor:
    """A member in WebKit. What they press is named as the browser tells a screen reader."""

    page: WebDriver
    link: str

    async def sees(self, text: str) -> None:
        found = await self.page.finds(f'//body//*[text()[contains(normalize-space(.), "{text}")]]')
        assert await self.page.is_shown(found), text

    async def presses(self, name: str) -> None:
        button = await self.page.finds(f'//button[contains(normalize-space(.), "{name}")]')
        assert (await self.page.name_of(button)).startswith(name)
        await self.page.clicks(button)

    async def ticks(self, label: str) -> None:
        await self.page.clicks(await self.page.finds(f'//label[normalize-space(.)="{label}"]//input'))

    async def fills(self, label: str, text: str) -> None:
        inside = f'//label[span[normalize-space(.)="{label}"]]//input'
        beside = f'//*[@id=//label[normalize-space(.)="{label}"]/@for]'
        await self.page.types(await self.page.finds(f"{inside} | {beside}"), text)

    async def chooses(self, label: str, option: str) -> None:
        inside = f'//label[span[normalize-space(.)="{label}"]]//select'
        beside = f'//*[@id=//label[normalize-space(.)="{label}"]/@for]'
        chosen = f'/option[@value="{option}" or normalize-space(.)="{option}"]'
        await self.page.clicks(await self.page.finds(f"{inside}{chosen} | {beside}{chosen}"))

    async def comes_to_be(self, condition: str) -> Any:
        """The value of this JavaScript, once it is true."""
        value = await self.page.runs(
            f"""const holds = () => {condition}, end = performance.now() + {webkit.PATIENCE_MS - 2000};
            return new Promise((resolve) => {{
              const look = () => {{
                const value = holds();
                if (value || performance.now() > end) resolve(value); else setTimeout(look, 50);
              }};
              look();
            }});"""
        )
        assert value, condition
        return value

    async def gives_birth_date(self) -> None:
        year, month, day = BORN.split("-")
        await self.ticks("Me")
        await self.chooses("Month", str(int(month)))
        await self.fills("Day", str(int(day)))
        await self.fills("Year", year)
        await self.presses("Continue")

    async def comes_to_the_camera_check(self) -> None:
        await self.presses("Go on in this browser")
        await self.gives_birth_date()
        await self.fills("Address", "12 Elm Street, Sacramento, California")
        await self.presses("Continue")
        await self.fills("Phone number", "415 555 0134")
        await self.presses("Continue")
        await self.ticks("Nobody, I am alone")
        await self.presses("Continue")
        await self.presses("I agree")

    async def visit(self) -> dict[str, Any]:
        """Their visit as the server has it."""
        body = await self.page.runs("return fetch('/api/member/visit').then((answer) => answer.text())")
        view: dict[str, Any] = json.loads(body)["view"]
        return view

    async def looks_round(self, name: str) -> list[str]:
        """What is wrong with the screen at two widths: axe's findings, and whatever is cut off."""
        wrong = []
        for width in (SMALL, PHONE):
            await measure(self.page, width)
            over = await self.page.runs("return document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                wrong.append(f"{name} at {width}: {over} px wider than the screen")
            # All but a pixel: the driver photographs a still page only while it can be scrolled.
            tall = await self.page.runs("return document.documentElement.scrollHeight")
            await measure(self.page, width, tall - 1)
            keep(f"webkit-{name}-{width}.png", await self.page.photographs())
        await self.page.runs(AXE)
        found: list[str] = await self.page.runs(RUN_AXE, TAGS)
        return wrong + [f"{name}: {finding}" for finding in found]


def keep(name: str, picture: bytes) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / name).write_bytes(picture)


async def measure(page: WebDriver, width: int, height: int = 844) -> None:
    """Make the page this wide: the window's own bars are added to it, and it takes its time to follow."""
    outer = [width, height]
    async with asyncio.timeout(webkit.PATIENCE_MS / 1000):
        while True:
            await page.measures(*outer)
            inner = await page.runs(SETTLED)
            if inner == [width, height]:
                return
            outer = [outer[0] + width - inner[0], outer[1] + height - inner[1]]


@pytest_asyncio.fixture(loop_scope=LOOP)
async def window(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WebDriver]:
    """A browser for each test: one that is told to leave a page with a camera on may take its time."""
    async with webkit.launch(tmp_path_factory.mktemp("webkit")) as page:
        yield page


@pytest_asyncio.fixture(loop_scope=LOOP, scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoServer]:
    """One day for all tests here: each has a visit of its own in it."""
    running = await demo_server.start(tmp_path_factory.mktemp("demo"))
    yield running
    await running.stop()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def wanda(window: WebDriver, server: DemoServer) -> AsyncIterator[Visitor]:
    """A member with her link open on a phone."""
    link = await server.books("Wanda Kitt", BORN)
    await window.opens(link)
    await measure(window, PHONE)
    yield Visitor(window, link)


@pytest_asyncio.fixture(loop_scope=LOOP)
async def at_the_check(wanda: Visitor) -> Visitor:
    """The same, with her camera on."""
    await wanda.comes_to_the_camera_check()
    await wanda.presses("Test my camera")
    await wanda.comes_to_be(f"{PICTURE}?.videoWidth")
    return wanda


async def test_whoever_cannot_hold_a_visit_here_is_told_at_the_door(wanda: Visitor) -> None:
    assert await wanda.page.runs("return typeof RTCPeerConnection") == "undefined"
    await wanda.sees("Please use another browser")
    await wanda.sees("Your link still works. Nothing is lost.")
    assert await wanda.page.finds('//main//a[starts-with(@href, "tel:") and contains(., "Call (")]')
    await wanda.presses("Copy my link")
    await wanda.sees("Copied. Now open the other browser")
    assert await wanda.looks_round("other-browser-en") == []
    await wanda.presses("Español")
    await wanda.sees("Use otro navegador, por favor")
    assert await wanda.looks_round("other-browser-es") == []


async def test_a_link_that_the_page_may_not_copy_is_there_to_be_selected(wanda: Visitor) -> None:
    await wanda.page.runs("navigator.clipboard.writeText = () => Promise.reject(new Error())")
    await wanda.presses("Copy my link")
    await wanda.sees("This browser did not let us copy it.")
    assert await wanda.comes_to_be("document.activeElement.selectionEnd")
    assert await wanda.page.runs("return document.activeElement.value") == wanda.link


async def test_the_front_camera_comes_first_and_the_back_one_can_be_chosen(at_the_check: Visitor) -> None:
    assert await at_the_check.comes_to_be(FACING) == "user"
    assert await at_the_check.page.runs(f"return {MIRRORED}")
    await at_the_check.chooses("Camera", "Mock video device 2")
    await at_the_check.sees("This looks like the camera on the back")
    assert await at_the_check.comes_to_be(FACING) == "environment"
    assert not await at_the_check.page.runs(f"return {MIRRORED}")
    await at_the_check.presses("I can see myself")
    await at_the_check.sees("Check that this is right")
    devices = (await at_the_check.visit())["devices"]
    assert (devices["camera"], devices["facing"], devices["seen"]) == ("ok", "environment", True)


async def test_the_camera_check_fits_a_phone_and_hears_the_person(at_the_check: Visitor) -> None:
    await at_the_check.sees("We can hear you.")
    assert await at_the_check.comes_to_be("document.querySelector('meter').value")
    assert await at_the_check.looks_round("camera-check") == []


async def test_who_goes_on_all_the_same_is_let_in_and_never_left_without_a_way(
    at_the_check: Visitor, dr: Clinician
) -> None:
    await at_the_check.sees("This browser cannot hold a video visit.")
    await at_the_check.presses("I can see myself")
    await at_the_check.presses("Check in")
    await at_the_check.sees("You are checked in")
    await at_the_check.sees("No other browser? Call the clinic desk:")
    assert (await at_the_check.visit())["devices"]["facing"] == "user"
    await dr.claims("Wanda K.")
    await dr.is_ready_to_admit()
    await dr.admits()
    await at_the_check.sees("Your visit with")
    await at_the_check.sees("No other browser? Call the clinic desk:")
    assert await at_the_check.looks_round("in-the-visit") == []
