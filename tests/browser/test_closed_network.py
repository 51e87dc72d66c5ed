"""A member in a hospital that lets no UDP out: the visit goes over TLS on port 443, through a real coturn."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright

from tests import demo_server, turn_server
from tests.browser import chromium, closed_network, devices
from tests.browser.closed_network import OUTSIDE, RELAY_PORT, ClosedNetwork
from tests.browser.people import DESKTOP, PHONE, Clinician, Member, in_a_visit, open_page
from tests.demo_server import DemoServer
from tests.turn_server import TurnServer

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.root,
    pytest.mark.skipif(closed_network.missing() is not None, reason=str(closed_network.missing())),
    pytest.mark.skipif(turn_server.missing() is not None, reason=str(turn_server.missing())),
]
LOOP = "module"


@pytest.fixture(scope="module")
def hospital() -> Iterator[ClosedNetwork]:
    with closed_network.closed_network() as network:
        yield network


@pytest.fixture(scope="module")
def relay(hospital: ClosedNetwork, folder: Path) -> Iterator[TurnServer]:
    assert hospital
    certificate = demo_server.write_certificate(folder)
    with turn_server.running(
        folder, certificate, host=OUTSIDE, tls_port=RELAY_PORT, peers=(OUTSIDE,)
    ) as running:
        yield running


@pytest_asyncio.fixture(loop_scope=LOOP, scope="module")
async def playwright(hospital: ClosedNetwork) -> AsyncIterator[Playwright]:
    """Its driver, and so the clinician's browser, are outside."""
    assert hospital
    async with async_playwright() as running:
        yield running


@pytest_asyncio.fixture(loop_scope=LOOP, scope="module")
async def playwright_inside(hospital: ClosedNetwork) -> AsyncIterator[Playwright]:
    """Its driver, and so its browsers, are behind the wall."""
    with hospital.inside():
        running = await async_playwright().start()
    yield running
    await running.stop()


async def launch(playwright: Playwright, look: devices.Look, folder: Path) -> Browser:
    """A browser that takes the relay's throw-away certificate."""
    return await chromium.launch(
        playwright,
        picture=devices.write_picture(look, folder),
        tone=devices.write_tone(look, folder),
        more=("--ignore-certificate-errors",),
        shell=True,
    )


@pytest_asyncio.fixture(loop_scope=LOOP, scope="module")
async def members_browser(playwright_inside: Playwright, folder: Path) -> AsyncIterator[Browser]:
    browser = await launch(playwright_inside, devices.MEMBER, folder)
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def server(tmp_path: Path, relay: TurnServer) -> AsyncIterator[DemoServer]:
    environment = {
        "VIDEOVISIT_MEDIA_UDP": f"{OUTSIDE}:0",
        "VIDEOVISIT_TURN_URLS": f"{relay.udp},{relay.tcp},{relay.tls}",
        "VIDEOVISIT_TURN_SECRET": turn_server.SECRET,
    }
    running = await demo_server.start(tmp_path, environment=environment)
    yield running
    await running.stop()


CHOSEN = """async () => {
  const report = [...(await witness.last.getStats()).values()];
  const chosen = report.find((stat) => stat.type === "transport").selectedCandidatePairId;
  const pair = report.find((stat) => stat.id === chosen);
  const local = report.find((stat) => stat.id === pair.localCandidateId);
  const { candidateType: type, relayProtocol: protocol = null } = local;
  return { type, protocol, sent: pair.bytesSent, received: pair.bytesReceived };
}"""


async def way_of(person: Member | Clinician) -> dict[str, Any]:
    """By which way the media of a page goes, as its browser says."""
    way: dict[str, Any] = await person.page.evaluate(CHOSEN)
    return way


@pytest_asyncio.fixture(loop_scope=LOOP)
async def ana(server: DemoServer, hospital: ClosedNetwork, members_browser: Browser) -> AsyncIterator[Member]:
    """The demo's first member, in the hospital."""
    async with hospital.proxy(server.port):
        context, page = await open_page(members_browser, server.info["member_link"], size=PHONE)
        yield Member(context, page)
        await context.close()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def dr_inside(
    server: DemoServer, ana: Member, playwright_inside: Playwright, folder: Path
) -> AsyncIterator[Clinician]:
    """The demo's first clinician, in the hospital too, and with its proxy."""
    assert ana
    browser = await launch(playwright_inside, devices.CLINICIAN, folder)
    context, page = await open_page(browser, server.info["clinician_link"], size=DESKTOP)
    clinician = Clinician(context, page)
    await clinician.signs_in(server.info["clinician"])
    yield clinician
    await browser.close()


async def see_and_hear_each_other(member: Member, clinician: Clinician) -> None:
    """Each side decodes the other's picture and tone, not its own."""
    red, _, blue = await clinician.colour()
    assert red > blue + 60, "the clinician sees the member's red"
    red, _, blue = await member.colour()
    assert blue > red + 60, "the member sees the clinician's blue"
    for person, other in ((clinician, devices.MEMBER), (member, devices.CLINICIAN)):
        heard = await person.hertz()
        assert heard is not None
        assert abs(heard - other.hertz) < 30


async def goes_by_tls(person: Member | Clinician) -> None:
    way = await way_of(person)
    assert (way["type"], way["protocol"]) == ("relay", "tls")
    assert min(way["sent"], way["received"]) > 10_000


async def test_a_visit_is_held_over_tls_where_all_udp_is_blocked(
    hospital: ClosedNetwork, server: DemoServer, ana: Member, dr: Clinician
) -> None:
    await in_a_visit(ana, dr, server, frames=30)
    await see_and_hear_each_other(ana, dr)
    await goes_by_tls(ana)
    assert (await way_of(dr))["type"] != "relay", "where there is a direct way, it is taken"
    stopped = hospital.stopped()
    assert stopped["stopped_udp"] > 0, "the member's browser tried UDP, and met the wall"
    assert stopped["stopped_rest"] > 0, "and TCP to another port than the one that is open"
    said = server.log.read_text()
    assert turn_server.SECRET not in said
    assert "turns:" not in said


async def test_two_behind_the_wall_find_each_other_again_when_the_relay_was_restarted(
    relay: TurnServer, server: DemoServer, ana: Member, dr_inside: Clinician
) -> None:
    await in_a_visit(ana, dr_inside, server, frames=30)
    for person in (ana, dr_inside):
        await goes_by_tls(person)
    relay.kill()
    relay.start()
    for person in (ana, dr_inside):
        await person.decodes_a_frame_of_a_new_connection()
        await person.decodes_frames(30)
        await goes_by_tls(person)
    await see_and_hear_each_other(ana, dr_inside)
