"""What the doctor finds about the way from the public name to this process, over real sockets and TLS."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from signaling.clock import SystemClock
from signaling.doctor import address
from signaling.doctor.finding import Finding
from signaling.http.health import mark_of
from signaling.serve import listening_socket
from signaling.settings import Listen
from tests.signaling.doctor.patient import Authority, configured, free_port, told
from tests.signaling.house import TEXT_KEY, running
from waiting_room.settings import WaitingRoomSettings

pytestmark = pytest.mark.sockets

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that this process trusts, as if it were the world's."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root()))
    return authority


@pytest.fixture
def port() -> int:
    return free_port()


async def look(
    port: int, scheme: str = "https", host: str = "127.0.0.1", **web_settings: Any
) -> dict[str, Finding]:
    listen = web_settings.pop("listen", Listen(host="127.0.0.1", port=port))
    settings = configured(
        "sqlite:///x.db", public_url=f"{scheme}://{host}:{port}", listen=listen, **web_settings
    )
    return told(await address.check(settings, SystemClock()))


@asynccontextmanager
async def somebody_listens(
    port: int, answer: Answer, tls: ssl.SSLContext | None = None
) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.SockSite(runner, listening_socket(Listen(host="127.0.0.1", port=port)), ssl_context=tls).start()
    yield
    await runner.cleanup()


def certified(authority: Authority, *names: str, days: float = 60, ago: float = 1) -> dict[str, Path]:
    """Settings of a certificate; OpenSSL judges it by the machine's clock, so it is made by that one."""
    begins = SystemClock().now() - timedelta(days=ago)
    cert, key = authority.certifies(*names, begins=begins, days=days)
    return {"tls_cert": cert, "tls_key": key}


def mark(public_url: str) -> str:
    return mark_of(WaitingRoomSettings(text_key=TEXT_KEY).vault(), public_url)  # type: ignore[arg-type]


async def test_before_the_first_day_the_way_here_is_tried_all_the_same(
    authority: Authority, port: int
) -> None:
    found = await look(port, **certified(authority, "127.0.0.1"))
    assert found["public url"].well
    assert found["plain http"].well
    with listening_socket(Listen(host="127.0.0.1", port=port)):
        """Nobody listens there any more."""


async def test_on_loopback_plain_http_is_for_this_machine(port: int) -> None:
    found = await look(port, "http")
    assert found["public url"].well
    assert found["plain http"].sentence == "only this machine can ask"


async def test_a_server_that_runs_is_recognised(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        port = int(world.base.rpartition(":")[2])
        assert (await look(port, "http"))["public url"].well


async def test_another_program_at_the_address_is_named(port: int) -> None:
    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="It works!")

    async with somebody_listens(port, hello):
        found = (await look(port, "http"))["public url"]
    assert found.sentence == "another program or installation answers there, with status 200"


async def test_another_installation_at_the_address_is_named(port: int) -> None:
    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "installation": mark("https://elsewhere.example.org")})

    async with somebody_listens(port, alive):
        assert "another program or installation" in (await look(port, "http"))["public url"].sentence


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_proxy_that_does_not_reach_us_is_named(port: int, status: int) -> None:
    async def sorry(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    async with somebody_listens(port, sorry):
        found = (await look(port, "http"))["public url"]
    assert f"a proxy answers there with status {status}" in found.sentence
    assert "VIDEOVISIT_LISTEN" in (found.remedy or "")


async def test_a_proxy_that_is_not_ours_is_named(port: int) -> None:
    async def refused(_request: web.Request) -> web.Response:
        return web.json_response({"error": {"code": "https_required", "sentence": "…"}}, status=403)

    async with somebody_listens(port, refused):
        found = (await look(port, "http"))["public url"]
    assert "VIDEOVISIT_TRUSTED_PROXIES" in (found.remedy or "")


async def test_a_name_without_an_address_is_said(port: int, authority: Authority) -> None:
    found = await look(port, host="no-such-name.invalid", **certified(authority, "no-such-name.invalid"))
    assert found["public url"].sentence == "its host name leads to no address"


async def test_nobody_at_the_address_is_said(port: int) -> None:
    found = await look(free_port(), "http", listen=Listen(host="127.0.0.1", port=port))
    assert found["public url"].sentence == "nobody answers there"


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(port: int, tmp_path: Path) -> None:
    found = await look(port, **certified(Authority(tmp_path), "127.0.0.1"))
    assert found["public url"].sentence.startswith("the certificate shown there ")
    assert "authority" in (found["public url"].remedy or "")


@pytest.mark.parametrize(
    ("names", "days", "said"),
    [
        (("127.0.0.2",), 60, "the certificate shown there is for other addresses"),
        (("127.0.0.1",), 0.5, "the certificate shown there has ended"),
        (("127.0.0.1",), 10, "the certificate shown there ends in 8 days"),
    ],
)
async def test_a_certificate_that_browsers_refuse_is_said(
    port: int, authority: Authority, names: tuple[str, ...], days: float, said: str
) -> None:
    assert (await look(port, **certified(authority, *names, days=days)))["public url"].sentence == said


async def test_nobody_who_speaks_tls_is_said(port: int) -> None:
    found = await look(port, "https")  # what listens, listens without a certificate
    assert found["public url"].sentence == "nobody speaks TLS there"


async def test_the_public_name_without_tls_is_found_out(port: int) -> None:
    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "installation": "ours"})

    async with somebody_listens(port, alive):
        assert await address.answers_plainly(f"127.0.0.1:{port}", "ours")
        assert not await address.answers_plainly(f"127.0.0.1:{port}", "another's")
    assert not await address.answers_plainly(f"127.0.0.1:{port}", "ours")


@pytest.mark.parametrize(("proxies", "well"), [("198.51.100.9", True), ("0.0.0.0/0", False)])
async def test_past_the_proxy_there_is_no_way_in(port: int, proxies: str, well: bool) -> None:
    own = address._own_address()
    if own is None:
        pytest.skip("this machine has no address but loopback")
    listen = Listen(host=own, port=port)
    found = (await look(port, host="127.0.0.1", listen=listen, trusted_proxies=proxies))["plain http"]
    assert found.well is well
    if not well:
        assert "VIDEOVISIT_TRUSTED_PROXIES" in (found.remedy or "")


async def test_an_address_of_another_machine_cannot_be_listened_on(port: int) -> None:
    found = await look(port, listen=Listen(host="203.0.113.7", port=port), trusted_proxies="198.51.100.9")
    assert "cannot listen" in found["public url"].sentence


async def test_a_port_80_that_redirects_is_no_way_in(port: int) -> None:
    async def elsewhere(_request: web.Request) -> web.Response:
        raise web.HTTPPermanentRedirect("https://visits.example.org/")

    async with somebody_listens(port, elsewhere):
        assert not await address.answers_plainly(f"127.0.0.1:{port}", "ours")
