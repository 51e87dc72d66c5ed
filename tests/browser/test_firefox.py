"""Firefox on either side and on both, through the whole flow, in a network of the tests' own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright

from tests import demo_server
from tests.browser import firefox, network
from tests.browser.devices import CLINICIAN, INTERPRETER, MEMBER, WIDTH
from tests.browser.people import DESKTOP, PHONE, Clinician, Guest, Member, in_a_visit, open_page
from tests.browser.test_layers import LAYERS, encodes, sees
from tests.demo_server import DemoServer

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.root,
    pytest.mark.skipif(firefox.executable() is None, reason="firefox-esr is not installed"),
    pytest.mark.skipif(network.missing() is not None, reason=str(network.missing())),
]
LOOP = "module"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with network.own_network() as found:
        yield found


@pytest_asyncio.fixture(loop_scope=LOOP, scope="module")
async def playwright(address: str) -> AsyncIterator[Playwright]:
    """Its driver, and so its browsers, are in the network of the tests."""
    assert address
    async with async_playwright() as running:
        yield running


@pytest_asyncio.fixture(loop_scope=LOOP)
async def server(tmp_path: Path, address: str) -> AsyncIterator[DemoServer]:
    running = await demo_server.start(tmp_path, environment={"VIDEOVISIT_MEDIA_UDP": f"{address}:0"})
    yield running
    await running.stop()


@pytest_asyncio.fixture(loop_scope=LOOP, scope="module")
async def members_firefox(playwright: Playwright) -> AsyncIterator[Browser]:
    browser = await firefox.launch(playwright, look=MEMBER)
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope=LOOP, scope="module")
async def clinicians_firefox(playwright: Playwright) -> AsyncIterator[Browser]:
    browser = await firefox.launch(playwright, look=CLINICIAN)
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def fox(server: DemoServer, members_firefox: Browser) -> AsyncIterator[Member]:
    """The demo's first member, in Firefox."""
    context, page = await open_page(
        members_firefox, server.info["member_link"], size=PHONE, scripts=(firefox.painted(MEMBER),)
    )
    yield Member(context, page)
    await context.close()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def dr_fox(server: DemoServer, clinicians_firefox: Browser) -> AsyncIterator[Clinician]:
    """The demo's first clinician, in Firefox, signed in."""
    context, page = await open_page(
        clinicians_firefox, server.info["clinician_link"], size=DESKTOP, scripts=(firefox.painted(CLINICIAN),)
    )
    clinician = Clinician(context, page)
    await clinician.signs_in(server.info["clinician"])
    yield clinician
    await context.close()


async def proves_each_other(member: Member, clinician: Clinician) -> None:
    """Each side decodes the other's picture and tone, not its own."""
    red, _, blue = await clinician.colour()
    assert red > blue + 60, "the clinician sees the member's red"
    red, _, blue = await member.colour()
    assert blue > red + 60, "the member sees the clinician's blue"
    for person, other in ((clinician, MEMBER), (member, CLINICIAN)):
        heard = await person.hertz()
        assert heard is not None
        assert abs(heard - other.hertz) < 30


async def test_a_member_in_firefox_meets_a_clinician_in_chromium(
    fox: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(fox, dr, server)
    await proves_each_other(fox, dr)


async def test_a_member_in_chromium_meets_a_clinician_in_firefox(
    ana: Member, dr_fox: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr_fox, server)
    await proves_each_other(ana, dr_fox)


async def test_two_in_firefox_may_reload_and_end_their_visit(
    fox: Member, dr_fox: Clinician, server: DemoServer
) -> None:
    await in_a_visit(fox, dr_fox, server)
    await fox.reloads()
    await fox.decodes_frames()
    await dr_fox.decodes_frames()
    await dr_fox.reloads()
    await dr_fox.decodes_frames()
    await fox.decodes_frames()
    await proves_each_other(fox, dr_fox)
    await dr_fox.ends_visit()
    await fox.sees("Your visit is over")
    await dr_fox.sees("The visit is closed and saved")


async def test_a_reload_in_the_waiting_room_keeps_the_place(
    fox: Member, dr_fox: Clinician, server: DemoServer
) -> None:
    await fox.comes_to_the_waiting_room(server.info["member_birth_date"])
    await fox.reloads()
    await fox.sees("You are checked in")
    await dr_fox.claims()
    await dr_fox.is_ready_to_admit()
    await dr_fox.admits()
    await fox.decodes_frames()


@pytest.mark.parametrize(
    ("preferences", "words"),
    [
        ({"media.navigator.permission.disabled": False, "permissions.default.camera": 2,
          "permissions.default.microphone": 1}, "The camera is blocked"),
        ({"media.navigator.streams.fake": False}, "We found no camera"),
        ({"media.navigator.permission.disabled": False}, "Still waiting."),
    ],
    ids=["denied", "absent", "the question is not answered"],
)  # fmt: skip
async def test_firefoxs_own_ways_of_having_no_camera_are_named(
    preferences: dict[str, bool | int | str], words: str, server: DemoServer, playwright: Playwright
) -> None:
    browser = await firefox.launch(playwright, look=MEMBER, preferences=preferences)
    context, page = await open_page(browser, server.info["member_link"], size=PHONE)
    member = Member(context, page)
    await member.gives_birth_date(server.info["member_birth_date"])
    await member.answers_questions()
    await member.agrees()
    await member.presses("Test my camera")
    await member.sees(words)
    await context.close()
    await browser.close()


@pytest.mark.alone
async def test_a_guest_in_firefox_sends_a_smaller_layer_for_small_tiles(
    ana: Member, dr: Clinician, server: DemoServer, guests_browser: Browser, clinicians_firefox: Browser
) -> None:
    await in_a_visit(ana, dr, server)
    await ana.page.evaluate(LAYERS)
    await dr.presses("People", exact=True)
    interpreter = await dr.invites("Sol Ibáñez", kind="Interpreter", signs=True)
    friend = await dr.invites("Maria")
    await dr.presses("Close", exact=True)
    contexts = []
    for browser, link, name, scripts in (
        (guests_browser, interpreter, "Sol Ibáñez", ()),
        (clinicians_firefox, friend, "Maria", (firefox.painted(INTERPRETER), LAYERS)),
    ):
        context, page = await open_page(browser, link, size=DESKTOP, scripts=scripts)
        contexts.append(context)
        guest = Guest(context, page)
        await guest.joins(name)
        await guest.passes_camera_check()
    await encodes(guest, "h", "m")  # the interpreter shows everybody alike, the others show her small
    await sees(ana, WIDTH, WIDTH, WIDTH // 2)
    for context in contexts:
        await context.close()
