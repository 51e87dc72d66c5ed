"""The public address: whether it leads here, over TLS that browsers believe, and nowhere in plain http.

If nobody listens where `serve` will, the doctor does so for the length of the check, with the same
certificate and behind the same rules: so the way from the name to this process is tried before the first day
as well as during it. `/healthz` carries a mark that only an installation with our keys and address can make.
"""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import aiohttp
from aiohttp import web as server

from signaling.clock import Clock
from signaling.doctor.certificate import EXPIRES_SOON
from signaling.doctor.finding import Finding
from signaling.http import app as http_app
from signaling.http.figures import Figures
from signaling.http.health import Health, mark_of
from signaling.http.routing import Doorkeeper
from signaling.ids import SystemIds
from signaling.installation import Configured, surroundings_of
from signaling.serve import listening_socket, tls_context
from signaling.settings import is_loopback, is_wildcard

WITHIN_SECONDS: Final = 4.0
"""Of one question. Members' phones give up hardly later."""

ANSWER_BYTES: Final = 4096
PLAIN_PORT: Final = 80
NOWHERE: Final = ("192.0.2.1", 9)
"""An address that exists nowhere (RFC 5737): asking the way to it, and sending nothing, names our own."""

CERTIFICATE_TROUBLES: Final = {
    9: "is not good yet",
    10: "has ended",
    18: "was signed by nobody but itself",
    19: "was signed by somebody whom this machine does not trust",
    20: "comes without those that signed it, or they are not trusted here",
    21: "comes without those that signed it, or they are not trusted here",
    62: "is for other names",
    64: "is for other addresses",
}
"""OpenSSL's verification codes (X509_V_ERR_…), as sentences."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an address answered: a status, our mark if it had it, and the code of a refusal."""

    status: int
    ours: bool = False
    code: str | None = None


async def check(settings: Configured, clock: Clock) -> list[Finding]:
    """From the name of VIDEOVISIT_PUBLIC_URL to this process."""
    public = urlsplit(settings.web.public_url)
    mark = mark_of(settings.records.vault(), settings.web.public_url)
    try:
        async with standing_in(settings, clock, mark):
            found = [await _reached(public, mark, clock)]
            return [*found, await _plain(settings, public, mark)]
    except OSError as error:
        reason = error.strerror or type(error).__name__
        remedy = (
            "Give VIDEOVISIT_LISTEN an address of this machine and a port that this user may have: "
            "one below 1024 needs CAP_NET_BIND_SERVICE."
        )
        return [Finding("public url", f"cannot listen where VIDEOVISIT_LISTEN says ({reason})", remedy)]


@asynccontextmanager
async def standing_in(settings: Configured, clock: Clock, mark: str) -> AsyncIterator[bool]:
    """Listen in the place of `serve`, unless somebody does; whether we do.

    Raises:
        OSError: the address cannot be listened on, and not because it is taken.
    """
    try:
        listener = listening_socket(settings.web.listen)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        yield False
        return
    figures = Figures()
    routes = [route for route in Health({}, figures, mark).routes() if route.path == "/healthz"]
    keeper = Doorkeeper(surroundings_of(settings.web), {})
    app = http_app.create(routes=routes, keeper=keeper, figures=figures, clock=clock, ids=SystemIds())
    runner = server.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1)
    await runner.setup()
    try:
        web = settings.web
        tls = tls_context(web.tls_cert, web.tls_key) if web.tls_cert and web.tls_key else None
        await server.SockSite(runner, listener, ssl_context=tls).start()
        yield True
    except ssl.SSLError:  # the certificate's own check says so
        yield False
    finally:
        await runner.cleanup()
        listener.close()


async def _reached(public: SplitResult, mark: str, clock: Clock) -> Finding:
    host, port = public.hostname or "", public.port or {"http": 80, "https": 443}[public.scheme]
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError):
        return _ill(
            "its host name leads to no address",
            "Make an A or AAAA record for it, or see which name server this machine asks.",
        )
    if public.scheme == "https" and (trouble := await _tls(host, port, clock)) is not None:
        return trouble
    try:
        said = await ask(f"{public.geturl()}/healthz", mark)
    except (aiohttp.ClientError, OSError, TimeoutError):
        return _ill(
            "nobody answers there",
            "See that the name leads to this machine or to its proxy, and that "
            "the port is open. Some routers do not let a machine reach its own public address: then ask "
            "from elsewhere.",
        )
    return _judged(said)


