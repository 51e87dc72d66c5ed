"""A client of one media worker's internal API, over its Unix socket or over TCP with the shared key.

Every call has a deadline and ends in a value or in one of two errors: `MediaRefusedError` (the worker looked
at the request and said no) and `MediaUnavailableError` (nobody answered; trying again may help).
"""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pydantic

from signaling.media_said import Answer, MediaEvent, Wish, events

OFFER_WITHIN_SECONDS = 5.0
CALL_WITHIN_SECONDS = 2.0
LEASE_WITHIN_SECONDS = 0.5
"""A withdrawal may have to wait for a call that is under way, and has a second."""
SILENT_AFTER_SECONDS = 5.0
"""Workers send a heartbeat every second: one that says nothing for this long is taken for dead."""
LARGEST_MESSAGE_BYTES = 1 << 20

STALE = "stale"
"""The refusal of what was decided on an older `version` than the room has heard of."""


class MediaRefusedError(Exception):
    """The worker refused the request with a stable `code`."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence


class MediaUnavailableError(Exception):
    """The worker did not answer in time, or not in its own language. `nobody`: no process listens there."""

    def __init__(self, why: str, *, nobody: bool = False) -> None:
        super().__init__(why)
        self.nobody = nobody


@dataclass(frozen=True, slots=True)
class _Address:
    socket: str | None
    base: str


def _parse(address: str) -> _Address:
    if address.startswith("unix:"):
        return _Address(address.removeprefix("unix:"), "http://media")
    if address.startswith("tls:"):
        return _Address(None, f"https://{address.removeprefix('tls:')}")
    return _Address(None, f"http://{address}")


def _trust(address: str, authority: Path | None) -> ssl.SSLContext | bool:
    return ssl.create_default_context(cafile=authority) if address.startswith("tls:") else True


def _path(*names: str, **numbers: int) -> str:
    path = "/" + "/".join(quote(name, safe="") for name in names)
    asked = "&".join(f"{name}={number}" for name, number in numbers.items() if number)
    return f"{path}?{asked}" if asked else path


class MediaClient:
    """Calls one worker. Make it inside a running loop and `aclose` it.

    Args:
        address: `unix:PATH`, `tls:HOST:PORT` or, where nobody else can listen, `HOST:PORT`.
        key: the shared key, for TCP.
        authority: who vouches for a worker that speaks TLS, in PEM; None: whoever this system trusts.

    Raises:
        OSError: the authority cannot be read.
    """

    def __init__(self, address: str, key: str | None = None, authority: Path | None = None) -> None:
        where = _parse(address)
        self.address = address
        self._base = where.base
        connector: aiohttp.BaseConnector = (
            aiohttp.UnixConnector(where.socket, limit=0, keepalive_timeout=75)
            if where.socket
            else aiohttp.TCPConnector(limit=0, keepalive_timeout=75, ssl=_trust(address, authority))
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=aiohttp.ClientTimeout(total=CALL_WITHIN_SECONDS),
        )

    async def aclose(self) -> None:
        """Close every connection. Calls that wait end in `MediaUnavailableError`."""
        await self._session.close()

    async def offer(
        self, room: str, endpoint: str, sdp: str, *, version: int = 0, needs_h264: bool = False
    ) -> Answer:
        """Answer an endpoint's offer; an endpoint that is there already is replaced or restarted.

        `needs_h264`: its device would be spared by H.264.

        Raises:
            MediaRefusedError: the offer cannot be answered (`code` says why).
            MediaUnavailableError: nobody answered.
        """
        path = _path("rooms", room, "endpoints", endpoint, version=version)
        body = {
            "sdp": sdp,
            **({"needs_h264": True} if needs_h264 else {}),
        }  # an older worker knows no such word
        said = await self._call("POST", path, body, within=OFFER_WITHIN_SECONDS)
        try:
            return Answer.model_validate(said)
        except pydantic.ValidationError:
            raise MediaUnavailableError("the worker's answer has another shape") from None

    async def open(self, room: str, *, version: int = 0) -> None:
        """Let media flow in the room; makes the room if it is not there. Repeating changes nothing."""
        await self._call("POST", _path("rooms", room, "open", version=version))

    async def close(self, room: str, *, version: int = 0) -> None:
        """Forward nothing in the room from now on; its endpoints stay connected. No room forwards nothing."""
        await self._call("POST", _path("rooms", room, "close", version=version), missing_is_fine=True)

    async def remove(self, room: str) -> None:
        """End the room and every endpoint in it. A room that is not there is fine."""
        await self._call("DELETE", _path("rooms", room), missing_is_fine=True)

    async def leave(self, room: str, endpoint: str, *, offered: int = 0, version: int = 0) -> None:
        """End one endpoint, if it was allowed on version `offered` or before. None there is fine."""
        path = _path("rooms", room, "endpoints", endpoint, offered=offered, version=version)
        await self._call("DELETE", path, missing_is_fine=True)

    async def show(self, room: str, endpoint: str, wish: Wish, large: Sequence[str] = ()) -> None:
        """Show an endpoint the others' cameras as it wishes, and some larger than the rest.

        One that is not there has no wishes.
        """
        path = _path("rooms", room, "endpoints", endpoint, "picture")
        # Only where there is something to say: an older worker refuses words that it does not know.
        body = {"wish": wish, **({"large": list(large)} if large else {})}
        await self._call("PUT", path, body, missing_is_fine=True)

    async def healthz(self) -> Mapping[str, Any]:
        """What the worker counts since its start."""
        return await self._call("GET", "/healthz")

    async def record(
        self,
        room: str,
        recording: str,
        *,
        key: bytes,
        wrapped: bytes,
        endpoints: Sequence[str],
        seconds: float,
        version: int = 0,
    ) -> str:
        """Lease these endpoints to the recorder for `seconds`, and no others; none pauses it.

        Answers what the recorder does now: `recording` or `paused`. An answer that is late is no answer: the
        lease is said again, or lapses. `version`: how far the history had got on which this was agreed.

        Raises:
            MediaRefusedError: there is no such room, another recording, or no recorder; `stale`: read the
                history anew.
            MediaUnavailableError: nobody answered.
        """
        body = {
            "recording": recording,
            "key": base64.b64encode(key).decode(),
            "wrapped": base64.b64encode(wrapped).decode(),
            "endpoints": list(endpoints),
            "seconds": seconds,
        }
        path = _path("rooms", room, "recording", version=version)
        said = await self._call("PUT", path, body, within=LEASE_WITHIN_SECONDS)
        return str(said.get("state", ""))

    async def stop_recording(self, room: str, *, within: float, version: int = 0) -> None:
        """End the room's recording; comes back when all of it is written. None is fine."""
        path = _path("rooms", room, "recording", version=version)
        await self._call("DELETE", path, within=within, missing_is_fine=True)

    async def room(self, room: str) -> Mapping[str, Any]:
        """What the worker knows of a room: `open` and `endpoints`; empty when it is not there."""
        return await self._call("GET", _path("rooms", room), missing_is_fine=True)

    async def events(self) -> AsyncIterator[MediaEvent]:
        """Everything the worker tells on one connection, from its `Hello` on.

        Ends when the worker closes the connection or says nothing for `SILENT_AFTER_SECONDS`.

        Raises:
            MediaUnavailableError: no connection could be made.
        """
        try:
            async with asyncio.timeout(CALL_WITHIN_SECONDS):
                socket = await self._session.ws_connect(
                    self._base + "/events", max_msg_size=LARGEST_MESSAGE_BYTES
                )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise MediaUnavailableError(type(error).__name__, nobody=_nobody(error)) from None
        try:
            while True:
                try:
                    message = await socket.receive(SILENT_AFTER_SECONDS)
                except TimeoutError:
                    return
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return
                with contextlib.suppress(pydantic.ValidationError):  # a newer worker may say more
                    yield events().validate_json(message.data)
        finally:
            await socket.close()

    async def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        within: float = CALL_WITHIN_SECONDS,
        missing_is_fine: bool = False,
    ) -> Mapping[str, Any]:
        try:
            async with self._session.request(
                method, self._base + path, json=body, timeout=aiohttp.ClientTimeout(total=within)
            ) as response:
                if response.status == 204 or (response.status == 404 and missing_is_fine):
                    return {}
                said = await response.json(content_type=None)
                status = response.status
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise MediaUnavailableError(type(error).__name__, nobody=_nobody(error)) from None
        if 200 <= status < 300:
            return said if isinstance(said, dict) else {}
        refused = said.get("error") if isinstance(said, dict) else None
        if 400 <= status < 500 and isinstance(refused, dict):
            raise MediaRefusedError(str(refused.get("code", "refused")), str(refused.get("sentence", "")))
        raise MediaUnavailableError(f"status {status}")


def _nobody(error: Exception) -> bool:
    """Whether the address was there to say that nobody listens."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    return isinstance(cause, ConnectionRefusedError | FileNotFoundError)
