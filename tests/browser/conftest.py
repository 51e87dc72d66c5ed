"""A demo over TLS and a browser for each participant, made once for a module."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright

from tests import demo_server
from tests.browser import chromium, devices
from tests.browser.people import DESKTOP, PHONE, Clinician, Member, Support, open_page
from tests.demo_server import DemoServer

LOOP = "module"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser. (Each module says itself that one event loop serves it.)"""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(180))
            if chromium.executable() is None or chromium.executable(shell=True) is None:
                item.add_marker(pytest.mark.skip(reason="chromium or its headless shell is not installed"))


@pytest.fixture(scope="module")
def folder() -> AsyncIterator[Path]:
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
async def server(tmp_path: Path) -> AsyncIterator[DemoServer]:
    """A fresh day: its own database, its own worker, its own certificate."""
    running = await demo_server.start(tmp_path)
    yield running
    await running.stop()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def ana(server: DemoServer, members_browser: Browser) -> AsyncIterator[Member]:
    """The demo's first member, with her link open."""
    context, page = await open_page(members_browser, server.info["member_link"], size=PHONE)
    yield Member(context, page)
    await context.close()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def dr(server: DemoServer, clinicians_browser: Browser) -> AsyncIterator[Clinician]:
    """The demo's first clinician, signed in."""
    context, page = await open_page(clinicians_browser, server.info["clinician_link"], size=DESKTOP)
    clinician = Clinician(context, page)
    await clinician.signs_in(server.info["clinician"])
    yield clinician
    await context.close()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def desk(server: DemoServer, clinicians_browser: Browser) -> AsyncIterator[Support]:
    """The demo's support person, signed in."""
    context, page = await open_page(clinicians_browser, server.info["support_link"], size=DESKTOP)
    support = Support(context, page)
    await support.signs_in(server.info["support"])
    yield support
    await context.close()
