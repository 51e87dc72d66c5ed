"""In the visit: another camera, another microphone, what was cut off, one's own picture, the screen of either side."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, expect

from tests.browser import chromium, devices
from tests.browser.people import DESKTOP, PATIENCE_MS, PHONE, Clinician, Member, Person, open_page
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

OFFERED = (Path(__file__).parent / "offered_devices.js").read_text()

Colour = tuple[int, int, int]


@pytest_asyncio.fixture(loop_scope="module")
async def maria(server: DemoServer, members_browser: Browser) -> AsyncIterator[Member]:
    """The demo's first member on a phone with a green front camera and a magenta one on the back."""
    context, page = await open_page(
        members_browser, server.info["member_link"], size=PHONE, scripts=(OFFERED,)
    )
    yield Member(context, page)
    await context.close()


async def in_a_visit(member: Member, dr: Clinician, server: DemoServer) -> None:
    await member.comes_to_the_waiting_room(server.info["member_birth_date"])
    await dr.claims()
    await dr.is_ready_to_admit()
    await dr.admits()
    await member.decodes_frames()
    await dr.decodes_frames()


def is_green(colour: Colour) -> bool:
    red, green, blue = colour
    return green > red + 40 and green > blue + 40


def is_magenta(colour: Colour) -> bool:
    red, green, blue = colour
    return red > green + 40 and blue > green + 40


async def sees(person: Person, what: Callable[[Colour], bool]) -> None:
    """Wait for a decoded frame of that colour."""
    await person.decodes_frames(5)
    for _ in range(20):
        colour = await person.colour()
        if what(colour):
            return
        await person.decodes_frames(5)
    raise AssertionError(colour)


async def test_another_camera_is_chosen_in_the_visit(
    maria: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(maria, dr, server)
    await sees(dr, is_green)
    await maria.presses("Settings")
    await maria.page.get_by_label("Camera", exact=True).select_option(label="camera2 0, facing back")
    await sees(dr, is_magenta)
    assert await maria.page.evaluate("offered.live.audio.readyState") == "live"
