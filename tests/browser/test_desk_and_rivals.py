"""The desk helps whoever is stuck; two clinicians never get the same member."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.people import DESKTOP, PATIENCE_MS, PHONE, Clinician, Member, Support, open_page
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def rival(server: DemoServer, clinicians_browser: Browser) -> AsyncIterator[Clinician]:
    """The demo's second clinician, signed in."""
    context, page = await open_page(clinicians_browser, server.info["clinician_link"], size=DESKTOP)
    clinician = Clinician(context, page)
    await clinician.signs_in(server.info["clinician2"])
    yield clinician
    await context.close()


async def test_the_line_carries_both_ways(ana: Member, desk: Support, server: DemoServer) -> None:
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    await ana.page.get_by_label("Message to the clinic desk").fill(
        "My sister is joining me. Is that all right?"
    )
    await ana.presses("Send")
    await desk.page.get_by_role("button", name="Open Ana R.").click()
    await desk.sees("My sister is joining me. Is that all right?")
    await desk.page.get_by_role("textbox", name="Message").fill("Yes, of course.")
    await desk.presses("Send")
    await ana.sees("Yes, of course.")


async def test_a_new_link_revokes_the_old_one(
    desk: Support, server: DemoServer, members_browser: Browser
) -> None:
    await desk.page.get_by_role("button", name="Open Ana R.").click()
    await desk.presses("Make a new link")
    await desk.presses("Make the link")
    link = desk.page.get_by_role("textbox", name="New link")
    await expect(link).to_be_visible(timeout=PATIENCE_MS)
    new = await link.input_value()
    context, page = await open_page(members_browser, server.info["member_link"], size=PHONE)
    stranger = Member(context, page)
    await stranger.gives_birth_date(server.info["member_birth_date"])
    await stranger.sees("We could not match that")
    await context.close()
    context, page = await open_page(members_browser, new, size=PHONE)
    ana = Member(context, page)
    await ana.gives_birth_date(server.info["member_birth_date"])
    await ana.sees("Where are you now?")
    await context.close()


async def test_a_cancelled_visit_says_so_on_the_members_page(
    ana: Member, desk: Support, server: DemoServer
) -> None:
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    await desk.page.get_by_role("button", name="Open Ana R.").click()
    await desk.presses("Cancel the visit")
    await desk.page.get_by_label("The member asked").check()
    await desk.presses("Cancel this visit")
    await ana.sees("Your visit was cancelled")


async def test_of_two_clinicians_one_wins_and_the_other_is_told_who(
    ana: Member, dr: Clinician, rival: Clinician, server: DemoServer
) -> None:
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    await expect(rival.page.get_by_role("button", name="Claim Ana R.")).to_be_visible(timeout=PATIENCE_MS)
    await dr.claims("Ana R.")
    await dr.sees("You have claimed Ana R.")
    await rival.sees("With Maya Okafor")
    assert await rival.page.get_by_role("button", name="Claim Ana R.").count() == 0


async def test_leaving_asks_first_and_the_place_can_be_taken_back(ana: Member, server: DemoServer) -> None:
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    await ana.leaves()
    await ana.sees("You left the visit")
    await ana.presses("Go back to my place")
    await ana.sees("You are checked in")
