"""Redis, where one is configured: whether it lets us in and answers PING, by its own wire protocol (RESP2).

By hand, so that looking needs no client that an installation of one process has no use for.
"""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from signaling.clock import Clock
from signaling.doctor.finding import Finding
from signaling.installation import Configured

WITHIN_SECONDS: Final = 3.0
PORT: Final = 6379
LINE_BYTES: Final = 4096


class RedisRefusedError(Exception):
    """It answered, and not as was hoped. `code` is the first word of its answer, such as NOAUTH."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Place:
    """What a URL of Redis says. Never shown: it may hold a password."""

    path: str | None
    host: str
    port: int
    tls: bool
    login: tuple[str, ...] = field(repr=False)


async def check(settings: Configured, _clock: Clock) -> list[Finding]:
    """The server of VIDEOVISIT_REDIS_URL."""
    url = settings.web.redis_url
    if url is None:
        return [Finding("redis", "none: one web process needs none")]
    return [await look(url.get_secret_value())]


async def look(url: str) -> Finding:
    """Say PING to the server at `url`."""
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            await _ping(_read(url))
    except RedisRefusedError as refused:
        if refused.code in {"NOAUTH", "WRONGPASS", "NOPERM"}:
            remedy = "Give user and password in VIDEOVISIT_REDIS_URL: redis://user:password@host:port/0."
            return Finding("redis", f"does not let us in ({refused.code})", remedy)
        remedy = "See what runs at that address; VIDEOVISIT_REDIS_URL must name a Redis server."
        return Finding("redis", "something else than Redis answers there", remedy)
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
        remedy = "See that it runs, that VIDEOVISIT_REDIS_URL names it, and that firewalls let us in."
        return Finding("redis", f"cannot be reached ({type(error).__name__})", remedy)
    return Finding("redis", "answers")


def _read(url: str) -> _Place:
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme == "unix":
        password = password or parse_qs(parts.query).get("password", [""])[0]
    login = (user, password) if user and password else (password,) if password else ()
    path = unquote(parts.path) if parts.scheme == "unix" else None
    return _Place(path, parts.hostname or "localhost", parts.port or PORT, parts.scheme == "rediss", login)


async def _ping(place: _Place) -> None:
    if place.path is not None:
        reader, writer = await asyncio.open_unix_connection(place.path, limit=LINE_BYTES)
    else:
        tls = ssl.create_default_context() if place.tls else None
        reader, writer = await asyncio.open_connection(place.host, place.port, ssl=tls, limit=LINE_BYTES)
    try:
        if place.login:
            await _ask(reader, writer, "AUTH", *place.login)
        if await _ask(reader, writer, "PING") != "PONG":
            raise RedisRefusedError("other")
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *words: str) -> str:
    """One command and its simple answer.

    Raises:
        RedisRefusedError: it is an error, or no answer of Redis.
    """
    command = f"*{len(words)}\r\n" + "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
    writer.write(command.encode())
    await writer.drain()
    line = (await reader.readuntil(b"\r\n")).decode(errors="replace").strip()
    if line.startswith("+"):
        return line[1:]
    raise RedisRefusedError(line[1:].partition(" ")[0] if line.startswith("-") else "other")
