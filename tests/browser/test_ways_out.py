"""Nobody is left without a way on: steps for this device, the desk, another device, the telephone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from signaling.clock import SystemClock
from tests.browser.look import look
from tests.browser.people import PATIENCE_MS, PHONE, Clinician, Member, Support, open_page
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHAPES = (Path(__file__).parent / "camera_shapes.js").read_text()
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
OUTLOOK = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/137.0.0.0 Mobile Safari/537.36 Outlook-Android/4.2521"
)
WINDOWS_FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0"


@asynccontextmanager
async def a_member(browser: Browser, link: str, shape: str = "laptop", **how: Any) -> AsyncIterator[Member]:
    """Somebody whose camera has a shape and whose browser says what it is."""
    script = f"window.cameraShape = {shape!r};\n{SHAPES}"
    context, page = await open_page(browser, link, size=PHONE, scripts=(script,), **how)
    await context.grant_permissions(["clipboard-read", "clipboard-write", "camera", "microphone"])
    yield Member(context, page)
    await context.close()


async def comes_to_the_check(member: Member, server: DemoServer) -> None:
    await member.gives_birth_date(server.info["member_birth_date"])
    await member.answers_questions()
    await member.agrees()
    await member.sees("Test your camera")


async def opens_ana(desk: Support) -> None:
    await desk.page.get_by_role("button", name="Open Ana R.").click()
    await expect(desk.page.get_by_role("heading", name="Ana R.").last).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize(
    ("shape", "user_agent", "english", "spanish"),
    [
        ("denied", IPHONE, "Tap the three dots or “Website Settings”.", "Toque los tres puntos o"),
        ("denied", WINDOWS_FIREFOX, "Press the crossed-out camera", "Pulse la cámara tachada"),
        ("absent", None, "Plug in a camera, if you have one.", "Conecte una cámara, si tiene una."),
        ("busy", WINDOWS_FIREFOX, "like Zoom, Teams or FaceTime", "como Zoom, Teams o FaceTime"),
        ("busy", IPHONE, "If you are on a phone call, end it.", "Si está en una llamada de teléfono"),
        ("hanging", None, "Look for a question at the top", "Busque una pregunta arriba o abajo"),
    ],
)
async def test_each_failure_shows_the_steps_for_this_device(
    server: DemoServer,
    members_browser: Browser,
    shape: str,
    user_agent: str | None,
    english: str,
    spanish: str,
) -> None:
    async with a_member(members_browser, server.info["member_link"], shape, user_agent=user_agent) as ana:
        await comes_to_the_check(ana, server)
        await ana.presses("Test my camera")
        await ana.sees(english)
        await ana.presses("Español")
        await ana.sees(spanish)
        await ana.sees("Seguir con otro aparato")
        await ana.sees("Mejor llámenme")


async def test_inside_a_mail_app_the_real_browser_goes_on_without_asking_again(
    server: DemoServer, members_browser: Browser
) -> None:
    async with a_member(
        members_browser, server.info["member_link"], "insecure", user_agent=OUTLOOK
    ) as inside:
        await inside.presses("Go on in this browser")
        await comes_to_the_check(inside, server)
        await inside.sees("Open this page in Chrome")
        await expect(inside.page.get_by_role("button", name="Open in my browser")).to_be_visible()
        await inside.presses("Copy the link")
        await inside.sees("Copied.")
        link = await inside.page.evaluate("navigator.clipboard.readText()")
        async with a_member(members_browser, link) as outside:
            await outside.presses("Go on here")
            await outside.sees("Test your camera")
            await inside.sees("Your visit is open somewhere else")


async def test_the_desk_sees_what_is_wrong_and_its_steps_come_back_answered(
    server: DemoServer, members_browser: Browser, desk: Support
) -> None:
    async with a_member(members_browser, server.info["member_link"], "denied", user_agent=IPHONE) as ana:
        await comes_to_the_check(ana, server)
        await ana.presses("Test my camera")
        await ana.sees("The camera is blocked")
        await opens_ana(desk)
        await desk.sees("iPhone or iPad, Safari")
        await desk.sees("Camera blocked")
        await desk.presses("I am helping")
        await desk.sees("You are helping.")
        await desk.presses("Show steps on their screen")
        await desk.sees("Fits what their page reports: Allow the camera in Safari")
        await desk.page.get_by_label("Which steps?").select_option("other_device")
        await desk.presses("Show them")
        dialog = ana.page.get_by_role("dialog", name="Use another device")
        await expect(dialog).to_be_visible(timeout=PATIENCE_MS)
        await expect(ana.page.get_by_role("heading", name="Use another device")).to_be_focused()
        await ana.presses("It did not help")
        await expect(dialog).to_be_hidden(timeout=PATIENCE_MS)
        await expect(desk.page.get_by_text("It did not help")).to_be_visible(timeout=PATIENCE_MS)
        await desk.sees("The steps did not help")


async def test_a_note_for_staff_stays_with_the_visit(ana: Member, desk: Support, server: DemoServer) -> None:
    await ana.gives_birth_date(server.info["member_birth_date"])
    await ana.sees("Where are you now?")
    await opens_ana(desk)
    await desk.page.get_by_label("Write a note").fill("Hears better on the left")
    await desk.presses("Save the note")
    await expect(desk.page.get_by_text("Hears better on the left")).to_be_visible(timeout=PATIENCE_MS)
    await desk.reloads()
    await opens_ana(desk)
    await desk.sees("Hears better on the left")
    assert await ana.page.get_by_text("Hears better on the left").count() == 0


async def test_a_scanned_code_takes_the_visit_along_and_keeps_its_place(
    server: DemoServer, members_browser: Browser, dr: Clinician
) -> None:
    await dr.sees("Waiting room")
    async with a_member(members_browser, server.info["member_link"]) as laptop:
        await laptop.comes_to_the_waiting_room(server.info["member_birth_date"])
        await laptop.sees("You are next.")
        await laptop.presses("Help")
        async with laptop.page.expect_response("**/api/member/handovers") as made:
            await laptop.presses("Go on with another device")
        link = (await (await made.value).json())["url"]
        await expect(laptop.page.get_by_role("img", name="Code for your other device")).to_be_visible()
        async with a_member(members_browser, link, user_agent=IPHONE) as phone:
            await phone.sees("Go on with your visit here")
            assert "#" not in phone.page.url, "the secret is taken out of the address bar"
            await phone.presses("Go on here")
            await phone.sees("You are checked in")
            await phone.sees("You are next.")
            await laptop.sees("Your visit is open somewhere else")
        async with a_member(members_browser, link) as late:
            await late.presses("Go on here")
            await late.sees("This code does not work any more")


async def test_call_me_instead_goes_through_to_an_outcome(
    server: DemoServer, members_browser: Browser, desk: Support, dr: Clinician
) -> None:
    async with a_member(members_browser, server.info["member_link"], "denied") as ana:
        await comes_to_the_check(ana, server)
        await ana.presses("Test my camera")
        await ana.sees("The camera is blocked")
        await ana.presses("Call me instead")
        await ana.presses("Yes, call me")
        await ana.sees("You asked us to call you.")
        await desk.sees("Asked to be called")
        await opens_ana(desk)
        await desk.sees("(415) 555-0134")
        await desk.presses("Change to a phone call")
        await ana.sees("Check that this is right")
        await ana.checks_in()
        await ana.sees("We call you on")
        await dr.claims("Ana R.")
        await dr.sees("This is a phone visit.")
        await dr.admits()
        await dr.presses("I am calling")
        await ana.sees("We are calling you now")
        await dr.presses("Not reached")
        await ana.sees("did not reach you")
        await dr.presses("I am calling")
        await dr.presses("Reached", exact=True)
        await ana.sees("You are talking on the phone.")
        await dr.ends_visit()
        await ana.sees("Your visit is over")


async def test_a_visit_booked_by_phone_asks_for_no_camera(
    server: DemoServer, members_browser: Browser, dr: Clinician
) -> None:
    booked = await dr.page.request.post(
        f"{server.info['base_url']}/api/v1/visits",
        headers={"Authorization": f"Bearer {server.info['api_key']}", "Idempotency-Key": "by-phone"},
        data={
            "clinic": "harbor",
            "start": SystemClock().now().isoformat(),
            "minutes": 20,
            "mode": "phone",
            "member": {"ref": "H-9", "name": "Noor Haddad", "birth_date": "1970-01-02"},
        },
    )
    assert booked.status == 201, await booked.text()
    async with a_member(members_browser, (await booked.json())["join_url"]) as noor:
        await noor.gives_birth_date("1970-01-02")
        await noor.answers_questions()
        await noor.sees("Agree to a visit by phone")
        await noor.agrees()
        await noor.sees("Check that this is right")
        await noor.checks_in()
        await noor.sees("We call you on")
        await noor.page.close()
        await dr.claims("Noor H.")
        await dr.admits()
        await dr.presses("Reached", exact=True)
        await dr.ends_visit()
        await dr.sees("The visit is closed and saved")


async def test_the_ways_out_are_clean(
    server: DemoServer, members_browser: Browser, desk: Support, dr: Clinician
) -> None:
    """axe and sideways scrolling, at three widths, in English and Spanish."""
    wrong: list[str] = []

    async def at(person: Member | Support | Clinician, name: str, *, modal: bool = False) -> None:
        nonlocal wrong
        wrong += await look(person.page, f"ways-{name}-en")
        if not modal:
            await person.presses("Español")
            await asyncio.sleep(0)
            wrong += await look(person.page, f"ways-{name}-es")
            await person.presses("English")

    async with a_member(members_browser, server.info["member_link"], "insecure", user_agent=OUTLOOK) as ana:
        await ana.presses("Go on in this browser")
        await comes_to_the_check(ana, server)
        await ana.sees("Open this page in Chrome")
        await at(ana, "member-inside-an-app")
    async with a_member(members_browser, server.info["member_link"], "denied", user_agent=IPHONE) as ana:
        await ana.gives_birth_date(server.info["member_birth_date"])
        await ana.sees("Test your camera")
        await ana.presses("Test my camera")
        await ana.sees("The camera is blocked")
        await at(ana, "member-blocked")
        await ana.presses("Go on with another device")
        await ana.sees("The code works once")
        await at(ana, "member-other-device", modal=True)
        await ana.presses("Close")
        await ana.presses("Call me instead")
        await at(ana, "member-call-me", modal=True)
        await ana.presses("Yes, call me")
        await ana.sees("You asked us to call you.")
        await at(ana, "member-asked")
        await desk.sees("Asked to be called")
        await at(desk, "desk-board")
        await opens_ana(desk)
        await desk.presses("I am helping")
        await desk.page.get_by_label("Write a note").fill("Hears better on the left")
        await desk.presses("Save the note")
        await desk.sees("The note is saved.")
        await at(desk, "desk-visit")
        await desk.presses("Show steps on their screen")
        await at(desk, "desk-steps", modal=True)
        await desk.presses("Show them")
        await ana.sees("The clinic desk sent you these steps.")
        await at(ana, "member-steps", modal=True)
        await ana.presses("It works now")
        await desk.presses("Change to a phone call")
        await ana.sees("Check that this is right")
        await ana.checks_in()
        await ana.sees("We call you on")
        await at(ana, "member-phone-waiting")
        await dr.claims("Ana R.")
        await at(dr, "clinician-phone-card")
        await dr.admits()
        await dr.presses("I am calling")
        await dr.sees("Calling Ana R.")
        await at(dr, "clinician-phone-visit")
        await ana.sees("We are calling you now")
        await at(ana, "member-phone-visit")
    assert wrong == []
