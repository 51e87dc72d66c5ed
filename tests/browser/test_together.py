"""What two people do in a visit beside talking: chat, files, a still picture, a pause, more time."""

import asyncio
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Download, FilePayload, Playwright, expect

from tests.browser import chromium, devices
from tests.browser.look import Tour
from tests.browser.people import PHONE, Clinician, Member, Person, in_a_visit, open_page
from tests.demo_server import DemoServer
from tests.signaling import file_samples as samples

pytestmark = pytest.mark.asyncio(loop_scope="module")

FULL = (1280, 720)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def sharp_browser(playwright: Playwright, folder: Path) -> AsyncIterator[Browser]:
    """A browser whose camera gives more than the others'."""
    picture = devices.write_picture(devices.MEMBER, folder, size=FULL)
    browser = await chromium.launch(
        playwright, picture=picture, tone=devices.write_tone(devices.MEMBER, folder), shell=True
    )
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def sharp_ana(server: DemoServer, sharp_browser: Browser) -> AsyncIterator[Member]:
    context, page = await open_page(sharp_browser, server.info["member_link"], size=PHONE)
    yield Member(context, page)
    await context.close()


async def opens_chat(person: Person) -> None:
    await person.presses("Chat")
    await expect(person.page.get_by_role("heading", name="Chat")).to_be_focused()


async def writes(person: Person, text: str) -> None:
    await person.page.get_by_label("Write a message").fill(text)
    await person.page.keyboard.press("Enter")


async def adds(person: Person, name: str, content: bytes, kind: str) -> None:
    async with person.page.expect_file_chooser() as chooser:
        await person.presses("Add a photo or PDF")
    payload: FilePayload = {"name": name, "mimeType": kind, "buffer": content}
    await (await chooser.value).set_files(payload)


async def saves(person: Person, name: str) -> tuple[str, bytes]:
    """The suggested name and the bytes of what the browser saves."""
    async with person.page.expect_download() as saved:
        await person.page.get_by_role("button", name=f"Save {name}").click()
    download: Download = await saved.value
    path = await download.path()
    return download.suggested_filename, await asyncio.to_thread(path.read_bytes)


async def unread(person: Person, name: str) -> None:
    await expect(person.page.get_by_role("button", name=name, exact=True)).to_be_visible()


async def test_both_sides_write_and_read_and_know_what_is_new(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr, server)
    await opens_chat(ana)
    await writes(ana, "It itches <b>here</b>.")
    await unread(dr, "Chat, 1 unread")
    await opens_chat(dr)
    await dr.sees("It itches <b>here</b>.")
    await unread(dr, "Chat")
    await ana.page.keyboard.press("Escape")
    await expect(ana.page.get_by_role("button", name="Chat", exact=True)).to_be_focused()
    await writes(dr, "Since when?")
    await unread(ana, "Chat, 1 unread")
    await ana.reloads()
    await unread(ana, "Chat, 1 unread")
    await opens_chat(ana)
    await ana.sees("Since when?")
    await dr.reloads()
    await opens_chat(dr)
    await dr.sees("It itches <b>here</b>.")


async def test_a_photo_and_a_document_go_both_ways_byte_for_byte(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr, server)
    photo, plan = samples.png(320, 240), samples.pdf()
    await opens_chat(ana)
    await adds(ana, "my <rash>.png", photo, "image/png")
    await opens_chat(dr)
    await dr.sees("my rash.png")
    shown = dr.page.get_by_role("button", name="Look at my rash.png").locator("img")
    await expect(shown).to_have_js_property("naturalWidth", 320)
    assert (await shown.get_attribute("src") or "").startswith("blob:")
    assert await saves(dr, "my rash.png") == ("my rash.png", photo)
    await adds(dr, "plan.pdf", plan, "application/pdf")
    await ana.sees("plan.pdf")
    assert await saves(ana, "plan.pdf") == ("plan.pdf", plan)


async def test_a_file_that_lies_is_refused_in_words(ana: Member, dr: Clinician, server: DemoServer) -> None:
    await in_a_visit(ana, dr, server)
    await opens_chat(ana)
    await adds(ana, "rash.jpg", b"MZ this is a program", "image/jpeg")
    await ana.sees("This file is not what its name says.")
    await adds(ana, "large.jpg", samples.jpeg(padding=16_000_000), "image/jpeg")
    await ana.sees("This file is too big. It can have 15 MB at most.")
    await adds(ana, "rash.png", samples.png(), "image/png")
    await ana.sees("rash.png")


async def test_a_still_picture_arrives_at_the_cameras_full_size(
    sharp_ana: Member, dr: Clinician, server: DemoServer
) -> None:
    ana = sharp_ana
    await in_a_visit(ana, dr, server)
    await dr.presses("Ask for a picture")
    await ana.sees("asks for a picture")
    await ana.presses("Take the picture")
    await ana.sees("Is this the picture you want to send?")
    await dr.sees("Waiting for the picture")
    await ana.presses("Take another")
    await ana.presses("Take the picture")
    await ana.presses("Send this picture")
    await dr.sees("1280 × 720")
    await dr.sees("Picture that was asked for")
    name, content = await saves(dr, "picture.jpg")
    assert name == "picture.jpg"
    assert jpeg_size(content) == FULL
    await expect(ana.page.get_by_role("dialog")).to_have_count(0)
    await ana.decodes_frames()
    await dr.decodes_frames()


