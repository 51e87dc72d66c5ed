"""Cameras that are denied, absent, busy or hanging: each has its own words and a way on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.people import PATIENCE_MS, PHONE, Member, open_page
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHAPES = (Path(__file__).parent / "camera_shapes.js").read_text()


@pytest_asyncio.fixture(loop_scope="module")
async def at_the_check(
    request: pytest.FixtureRequest, server: DemoServer, members_browser: Browser
) -> AsyncIterator[Member]:
    """A member at the camera check, whose camera has the shape that the test asks for."""
    shape = f"window.cameraShape = {request.param!r};\n{SHAPES}"
    context, page = await open_page(members_browser, server.info["member_link"], size=PHONE, scripts=(shape,))
    member = Member(context, page)
    if request.param == "insecure":
        await member.sees("Please use another browser")
        await member.presses("Go on in this browser")
    await member.gives_birth_date(server.info["member_birth_date"])
    await member.answers_questions()
    await member.agrees()
    await member.presses("Test my camera")
    yield member
    await context.close()


@pytest.mark.parametrize(
    ("at_the_check", "words"),
    [
        ("denied", "The camera is blocked"),
        ("dismissed", "The question was closed"),
        ("absent", "We found no camera"),
        ("busy", "The camera is in use or switched off"),
        ("hanging", "Still waiting."),
    ],
    indirect=["at_the_check"],
)
async def test_a_camera_that_fails_is_named_and_the_microphone_goes_on(
    at_the_check: Member, words: str
) -> None:
    await at_the_check.sees(words)
    await expect(at_the_check.page.get_by_text("We can hear you.")).to_be_visible(timeout=PATIENCE_MS)
    await at_the_check.presses("Go on with the microphone only")
    await at_the_check.checks_in()
    await at_the_check.sees("You are checked in")


@pytest.mark.parametrize("at_the_check", ["laptop", "phone", "back_only"], indirect=True)
async def test_a_camera_that_works_is_confirmed_by_the_person(at_the_check: Member) -> None:
    await at_the_check.presses("I can see myself")
    await at_the_check.checks_in()
    await at_the_check.sees("You are checked in")


@pytest.mark.parametrize("at_the_check", ["back_only"], indirect=True)
async def test_a_back_camera_is_pointed_out_and_not_refused(at_the_check: Member) -> None:
    await at_the_check.sees("This looks like the camera on the back")


@pytest.mark.parametrize("at_the_check", ["insecure"], indirect=True)
async def test_a_browser_without_cameras_is_told_what_to_open_instead(at_the_check: Member) -> None:
    await at_the_check.sees("This page cannot use the camera here")
