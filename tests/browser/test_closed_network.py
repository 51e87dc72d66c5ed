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
from tests.browser.people import PHONE, Clinician, Member, open_page
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
async def members_browser(hospital: ClosedNetwork, folder: Path) -> AsyncIterator[Browser]:
    """Behind the wall; it takes the relay's throw-away certificate."""
    with hospital.inside():
        running = await async_playwright().start()
    browser = await chromium.launch(
        running,
        picture=devices.write_picture(devices.MEMBER, folder),
        tone=devices.write_tone(devices.MEMBER, folder),
        more=("--ignore-certificate-errors",),
    )
    yield browser
    await browser.close()
    await running.stop()


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


async def test_a_visit_is_held_over_tls_where_all_udp_is_blocked(
    hospital: ClosedNetwork, server: DemoServer, members_browser: Browser, dr: Clinician
) -> None:
    port = int(server.info["member_link"].split(":")[2].split("/")[0])
    async with hospital.proxy(port):
        context, page = await open_page(members_browser, server.info["member_link"], size=PHONE)
        member = Member(context, page)
        await member.comes_to_the_waiting_room(server.info["member_birth_date"])
        await dr.claims()
        await dr.is_ready_to_admit()
        await dr.admits()
        await member.decodes_frames(30)
        await dr.decodes_frames(30)
        red, _, blue = await dr.colour()
        assert red > blue + 60, "the clinician sees the member's red"
        red, _, blue = await member.colour()
        assert blue > red + 60, "the member sees the clinician's blue"
        for person, other in ((dr, devices.MEMBER), (member, devices.CLINICIAN)):
            heard = await person.hertz()
            assert heard is not None
            assert abs(heard - other.hertz) < 30
        theirs, ours = await way_of(member), await way_of(dr)
        assert (theirs["type"], theirs["protocol"]) == ("relay", "tls")
        assert min(theirs["sent"], theirs["received"]) > 10_000
        assert ours["type"] != "relay", "where there is a direct way, it is taken"
        assert hospital.stopped()["stopped_udp"] > 0, "the member's browser tried UDP, and met the wall"
        await context.close()
