"""What the three namespaces share: who comes in, how fast, in which order, and what happens to nonsense.

A namespace is a table of event names and handlers. A handler gets a connection that has been let in and one
JSON value, and gives the acknowledgement. What a page sends is served in the order in which it was sent.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import socketio
import structlog
from aiohttp import web
from pydantic import ValidationError

from signaling.clock import Clock
from signaling.sockets.answers import Answer, error, refuse
from signaling.sockets.bucket import Bucket
from signaling.sockets.pipe import Pipe
from signaling.sockets.ports import Session
from signaling.sockets.requests import ConnectAuth
from waiting_room.core.ids import VisitId

ANSWER_WITHIN_SECONDS = 15.0
"""Longer than everything a handler waits for; a handler that hangs is our own mistake."""
MOST_PER_SESSION = 8
"""Open sockets of one session: tabs and half-dead connections. The oldest is closed for one too many."""
MOST_AT_ONCE = 32
"""Requests of one socket that may wait for their turn."""

log = structlog.get_logger("sockets")

S = TypeVar("S", bound=Session)


@dataclass(slots=True)
class Connection(Generic[S]):
    """A socket that has been let in."""

    id: str
    session: S
    bucket: Bucket
    seen: int | None
    """The last record the page has from an earlier connection."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    media_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    greeted: bool = False
    """Whether the page has its snapshot; changes before that are part of it."""
    sent: int = 0
    """The last record that the page was sent, or has in its snapshot."""
    superseded: bool = False
    ordered: tuple[str, ...] | None = None
    """The order of the board that the page was told last."""
    media_of: VisitId | None = None
    """The visit that the page's media connection was made for."""


