"""A way too narrow for a picture: sound goes on, everybody knows, and the picture comes back by itself."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, expect

from tests.badnet.ends import write_noise
from tests.badnet.link import Conditions, Link
from tests.browser import chromium, devices
from tests.browser.people import DESKTOP, PHONE, Clinician, Member, in_a_visit, open_page
from tests.demo_server import DemoServer

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

LEAD = """(() => {
  const real = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = async function (said) {
    const worker = /127\\.0\\.0\\.1 (\\d+) typ host/.exec(said.sdp);
    const here = `127.0.0.1 ${await window.leadTo(Number(worker[1]))} typ host`;
    return real.call(this, { type: said.type, sdp: said.sdp.replace(worker[0], here) });
  };
})()"""
"""Test-only: the page's media takes the link instead of the worker's own address."""
NARROW = Conditions(round_trip=0.05, rate=90_000)
WIDE = Conditions(round_trip=0.05)
PATIENCE_MS = 90_000


@dataclass
class Behind:
    """A visit whose member is behind a way that may become narrow."""

    ana: Member
    dr: Clinician
    link: Link

    async def ana_reads(self, text: str) -> None:
        await expect(self.ana.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="module")
async def visit(
    server: DemoServer, members_browser: Browser, playwright: Playwright, folder: Path
) -> AsyncIterator[Behind]:
    """The clinician's camera shows what needs all the bitrate there is."""
    link = Link(random.Random(5), WIDE)
    link.open()
    far = await chromium.launch(
        playwright,
        picture=write_noise(folder),
        tone=devices.write_tone(devices.CLINICIAN, folder),
        shell=True,
    )
    context, page = await open_page(members_browser, "about:blank", size=PHONE, scripts=(LEAD,))

    def lead_to(port: int) -> int:
        link.towards(("127.0.0.1", port))
        return link.port

    await page.expose_function("leadTo", lead_to)
    await page.goto(server.info["member_link"])
    _, console = await open_page(far, server.info["clinician_link"], size=DESKTOP)
    dr = Clinician(console.context, console)
    await dr.signs_in(server.info["clinician"])
    ana = Member(context, page)
    await in_a_visit(ana, dr, server)
    yield Behind(ana, dr, link)
    await context.close()
    await far.close()
    link.close()


async def test_sound_goes_on_without_the_picture_and_the_picture_comes_back(visit: Behind) -> None:
    visit.link.conditions = NARROW
    await visit.ana_reads("too weak for the picture")
    await expect(visit.dr.page.get_by_text("hears you but does not see you").first).to_be_visible()
    hertz = await visit.ana.hertz()
    assert hertz is not None
    assert abs(hertz - devices.CLINICIAN.hertz) < 30
    visit.link.conditions = WIDE
    await expect(visit.ana.page.get_by_text("too weak for the picture")).to_have_count(0, timeout=PATIENCE_MS)
    await visit.ana.decodes_frames()
    await expect(visit.dr.page.get_by_text("hears you but does not see you")).to_have_count(0)


async def test_whoever_looks_may_turn_the_picture_off_and_on(visit: Behind) -> None:
    await visit.ana.presses("Settings")
    await visit.ana.page.get_by_label("Off: only the sound").check()
    await visit.ana.presses("Close", exact=True)
    await visit.ana_reads("You turned off the picture of the others")
    await visit.dr.decodes_frames()
    await visit.ana.presses("Show the picture")
    await visit.ana.decodes_frames()
