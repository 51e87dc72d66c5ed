"""A third person in a visit of real browsers: an interpreter who signs, and a sister who is sent away."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.look import Tour
from tests.browser.people import DESKTOP, PATIENCE_MS, PHONE, Clinician, Guest, Member, in_a_visit, open_page
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

Opens = Callable[..., Awaitable[Guest]]
INTERPRETER = {"kind": "Interpreter", "signs": True}


@pytest_asyncio.fixture(loop_scope="module")
async def opens(guests_browser: Browser) -> AsyncIterator[Opens]:
    """Somebody opens a guest's link in a browser of their own."""
    contexts = []

    async def open_link(link: str, *, size: dict[str, int] = PHONE) -> Guest:
        context, page = await open_page(guests_browser, link, size=size)
        contexts.append(context)
        return Guest(context, page)

    yield open_link
    for context in contexts:
        await context.close()


async def dr_invites(dr: Clinician, name: str = "Sol Ibáñez") -> str:
    await dr.presses("People", exact=True)
    link = await dr.invites(name, **INTERPRETER)  # type: ignore[arg-type]
    await dr.presses("Close", exact=True)
    return link


async def test_each_of_three_decodes_the_other_two_by_name(
    ana: Member, dr: Clinician, server: DemoServer, opens: Opens
) -> None:
    await in_a_visit(ana, dr, server)
    sol = await opens(await dr_invites(dr), size=DESKTOP)
    await sol.joins("Sol Ibáñez")
    await sol.passes_camera_check()
    await ana.shows(Maya="blue", Sol="green")
    await dr.shows(Ana="red", Sol="green")
    await sol.shows(Maya="blue", Ana="red")
    await ana.sees("Sign language interpreter")


async def test_a_sister_invited_while_waiting_is_let_in_with_the_member(
    ana: Member, dr: Clinician, server: DemoServer, opens: Opens
) -> None:
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    await ana.presses("Invite someone")
    maria = await opens(await ana.invites("Maria"))
    await maria.joins("Maria")
    await maria.passes_camera_check()
    await maria.sees("You will be let in when the visit begins")
    await ana.sees("Ready. Comes in when the visit begins.")
    await ana.presses("Close", exact=True)
    await dr.claims()
    await dr.is_ready_to_admit()
    await maria.sees("The visit begins soon")
    assert await maria.frame_count() == 0
    await dr.admits()
    await maria.shows(Maya="blue", Ana="red")
    await dr.shows(Ana="red", Maria="green")


async def test_a_link_opened_on_two_devices_lets_in_the_first_who_pressed(
    ana: Member, dr: Clinician, server: DemoServer, opens: Opens
) -> None:
    await in_a_visit(ana, dr, server)
    link = await dr_invites(dr)
    sol, stranger = await opens(link), await opens(link)
    await stranger.sees("Join as Sol Ibáñez")
    await sol.joins("Sol Ibáñez")
    await sol.passes_camera_check()
    await ana.shows(Maya="blue", Sol="green")
    await stranger.joins("Sol Ibáñez")
    await stranger.sees("This link is used on another device")
    await sol.decodes_frames()
    await sol.reloads()
    await sol.shows(Maya="blue", Ana="red")


async def test_who_is_removed_sees_and_is_seen_no_more(
    ana: Member, dr: Clinician, server: DemoServer, opens: Opens
) -> None:
    await in_a_visit(ana, dr, server)
    sol = await opens(await dr_invites(dr))
    await sol.joins("Sol Ibáñez")
    await sol.passes_camera_check()
    await ana.shows(Maya="blue", Sol="green")
    await sol.shows(Maya="blue", Ana="red")
    await dr.presses("People", exact=True)
    await dr.presses("Remove Sol Ibáñez")
    await dr.presses("Yes, remove Sol Ibáñez")
    await sol.sees("You are no longer in this visit")
    await ana.shows(Maya="blue")
    frames = await sol.frame_count()
    await sol.page.wait_for_timeout(500)
    assert await sol.frame_count() == frames
    await dr.presses("Close", exact=True)
    await ana.decodes_frames()


async def test_a_guest_leaves_and_comes_back(
    ana: Member, dr: Clinician, server: DemoServer, opens: Opens
) -> None:
    await in_a_visit(ana, dr, server)
    await ana.presses("People", exact=True)
    maria = await opens(await ana.invites("Maria"))
    await ana.presses("Close", exact=True)
    await maria.joins("Maria")
    await maria.passes_camera_check()
    await ana.shows(Maya="blue", Maria="green")
    await maria.presses("Leave", exact=True)
    await maria.presses("Leave now")
    await maria.sees("You left the visit")
    await ana.shows(Maya="blue")
    await maria.presses("Join again")
    await ana.shows(Maya="blue", Maria="green")


async def test_the_guests_screens_are_clean(ana: Member, server: DemoServer, opens: Opens) -> None:
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    mine = Tour(ana.page, "member")
    await ana.presses("Invite someone")
    await ana.sees("Name of the person")
    await mine.stops_at("people", modal=True)
    link = await ana.invites("Maria José Hernández-Ñuñez")
    await ana.sees("Has not opened the link yet")
    await mine.stops_at("people-link", modal=True)
    await ana.presses("Close", exact=True)
    maria = await opens(link)
    tour = Tour(maria.page, "guest")
    await maria.sees("You are invited to a video visit")
    await tour.stops_at("welcome")
    await maria.joins("Maria José")
    await maria.sees("Check your camera and microphone")
    await tour.stops_at("devices")
    await maria.presses("Test my camera")
    await expect(maria.page.get_by_role("button", name="Go on", exact=True)).to_be_visible(
        timeout=PATIENCE_MS
    )
    await tour.stops_at("devices-on")
    await maria.presses("Go on", exact=True)
    await maria.sees("You will be let in")
    await tour.stops_at("waiting")
    assert mine.wrong + tour.wrong == []


@pytest.mark.timeout(360)  # four browsers, and 24 screens to look at
async def test_the_screens_of_four_people_are_clean(
    ana: Member, dr: Clinician, server: DemoServer, opens: Opens
) -> None:
    await in_a_visit(ana, dr, server)
    await ana.presses("People", exact=True)
    maria = await opens(await ana.invites("Maria José Hernández-Ñuñez"))
    await ana.presses("Close", exact=True)
    sol = await opens(await dr_invites(dr))
    for guest, name in ((maria, "Maria José"), (sol, "Sol Ibáñez")):
        await guest.joins(name)
        await guest.passes_camera_check()
    mine, tour = Tour(ana.page, "member"), Tour(maria.page, "guest")
    await ana.shows(Maya="blue", Maria="green", Sol="green")
    await maria.shows(Maya="blue", Ana="red", Sol="green")
    await mine.stops_at("visit-four")
    await tour.stops_at("visit-four")
    his = Tour(dr.page, "clinician")
    await his.stops_at("visit-four")
    await dr.presses("People", exact=True)
    await his.stops_at("people", modal=True)
    await dr.presses("Remove Maria")
    await dr.sees("Their video stops and their link ends")
    await his.stops_at("people-remove", modal=True)
    await dr.presses("Yes, remove Maria")
    await maria.sees("You are no longer in this visit")
    await tour.stops_at("removed")
    assert mine.wrong + tour.wrong + his.wrong == []
