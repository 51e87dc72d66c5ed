"""Recording in two real browsers: asked, agreed by name, seen and heard by both, paused, refused."""

import asyncio
import io

import aiohttp
import av
import pytest
from playwright.async_api import Page, expect

from tests.browser.look import Tour
from tests.browser.people import PATIENCE_MS, Clinician, Member, in_a_visit
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")


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


async def files_of_the_recording(server: DemoServer) -> dict[str, bytes]:
    """What the privacy officer finds and downloads: the files by name."""
    base = server.info["base_url"]
    async with (
        aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            headers={"Origin": base},
            connector=aiohttp.TCPConnector(ssl=False),
        ) as http,
        asyncio.timeout(PATIENCE_MS / 1000),
    ):
        (await http.post(f"{base}/api/staff/sign-in", json=server.info["privacy"])).raise_for_status()
        found: list[dict[str, str]] = []
        while not found:
            listed = await (await http.get(f"{base}/api/recordings")).json()
            found = [file for recording in listed["recordings"] for file in recording["files"]]
            await asyncio.sleep(0.2)
        at = f"{base}/api/recordings/{listed['recordings'][0]['id']}/files"
        return {file["name"]: await (await http.get(f"{at}/{file['name']}")).read() for file in found}


def last_colour(webm: bytes) -> tuple[float, float]:
    """Mean red and blue of the last decoded picture."""
    with av.open(io.BytesIO(webm)) as file:
        *_, last = file.decode(video=0)
    red, _, blue = last.to_ndarray(format="rgb24").reshape(-1, 3).mean(0)
    return red, blue


async def both_recorded(ana: Member, dr: Clinician, server: DemoServer) -> dict[str, bytes]:
    """Two seconds of a running visit are recorded; the files that become of it."""
    await asks(dr)
    await ana.presses("I agree to be recorded")
    await shows(ana.page, "Recording")
    await ana.decodes_frames(30)
    await dr.decodes_frames(30)
    await dr.ends_visit()
    return await files_of_the_recording(server)


def show_their_own(member: bytes, clinician: bytes) -> None:
    """The member is red, the clinician blue."""
    red, blue = last_colour(member)
    assert red > blue + 60
    red, blue = last_colour(clinician)
    assert blue > red + 60


async def test_what_was_recorded_can_be_played_and_is_each_persons_own(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr, server)
    files = await both_recorded(ana, dr, server)
    assert set(files) == {"member.webm", "clinician.webm"}
    show_their_own(files["member.webm"], files["clinician.webm"])
