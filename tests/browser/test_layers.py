"""Three people, one behind a narrow way: that one gets a small picture, and nobody else does."""

import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, expect

from tests.badnet.link import Conditions, Link
from tests.browser import chromium, devices
from tests.browser.people import DESKTOP, PHONE, Clinician, Guest, Member, Person, in_a_visit, open_page
from tests.browser.test_narrow_way import LEAD
from tests.demo_server import DemoServer

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.alone]

LAYERS = (Path(__file__).parent / "layers.js").read_text()
LARGE, WIDTH, HEIGHT = 1280, 1280, 720
"""Of the clinician's picture; Chromium has three layers from 960 on."""
NARROW = Conditions(round_trip=0.05, rate=300_000)
WIDE = Conditions(round_trip=0.05)
PATIENCE_MS = 60_000
NARROW_MISSES_AT_MOST, OTHERS_MISS_AT_MOST = 0.2, 0.1
"""Of the frames that are encoded. On the narrow way its queue fills first, and a keyframe has to come."""


def write_lively(folder: Path) -> Path:
    """A large picture in the clinician's colour with something in it that always changes."""
    dice = random.Random(7)
    path = folder / "lively.y4m"
    chroma = bytes([devices.CLINICIAN.cb]) * (WIDTH * HEIGHT // 4)
    chroma += bytes([devices.CLINICIAN.cr]) * (WIDTH * HEIGHT // 4)
    wide, high, block = WIDTH // 4, HEIGHT // 4, 16
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{devices.RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(2 * devices.RATE):
            picture = bytearray(b"\x60" * (WIDTH * HEIGHT))
            for y in range(high, 2 * high):
                if (y - high) % block == 0:
                    row = b"".join(bytes([dice.randrange(80, 112)]) * block for _ in range(wide // block))
                picture[y * WIDTH + wide : y * WIDTH + wide + len(row)] = row
            out.write(b"FRAME\n" + picture + chroma)
    return path


async def sees(person: Person, *widths: int) -> None:
    """The pictures of the others come to be so wide, in any order."""
    await person.comes_to_tell("layers.widths()", sorted(widths), within_ms=PATIENCE_MS)


async def encodes(person: Person, *rids: str) -> None:
    """The camera comes to be sent in these layers."""
    await person.comes_to_tell("layers.sent()", list(rids), within_ms=PATIENCE_MS, every_ms=500)


async def decoded(person: Person) -> int:
    """Frames of all pictures together."""
    return sum(one["frames"] for one in await person.page.evaluate("layers.received()"))


@dataclass
class Three:
    """Ana is behind a way that may become narrow; Dr. Lee's picture is large and lively."""

    ana: Member
    dr: Clinician
    sol: Guest
    link: Link

    async def frames(self) -> tuple[int, int, int]:
        """Of Dr. Lee's picture: what came to Ana, who saw it first of all, to Sol, and was encoded."""
        at_ana = (await self.ana.page.evaluate("layers.received()"))[0]
        at_sol = max(await self.sol.page.evaluate("layers.received()"), key=lambda picture: picture["width"])
        return at_ana["came"], at_sol["came"], await self.dr.page.evaluate("layers.encoded()")


@pytest_asyncio.fixture(loop_scope="module")
async def two(
    server: DemoServer, members_browser: Browser, playwright: Playwright, folder: Path
) -> AsyncIterator[tuple[Member, Clinician, Link]]:
    link = Link(random.Random(5), WIDE)
    link.open()
    far = await chromium.launch(
        playwright,
        picture=write_lively(folder),
        tone=devices.write_tone(devices.CLINICIAN, folder),
        shell=True,
    )
    context, page = await open_page(members_browser, "about:blank", size=PHONE, scripts=(LEAD, LAYERS))

    def lead_to(port: int) -> int:
        link.towards(("127.0.0.1", port))
        return link.port

    await page.expose_function("leadTo", lead_to)
    await page.goto(server.info["member_link"])
    _, console = await open_page(far, server.info["clinician_link"], size=DESKTOP, scripts=(LAYERS,))
    dr = Clinician(console.context, console)
    await dr.signs_in(server.info["clinician"])
    ana = Member(context, page)
    await in_a_visit(ana, dr, server)
    yield ana, dr, link
    await context.close()
    await far.close()
    link.close()


@pytest_asyncio.fixture(loop_scope="module")
async def three(two: tuple[Member, Clinician, Link], guests_browser: Browser) -> AsyncIterator[Three]:
    ana, dr, link = two
    await dr.presses("People", exact=True)
    where = await dr.invites("Sol Ibáñez")
    await dr.presses("Close", exact=True)
    context, page = await open_page(guests_browser, where, size=DESKTOP, scripts=(LAYERS,))
    sol = Guest(context, page)
    await sol.joins("Sol Ibáñez")
    await sol.passes_camera_check()
    await sol.shows(Maya="blue", Ana="red")
    yield Three(ana, dr, sol, link)
    await context.close()


async def sees_speak(person: Person, name: str) -> None:
    """One tile has a frame, and whose it is."""
    framed = person.page.locator(".person-speaks .person-name .strong")
    await expect(framed).to_have_text(re.compile(name), timeout=PATIENCE_MS)


async def test_two_send_one_layer(two: tuple[Member, Clinician, Link]) -> None:
    ana, dr, _ = two
    await encodes(ana, "h")
    await encodes(dr, "h")
    await sees(ana, LARGE)


@pytest.mark.timeout(300)  # four browsers' worth of pictures on two cores
async def test_who_is_behind_a_narrow_way_gets_a_small_picture_and_nobody_else(three: Three) -> None:
    ana, dr, sol = three.ana, three.dr, three.sol
    await sees(ana, LARGE, devices.WIDTH)
    await sees(sol, LARGE, devices.WIDTH)
    await encodes(dr, "h")
    before = await three.frames()

    three.link.conditions = NARROW
    await sees(ana, LARGE // 4, devices.WIDTH)
    frames = await decoded(ana)
    await sees(sol, LARGE, devices.WIDTH)
    await ana.shows(Maya="blue", Sol="green")
    await encodes(dr, "h", "l")
    assert await decoded(ana) > frames

    three.link.conditions = WIDE
    await sees(ana, LARGE, devices.WIDTH)
    await encodes(dr, "h")
    await ana.shows(Maya="blue", Sol="green")
    at_ana, at_sol, encoded = (now - then for now, then in zip(await three.frames(), before, strict=True))
    assert at_ana > (1 - NARROW_MISSES_AT_MOST) * encoded
    assert at_sol > (1 - OTHERS_MISS_AT_MOST) * encoded
    await ana.decodes_frames()


async def test_whoever_speaks_has_a_frame(three: Three) -> None:
    ana, dr, sol = three.ana, three.dr, three.sol
    for silent in (dr, sol):
        await silent.presses("Mute", exact=True)
    for other in (dr, sol):
        await sees_speak(other, "Ana")
    await ana.presses("Mute", exact=True)
    await sol.presses("Mute", exact=True)
    for other in (ana, dr):
        await sees_speak(other, "Sol")


async def test_whoever_signs_is_large_and_the_small_tiles_beside_them_get_a_middle_layer(
    two: tuple[Member, Clinician, Link], guests_browser: Browser
) -> None:
    ana, dr, _ = two
    await dr.presses("People", exact=True)
    interpreter = await dr.invites("Sol Ibáñez", kind="Interpreter", signs=True)
    friend = await dr.invites("Maria")
    await dr.presses("Close", exact=True)
    contexts = []
    for link, name in ((interpreter, "Sol Ibáñez"), (friend, "Maria")):
        context, page = await open_page(guests_browser, link, size=DESKTOP, scripts=(LAYERS,))
        contexts.append(context)
        guest = Guest(context, page)
        await guest.joins(name)
        await guest.passes_camera_check()
    await sees(ana, LARGE, devices.WIDTH, devices.WIDTH // 2)  # Maria's tile is small
    await ana.decodes_frames()
    for context in contexts:
        await context.close()
