"""The house in many processes, made once, with a fresh day for each test; and its people.

Members and the desk come in through web process `a`, clinicians through `b`.
"""

import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright

from tests.browser import chromium, devices
from tests.browser.people import DESKTOP, PHONE, Clinician, Member, Support, open_page
from tests.cluster import town as towns
from tests.cluster.town import PIN, Town

LOOP = "module"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here starts servers and takes its time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for marker in (pytest.mark.slow, pytest.mark.sockets, pytest.mark.timeout(300)):
                item.add_marker(marker)


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    try:
        towns.check()
    except towns.TownMissingError as missing:
        pytest.skip(str(missing))
    with towns.running(VIDEOVISIT_DRAIN_SECONDS="4") as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What every process logged last goes with a test that failed."""
    report = yield
    town = getattr(item, "funcargs", {}).get("town")
    if report.failed and town is not None:
        for program in town.programs:
            report.sections.append((f"log of {program.name}", program.log()[-3000:]))
    return report


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest_asyncio.fixture(loop_scope=LOOP, scope="module")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as running:
        yield running


@pytest_asyncio.fixture(loop_scope=LOOP, scope="module")
async def members_browser(playwright: Playwright, folder: Path) -> AsyncIterator[Browser]:
    browser = await chromium.launch(
        playwright,
        picture=devices.write_picture(devices.MEMBER, folder),
        tone=devices.write_tone(devices.MEMBER, folder),
        shell=True,
    )
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope=LOOP, scope="module")
async def clinicians_browser(playwright: Playwright, folder: Path) -> AsyncIterator[Browser]:
    browser = await chromium.launch(
        playwright,
        picture=devices.write_picture(devices.CLINICIAN, folder),
        tone=devices.write_tone(devices.CLINICIAN, folder),
        shell=True,
    )
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def server(town: Town) -> Town:
    """A fresh day in all processes: what the scenarios of one process call their server."""
    await town.fresh_day()
    return town


@pytest_asyncio.fixture(loop_scope=LOOP, scope="module")
async def guests_browser(playwright: Playwright, folder: Path) -> AsyncIterator[Browser]:
    browser = await chromium.launch(
        playwright,
        picture=devices.write_picture(devices.INTERPRETER, folder),
        tone=devices.write_tone(devices.INTERPRETER, folder),
        shell=True,
    )
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def ana(server: Town, members_browser: Browser) -> AsyncIterator[Member]:
    """The first member, with her link open."""
    context, page = await open_page(members_browser, server.info["member_link"], size=PHONE)
    yield Member(context, page)
    await context.close()


async def through_b(server: Town, browser: Browser, who: str) -> Clinician:
    """A clinician, signed in through the other web process."""
    context, page = await open_page(browser, "about:blank", size=DESKTOP)
    await context.add_cookies([{"name": PIN, "value": "b", "url": server.base}])
    await page.goto(server.info["clinician_link"])
    clinician = Clinician(context, page)
    await clinician.signs_in(server.info[who])
    return clinician


@pytest_asyncio.fixture(loop_scope=LOOP)
async def dr(server: Town, clinicians_browser: Browser) -> AsyncIterator[Clinician]:
    """The first clinician."""
    clinician = await through_b(server, clinicians_browser, "clinician")
    yield clinician
    await clinician.context.close()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def desk(server: Town, clinicians_browser: Browser) -> AsyncIterator[Support]:
    """The support person."""
    context, page = await open_page(clinicians_browser, server.info["support_link"], size=DESKTOP)
    support = Support(context, page)
    await support.signs_in(server.info["support"])
    yield support
    await context.close()