async def test_a_still_picture_may_be_put_aside_and_declined(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr, server)
    await dr.presses("Ask for a picture")
    await ana.sees("Do not send a picture")
    await ana.page.keyboard.press("Escape")
    await ana.presses("Take a picture")
    await ana.presses("Do not send a picture")
    await unread(dr, "Chat, 1 unread")
    await opens_chat(dr)
    await dr.sees("Ana R. did not send a picture.")
    await dr.presses("Ask for a picture")
    await dr.presses("Picture not needed")
    await expect(ana.page.get_by_role("dialog")).to_have_count(0)


async def test_a_pause_is_told_kindly_and_ends(ana: Member, dr: Clinician, server: DemoServer) -> None:
    await in_a_visit(ana, dr, server)
    await dr.presses("Hold", exact=True)
    await dr.page.get_by_label("I ask a colleague").check()
    await dr.presses("Put on hold")
    await ana.sees("is asking a colleague about your care.")
    await dr.sees("You put it on hold to ask a colleague.")
    await dr.presses("Resume")
    await ana.decodes_frames()
    await dr.decodes_frames()


async def test_back_to_the_waiting_room_and_taken_again(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr, server)
    await opens_chat(ana)
    await writes(ana, "Please look at this again.")
    await dr.presses("Hold", exact=True)
    await dr.page.get_by_label("Another patient needs me").check()
    await dr.presses("Return to the waiting room")
    await ana.sees("You keep your place.")
    await dr.claims("Ana R.")
    await dr.is_ready_to_admit()
    await dr.admits()
    await ana.decodes_frames()
    await opens_chat(dr)
    await dr.sees("Please look at this again.")


async def test_more_time_is_shown_to_both(ana: Member, dr: Clinician, server: DemoServer) -> None:
    await in_a_visit(ana, dr, server)
    await ana.sees("Planned until")
    await dr.presses("Add 10 minutes")
    await ana.sees("10 minutes were added.")
    await dr.presses("Add 5 minutes")
    await dr.sees("15 minutes were added.")


async def test_the_same_link_on_another_device_goes_on_with_the_visit(
    ana: Member, dr: Clinician, server: DemoServer, members_browser: Browser
) -> None:
    await in_a_visit(ana, dr, server)
    context, page = await open_page(members_browser, server.info["member_link"], size=PHONE)
    laptop = Member(context, page)
    await laptop.gives_birth_date(server.info["member_birth_date"])
    await laptop.decodes_frames()
    await ana.sees("Your visit is open somewhere else")
    await dr.decodes_frames()
    await dr.presses("Hold", exact=True)
    await dr.page.get_by_label("Other", exact=True).check()
    await dr.presses("Put on hold")
    await laptop.sees("Your visit is paused")
    await ana.presses("Use this one")
    await ana.sees("Your visit is paused")
    await dr.presses("Resume")
    await ana.decodes_frames()
    await context.close()


async def test_held_back_released_and_in_other_hands(ana: Member, dr: Clinician, server: DemoServer) -> None:
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    await dr.presses("Hold back Ana R.")
    await dr.page.get_by_label("Family is on the way").check()
    await dr.presses("Hold back", exact=True)
    await dr.sees("Held by staff")
    await dr.presses("Release Ana R.")
    await dr.claims("Ana R.")
    await dr.is_ready_to_admit()
    await dr.admits()
    await ana.decodes_frames()
    await dr.presses("In other hands")
    await dr.page.get_by_label("Emergency services are with them").check()
    await dr.presses("End: in other hands")
    await ana.sees("Our staff sent you to other care.")


def jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height in the start of frame."""
    at = 2
    while True:
        marker, length = struct.unpack(">HH", content[at : at + 4])
        if 0xFFC0 <= marker <= 0xFFC3:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length


async def test_these_screens_are_clean_for_everybody(ana: Member, dr: Clinician, server: DemoServer) -> None:
    member, clinician = Tour(ana.page, "member"), Tour(dr.page, "clinician")
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    await dr.presses("Hold back Ana R.")
    await clinician.stops_at("hold-back", modal=True)
    await dr.presses("Go back")
    await dr.claims("Ana R.")
    await dr.is_ready_to_admit()
    await dr.admits()
    await ana.decodes_frames()
    await opens_chat(ana)
    await member.stops_at("chat-empty")
    await writes(ana, "It itches here. It began on Tuesday, after we cleaned the garage.")
    await adds(ana, "my rash.png", samples.png(320, 240), "image/png")
    await unread(dr, "Chat, 2 unread")
    await clinician.stops_at("chat-unread")
    await opens_chat(dr)
    await writes(dr, "Thank you. Please put nothing on it until tomorrow.")
    await adds(dr, "plan.pdf", samples.pdf(), "application/pdf")
    await ana.sees("plan.pdf")
    await member.stops_at("chat")
    await clinician.stops_at("chat")
    await dr.presses("Ask for a picture")
    await ana.sees("Take the picture")
    await member.stops_at("still", modal=True)
    await ana.presses("Take the picture")
    await ana.sees("Is this the picture you want to send?")
    await member.stops_at("still-look", modal=True)
    await ana.presses("Send this picture")
    await dr.presses("Look at picture.jpg")
    await clinician.stops_at("picture", modal=True)
    await dr.presses("Close", exact=True)
    await dr.presses("Hold", exact=True)
    await clinician.stops_at("pause", modal=True)
    await dr.page.get_by_label("I ask a colleague").check()
    await dr.presses("Put on hold")
    await ana.sees("is asking a colleague about your care.")
    await member.stops_at("paused")
    await clinician.stops_at("paused")
    await dr.presses("In other hands")
    await clinician.stops_at("other-hands", modal=True)
    assert member.wrong + clinician.wrong == []