Handler = Callable[[Connection[S], Any], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Served(Generic[S]):
    """An event: its handler, what it takes from the bucket, and whether it has a lane of its own."""

    handler: Handler[S]
    cost: float = 1.0
    media: bool = False
    """Media negotiation is slow; a command must not wait for it, nor it for a command."""


class SocketNamespace(socketio.AsyncNamespace, Generic[S]):  # type: ignore[misc]
    """Lets sockets in and serves their events."""

    def __init__(self, namespace: str, pipe: Pipe, clock: Clock) -> None:
        super().__init__(namespace)
        self.pipe = pipe
        self.clock = clock
        self.connections: dict[str, Connection[S]] = {}
        self._of_session: dict[str, dict[str, Connection[S]]] = {}
        self.refused = 0
        self.flooded = 0
        self.refusals: Counter[str] = Counter()
        """Events that were refused, by code."""

    # --- what a namespace is made of ---------------------------------------------------------------------

    def events(self) -> Mapping[str, Served[S]]:
        """The events that pages may send."""
        raise NotImplementedError

    async def session(self, request: web.Request) -> S | None:
        """Who the cookie belongs to, if they may come in here."""
        raise NotImplementedError

    nobody_code = "not_signed_in"
    """What a page without a good cookie is told."""

    async def greet(self, connection: Connection[S]) -> None:
        """Tell a page that has just come in everything it needs."""
        raise NotImplementedError

    def left(self, connection: Connection[S]) -> None:
        """A connection is closed."""
        raise NotImplementedError

    def revoked(self, connection: Connection[S]) -> None:
        """The connection's session was ended before its time: nothing of it may go on."""
        raise NotImplementedError

    # --- the pipe's side ---------------------------------------------------------------------------------

    async def trigger_event(self, event: str, *args: Any) -> Any:
        """Serve what the Socket.IO server hands over: connections, their ends, and events."""
        # A page may send events that are called "connect" or "disconnect"; those come from sockets that are
        # connected, the real ones never do.
        if event in {"connect", "disconnect"} and not self.pipe.is_connected(self.namespace, args[0]):
            return await self._come_in(*args) if event == "connect" else self._go_out(args[0])
        answer = await self._serve(event, *args)
        if isinstance(refused := answer.get("error"), dict):
            self.refusals[str(refused["code"])] += 1
        return answer

    async def _come_in(self, socket_id: str, environ: Mapping[str, Any], auth: object = None) -> bool:
        try:
            seen = ConnectAuth.model_validate({} if auth is None else auth).seq
        except ValidationError:
            raise self._refusal("malformed") from None
        try:
            async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
                session = await self.session(environ["aiohttp.request"])
        except Exception as failure:  # noqa: BLE001 - whatever broke, the page gets a code and the log a type
            log.warning("socket_session_failed", namespace=self.namespace, error=type(failure).__name__)
            raise self._refusal("failed") from None
        if session is None:
            raise self._refusal(self.nobody_code)
        connection = Connection(socket_id, session, Bucket(self.clock.monotonic()), seen)
        same = self._of_session.setdefault(session.key, {})
        same[socket_id] = connection
        if len(same) > MOST_PER_SESSION:
            self._expel(next(iter(same.values())))
        self.connections[socket_id] = connection
        self.pipe.hold(self._greet_when_in(connection))
        return True

    def _refusal(self, code: str) -> socketio.exceptions.ConnectionRefusedError:
        self.refused += 1
        said = error(code)
        return socketio.exceptions.ConnectionRefusedError(said["sentence"], said)

    async def _greet_when_in(self, connection: Connection[S]) -> None:
        for _ in range(100):  # the server sends its own "connected" in the same breath as this task starts
            if self.pipe.is_connected(self.namespace, connection.id):
                break
            await asyncio.sleep(0)
        else:
            self._go_out(connection.id)
            return
        try:
            async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
                await self.greet(connection)
        except Exception:
            log.exception("socket_greeting_failed", namespace=self.namespace)
            self.pipe.close(self.namespace, connection.id)

    def _go_out(self, socket_id: str) -> None:
        connection = self.connections.pop(socket_id, None)
        if connection is None:
            return
        same = self._of_session[connection.session.key]
        del same[socket_id]
        if not same:
            del self._of_session[connection.session.key]
        self.left(connection)

    def session_keys(self) -> frozenset[str]:
        """The sessions that have a socket here."""
        return frozenset(self._of_session)

    def end_session(self, key: str) -> None:
        """Close every socket of a session that is over."""
        for connection in list(self._of_session.get(key, {}).values()):
            self.revoked(connection)
            self._expel(connection)

    def _expel(self, connection: Connection[S]) -> None:
        self._go_out(connection.id)
        self.pipe.close(self.namespace, connection.id, after_seconds=0.05)

    async def _serve(self, event: str, socket_id: str, *data: Any) -> Answer:
        connection = self.connections.get(socket_id)
        if connection is None or connection.session.expires_at <= self.clock.now():
            if connection is not None:
                self._expel(connection)
            return refuse(self.nobody_code)
        served = self.events().get(event)
        now = self.clock.monotonic()
        if (
            not connection.bucket.take(now, served.cost if served else 1.0)
            or connection.waiting >= MOST_AT_ONCE
        ):
            if connection.bucket.flooded:
                self.flooded += 1
                log.warning("socket_flooded", namespace=self.namespace)
                self._expel(connection)
            return refuse("too_many_requests")
        if served is None:
            return refuse("unknown_event")
        if len(data) > 1:
            return refuse("malformed", field="arguments")
        connection.waiting += 1
        try:
            async with asyncio.timeout(ANSWER_WITHIN_SECONDS), _lane(connection, served):
                return await served.handler(connection, data[0] if data else {})
        except ValidationError as wrong:
            return refuse("malformed", field=_field(wrong))
        except Exception:
            log.exception("socket_event_failed", namespace=self.namespace, type=event)
            return refuse("failed")
        finally:
            connection.waiting -= 1


def _lane(connection: Connection[S], served: Served[S]) -> asyncio.Lock:
    return connection.media_turn if served.media else connection.turn


def _field(wrong: ValidationError) -> str:
    """The name of the first field that does not fit; nothing that the page made up is repeated."""
    first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "extra_forbidden":
        return "unknown"
    names = [part for part in first["loc"] if isinstance(part, str)]
    return names[-1] if names else "type" if first["type"].startswith("union_tag") else "body"
