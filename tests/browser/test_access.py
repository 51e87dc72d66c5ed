"""Every screen, in both languages: axe finds nothing, nothing is cut off, the keyboard comes everywhere."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.look import Tour
from tests.browser.people import DESKTOP, PHONE, Clinician, Member, Support, open_page
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")


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


async def test_a_date_that_did_not_match_is_there_to_be_looked_at_again(stranger: Member) -> None:
    await stranger.gives_birth_date("1901-02-03", whose="Someone I care for")
    await stranger.presses("Check the date again")
    await expect(stranger.page.get_by_label("Someone I care for", exact=True)).to_be_checked()
    for part, value in (("Month", "2"), ("Day", "3"), ("Year", "1901")):
        await expect(stranger.page.get_by_label(part)).to_have_value(value)


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
