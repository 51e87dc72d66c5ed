"""The worker's internal HTTP interface, described in docs/media-worker.md.

It knows nothing of visits or people: whoever holds the key (or may open the Unix socket) is the web process.
"""

import asyncio
import contextlib
import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Final

import pydantic
from aiohttp import WSMsgType, web

from media.core.ladder import Wish
from media.recordings.order import LeaseBody
from media.refused import RefusedError
from media.sdp import MAX_BYTES, OfferRefusedError
from media.worker import Worker

NAME: Final = r"[A-Za-z0-9_.\-]{1,64}"
_ENDPOINT: Final = rf"/rooms/{{room:{NAME}}}/endpoints/{{endpoint:{NAME}}}"
_ROOM: Final = rf"/rooms/{{room:{NAME}}}"
_BODY_MAX: Final = 2 * MAX_BYTES  # JSON escapes every line end of an SDP
_PING_EVERY: Final = 20.0
_WRITTEN_WITHIN: Final = 1.0
"""Seconds for which the answer to a stop waits for the recording's end to be on the disk."""
LONGEST_NUMBER: Final = 15
"""Digits: JSON readers elsewhere have 53 bits."""

log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class OfferBody(pydantic.BaseModel):
    """What is posted to an endpoint."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    sdp: Annotated[str, pydantic.Field(max_length=_BODY_MAX)]
    needs_h264: bool = False


class PictureBody(pydantic.BaseModel):
    """What is put as an endpoint's wish for pictures."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    wish: Wish
    large: Annotated[
        list[Annotated[str, pydantic.Field(pattern=f"^{NAME}$")]], pydantic.Field(max_length=8)
    ] = []


def _error(status: int, code: str, sentence: str) -> web.Response:
    return web.json_response({"error": {"code": code, "sentence": sentence}}, status=status)


def _not_found() -> web.Response:
    return _error(404, "not_found", "There is nothing of that name here.")


class Api:
    """The routes of one worker. `key` is asked of every request when it is given."""

    def __init__(self, worker: Worker, key: str | None) -> None:
        self._worker = worker
        self._key = key.encode() if key is not None else None

    def application(self) -> web.Application:
        """An aiohttp application to be run by the caller."""
        application = web.Application(
            middlewares=[self._speak_json, self._let_in], client_max_size=_BODY_MAX + 1024
        )
        application.add_routes(
            [
                web.post(_ENDPOINT, self._offer),
                web.delete(_ENDPOINT, self._leave),
                web.put(_ENDPOINT + "/picture", self._show),
                web.post(_ROOM + "/open", self._open),
                web.post(_ROOM + "/close", self._close),
                web.put(_ROOM + "/recording", self._record),
                web.delete(_ROOM + "/recording", self._stop_recording),
                web.delete(_ROOM, self._remove),
                web.get(_ROOM, self._describe),
                web.get("/events", self._events),
                web.get("/healthz", self._health),
            ]
        )
        return application

    @web.middleware
    async def _let_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._key is not None:
            given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
            if not hmac.compare_digest(given, b"Bearer " + self._key):
                return _error(401, "not_authorized", "This interface wants its key.")
        return await handler(request)

    @web.middleware
    async def _speak_json(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as refused:
            code = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}.get(refused.status)
            return _error(refused.status, code or "bad_request", "The request cannot be understood.")
        except (OfferRefusedError, RefusedError) as refused:
            status = refused.status if isinstance(refused, RefusedError) else 400
            return _error(status, str(refused.code), refused.sentence)
        except Exception:  # the fault is ours, and the worker goes on
            log.exception("a request failed")
            return _error(500, "internal_error", "The worker could not do this.")

    async def _offer(self, request: web.Request) -> web.StreamResponse:
        try:
            body = OfferBody.model_validate_json(await request.read())
        except pydantic.ValidationError:
            return _error(400, "body_malformed", 'The body is a JSON object {"sdp": "…"}.')
        names = request.match_info
        sdp, lanes = self._worker.offer(
            names["room"],
            names["endpoint"],
            body.sdp,
            _number(request, "version"),
            needs_h264=body.needs_h264,
        )
        slots = [
            {"mid": lane.section.mid, "kind": lane.section.kind}
            for lane in lanes
            if lane.direction == "sendonly"
        ]
        return web.json_response({"sdp": sdp, "slots": slots})

    async def _leave(self, request: web.Request) -> web.StreamResponse:
        names = request.match_info
        offered, version = _number(request, "offered"), _number(request, "version")
        done = self._worker.leave(names["room"], names["endpoint"], offered, version)
        return web.Response(status=204) if done else _not_found()

    async def _show(self, request: web.Request) -> web.StreamResponse:
        try:
            body = PictureBody.model_validate_json(await request.read())
        except pydantic.ValidationError:
            return _error(
                400, "body_malformed", 'The body is a JSON object {"wish": "auto|always|never", …}.'
            )
        names = request.match_info
        done = self._worker.show(names["room"], names["endpoint"], body.wish, body.large)
        return web.Response(status=204) if done else _not_found()

    async def _open(self, request: web.Request) -> web.StreamResponse:
        self._worker.open_room(request.match_info["room"], _number(request, "version"))
        return web.Response(status=204)

    async def _close(self, request: web.Request) -> web.StreamResponse:
        done = self._worker.close_room(request.match_info["room"], _number(request, "version"))
        return web.Response(status=204) if done else _not_found()

    async def _record(self, request: web.Request) -> web.StreamResponse:
        try:
            order = LeaseBody.model_validate_json(await request.read())
        except pydantic.ValidationError:
            return _error(400, "body_malformed", "The body is no lease of a recording.")
        state = self._worker.recorder.lease(request.match_info["room"], order, _number(request, "version"))
        return web.json_response({"state": state.name})

    async def _stop_recording(self, request: web.Request) -> web.StreamResponse:
        recording = self._worker.recorder.stop(request.match_info["room"], _number(request, "version"))
        if recording is None:
            return _not_found()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_WRITTEN_WITHIN):
                await recording.over.wait()
        return web.Response(status=204)

    async def _remove(self, request: web.Request) -> web.StreamResponse:
        done = self._worker.remove_room(request.match_info["room"])
        return web.Response(status=204) if done else _not_found()

    async def _describe(self, request: web.Request) -> web.StreamResponse:
        state = self._worker.describe(request.match_info["room"])
        return web.json_response(state) if state is not None else _not_found()

    async def _health(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True, **self._worker.figures()})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=_PING_EVERY, max_msg_size=1024)
        await socket.prepare(request)
        listener = self._worker.news.join(self._worker.greeting())
        try:
            reader = asyncio.create_task(_until_closed(socket))
            writer = asyncio.create_task(_write(socket, listener.lines()))
            _, pending = await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            await asyncio.gather(reader, writer, return_exceptions=True)
        finally:
            self._worker.news.leave(listener)
            await socket.close()
        return socket


def _number(request: web.Request, name: str) -> int:
    """A number of the query; 0 where it is not given.

    Raises:
        RefusedError: it is none.
    """
    given = request.query.get(name, "0")
    if not given.isascii() or not given.isdigit() or len(given) > LONGEST_NUMBER:
        raise RefusedError("bad_request", f"`{name}` is a whole number.", 400)
    return int(given)


async def _until_closed(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type is WSMsgType.ERROR:
            return


async def _write(socket: web.WebSocketResponse, lines: AsyncIterator[str]) -> None:
    async for line in lines:
        await socket.send_str(line)
