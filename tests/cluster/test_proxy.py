"""deploy/nginx.conf, as it is, in front of two web processes."""

import asyncio
import shutil
import ssl
import subprocess

import aiohttp
import pytest
import pytest_asyncio

from tests.cluster.town import PIN, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def browser() -> aiohttp.ClientSession:
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=trust), cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield session


async def test_nginx_finds_nothing_wrong_with_it(town: Town) -> None:
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
    assert program is not None
    command = [program, "-t", "-p", str(town.folder), "-c", str(town.folder / "nginx.conf")]
    checked = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr


async def test_pages_come_through_it_with_their_headers(server: Town, browser: aiohttp.ClientSession) -> None:
    async with browser.get(f"{server.base}/clinician") as page:
        assert page.status == 200
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert "nginx/" not in page.headers.get("Server", "")


async def test_a_websocket_comes_through_it(server: Town, browser: aiohttp.ClientSession) -> None:
    address = f"{server.base}/socket.io/?EIO=4&transport=websocket"
    for process in "ab":
        headers = {"Origin": server.base, "Cookie": f"{PIN}={process}"}
        async with browser.ws_connect(address, headers=headers) as socket:
            first = await socket.receive_str(timeout=5)
            assert first.startswith("0{")


async def test_what_is_for_operators_is_not_for_the_world(
    server: Town, browser: aiohttp.ClientSession
) -> None:
    for path in ("/metrics", "/readyz"):
        async with browser.get(server.base + path) as answer:
            assert answer.status == 404


async def test_while_one_process_is_gone_the_other_answers(
    server: Town, browser: aiohttp.ClientSession
) -> None:
    server.web["a"].kill()
    for _ in range(5):
        async with browser.get(f"{server.base}/healthz", headers={"Cookie": f"{PIN}=a"}) as answer:
            assert answer.status == 200
