"""Recording in two real browsers: asked, agreed by name, seen and heard by both, paused, refused."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import PATIENCE_MS, Clinician, Member
from tests.browser.test_access import Tour
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def in_a_visit(ana: Member, dr: Clinician, server: DemoServer) -> None:
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    await dr.claims()
    await dr.is_ready_to_admit()
    await dr.admits()
    await ana.decodes_frames()
    await dr.decodes_frames()


async def asks(dr: Clinician) -> None:
    await dr.presses("Record", exact=True)
    await dr.presses("Ask everybody")


async def shows(page: Page, words: str) -> None:
    """In the bar that is always on the screen."""
    await expect(page.get_by_role("group", name="Recording of this visit")).to_contain_text(
        words, timeout=PATIENCE_MS
    )


async def record_button(page: Page, *, pressed: bool) -> None:
    button = page.get_by_role("button", name="Record", exact=True)
    await expect(button).to_have_attribute("aria-pressed", str(pressed).lower(), timeout=PATIENCE_MS)


async def test_both_agree_both_see_it_and_one_ends_it(ana: Member, dr: Clinician, server: DemoServer) -> None:
    await in_a_visit(ana, dr, server)
    await record_button(dr.page, pressed=False)
    await asks(dr)
    await record_button(dr.page, pressed=True)
    await shows(dr.page, "Not recording yet – waiting for Ana R.")
    await shows(ana.page, "Not recording yet – waiting for you")
    await expect(ana.page.get_by_role("heading", name="wants to record this visit")).to_be_focused()
    await ana.presses("I agree to be recorded")
    for person in (ana, dr):
        await shows(person.page, "Recording")
        await expect(person.page.get_by_role("alert").filter(has_text="Recording").first).to_be_attached()
    await ana.presses("Stop recording me")
    for person in (ana, dr):
        await shows(person.page, "Recording stopped – someone no longer agrees")
    await record_button(dr.page, pressed=False)


async def test_somebody_who_joins_pauses_it_until_they_agree_by_name(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr, server)
    await asks(dr)
    await ana.presses("I agree to be recorded")
    await shows(dr.page, "Recording")
    await dr.presses("Someone joined")
    for person, whom in ((dr, "Ana R."), (ana, "you")):
        await shows(person.page, f"Recording paused – waiting for {whom}")
    await ana.presses("Add a person")
    await ana.presses("I agree to be recorded")
    await ana.sees("Write the name, or remove this person.")
    await ana.page.get_by_label("Name of the person with you").fill("Leo")
    await ana.page.get_by_label("Leo agrees to be recorded").check()
    await ana.presses("I agree to be recorded")
    await shows(ana.page, "Recording")
    await dr.sees("Agreed with the patient: Leo")


async def test_a_no_is_a_no(ana: Member, dr: Clinician, server: DemoServer) -> None:
    await in_a_visit(ana, dr, server)
    await asks(dr)
    await ana.presses("Do not record")
    for person in (ana, dr):
        await shows(person.page, "Not recording – someone said no")


async def test_the_clinician_stops_it_by_the_same_button(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr, server)
    await asks(dr)
    await ana.presses("I agree to be recorded")
    await shows(ana.page, "Recording")
    await dr.presses("Record", exact=True)
    await shows(ana.page, "Recording stopped")
    await record_button(dr.page, pressed=False)


async def test_the_screens_are_clean(ana: Member, dr: Clinician, server: DemoServer) -> None:
    member, clinician = Tour(ana.page, "recording-member"), Tour(dr.page, "recording-clinician")
    await in_a_visit(ana, dr, server)
    await dr.presses("Record", exact=True)
    await dr.sees("Ask to record this visit?")
    await clinician.stops_at("ask", modal=True)
    await dr.presses("Ask everybody")
    await shows(ana.page, "Not recording yet")
    await ana.presses("Add a person")
    await member.stops_at("question")
    await clinician.stops_at("waiting")
    await ana.presses("Remove this person")
    await ana.presses("I agree to be recorded")
    await shows(ana.page, "Recording")
    await member.stops_at("running")
    await clinician.stops_at("running")
    await dr.presses("Someone joined")
    await shows(ana.page, "Recording paused")
    await member.stops_at("paused")
    await clinician.stops_at("paused")
    assert member.wrong + clinician.wrong == []