def _judged(said: Said) -> Finding:
    if said.ours and said.status == HTTPStatus.OK:
        return Finding("public url", "leads here, and the way there is one that browsers believe")
    if said.code == "https_required":
        return _ill(
            "its proxy is not one of ours",
            "Name the proxy's own address in VIDEOVISIT_TRUSTED_PROXIES.",
        )
    if said.status in {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}:
        return _ill(
            f"a proxy answers there with status {said.status}: it does not reach this process",
            "Let the proxy hand on to the address of VIDEOVISIT_LISTEN.",
        )
    return _ill(
        f"another program or installation answers there, with status {said.status}",
        "Let the name lead to this machine, or correct VIDEOVISIT_PUBLIC_URL. Processes of one installation "
        "share VIDEOVISIT_PUBLIC_URL and VIDEOVISIT_TEXT_KEY.",
    )


def _ill(sentence: str, remedy: str) -> Finding:
    return Finding("public url", sentence, remedy)


async def _tls(host: str, port: int, clock: Clock) -> Finding | None:
    """What keeps a browser from believing the certificate that is shown there; None if nothing does."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
        shown: Any = writer.get_extra_info("peercert")
        ends = ssl.cert_time_to_seconds(shown["notAfter"])
    except ssl.SSLCertVerificationError as error:
        trouble = CERTIFICATE_TROUBLES.get(error.verify_code, "is not believed")
        return _ill(
            f"the certificate shown there {trouble}",
            "Show the whole chain of a certificate that an authority made for this name. An authority of "
            "your own must be among those that this machine, and every member's phone, trusts.",
        )
    except (ssl.SSLError, ConnectionResetError):
        return _ill(
            "nobody speaks TLS there",
            "Set VIDEOVISIT_TLS_CERT and VIDEOVISIT_TLS_KEY, or put a proxy before it.",
        )
    except (OSError, TimeoutError):
        return None  # the question itself says that nobody answers
    finally:
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await writer.wait_closed()
    left = timedelta(seconds=ends - clock.now().timestamp())
    if left <= EXPIRES_SOON:
        return _ill(f"the certificate shown there ends in {left.days} days", "See why it was not renewed.")
    return None


async def ask(url: str, mark: str) -> Said:
    """Ask for `/healthz` and look for our mark. Redirects are answers, not followed."""
    timeout = aiohttp.ClientTimeout(total=WITHIN_SECONDS)
    trusted = ssl.create_default_context()
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(url, allow_redirects=False, ssl=trusted) as got,
    ):
        try:
            said = await got.json(content_type=None) if (got.content_length or 0) <= ANSWER_BYTES else None
        except ValueError:
            said = None
        if not isinstance(said, dict):
            return Said(got.status)
        error = said.get("error")
        code = error.get("code") if isinstance(error, dict) else None
        return Said(got.status, said.get("installation") == mark, code if isinstance(code, str) else None)


async def _plain(settings: Configured, public: SplitResult, mark: str) -> Finding:
    """Nobody gets at a visit without TLS: not through port 80 of the name, and not past the proxy."""
    host = public.hostname or ""
    if public.scheme == "http":
        return Finding("plain http", "only this machine can ask")
    if not is_loopback(host) and await answers_plainly(f"{_bracketed(host)}:{PLAIN_PORT}", mark):
        return Finding(
            "plain http",
            "the public name answers without TLS as well",
            "Let the proxy's port 80 redirect to https, or close it.",
        )
    listen = settings.web.listen
    if settings.web.tls or listen.is_loopback:
        return Finding("plain http", "refused: there is no way in but by TLS, or from this machine")
    own = _own_address() if is_wildcard(listen.host) else listen.host
    if own is not None and await answers_plainly(f"{_bracketed(own)}:{listen.port}", mark):
        return Finding(
            "plain http",
            "whoever reaches VIDEOVISIT_LISTEN can leave the proxy out",
            "Name the proxy's own address alone in VIDEOVISIT_TRUSTED_PROXIES, not a network that others are "
            "in; or listen on loopback, if the proxy is on this machine.",
        )
    return Finding("plain http", "refused to everybody but the proxy")


async def answers_plainly(where: str, mark: str) -> bool:
    """Whether this very installation answers there without TLS."""
    try:
        said = await ask(f"http://{where}/healthz", mark)
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False
    return said.ours and said.status == HTTPStatus.OK


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _own_address() -> str | None:
    """The address by which others know this machine; None where it has none but loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(NOWHERE)
        except OSError:
            return None
        return str(asking.getsockname()[0])
