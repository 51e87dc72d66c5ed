"""The sockets of the house, put together: one server, four namespaces, one feed, one watch."""

from collections.abc import Sequence

from aiohttp import web

from signaling.clock import Clock
from signaling.gates import wanted
from signaling.ids import Ids
from signaling.presence import Attendance
from signaling.rooms import Rooms
from signaling.sockets.board import Board
from signaling.sockets.clinician import ClinicianNamespace
from signaling.sockets.conditions import Conditions
from signaling.sockets.feed import Feed
from signaling.sockets.guest import GuestNamespace
from signaling.sockets.member import MemberNamespace
from signaling.sockets.pipe import Pipe, make_server
from signaling.sockets.ports import Links, Recorder, Sessions
from signaling.sockets.role import Parts
from signaling.sockets.support import SupportNamespace
from signaling.sockets.watch import Watch
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Role
from waiting_room.core.views import texts_needed
from waiting_room.desk import Change, Desk
from waiting_room.line import Line
from waiting_room.people import People
from waiting_room.reading import Reading


class Sockets:
    """Socket.IO on an aiohttp application.

    `attach` before the application is frozen, `start` when the desk can be asked, `stop` before it is closed.
    """

    def __init__(
        self,
        *,
        desk: Desk,
        line: Line,
        reading: Reading,
        people: People,
        sessions: Sessions,
        links: Links,
        rooms: Rooms,
        clock: Clock,
        ids: Ids,
        origins: Sequence[str],
        recorder: Recorder | None = None,
    ) -> None:
        server = make_server(origins)
        self._desk = desk
        self._line = line
        self._reading = reading
        self._rooms = rooms
        self._pipe = Pipe(server, clock)
        self._board = Board()
        attendance = Attendance()
        self._feed = Feed(
            board=self._board, line=line, attendance=attendance, people=people, pipe=self._pipe, rooms=rooms
        )
        self.watch = Watch(
            attendance=attendance, board=self._board, feed=self._feed, desk=desk, clock=clock, ids=ids
        )
        self._conditions = Conditions(self._feed)
        parts = Parts(
            desk=desk,
            line=line,
            people=people,
            board=self._board,
            feed=self._feed,
            watch=self.watch,
            conditions=self._conditions,
            rooms=rooms,
            sessions=sessions,
            links=links,
            recorder=recorder,
            pipe=self._pipe,
            clock=clock,
            ids=ids,
        )
        self._namespaces = (
            MemberNamespace(parts),
            GuestNamespace(parts),
            ClinicianNamespace(parts),
            SupportNamespace(parts),
        )
        for namespace in self._namespaces:
            server.register_namespace(namespace)
        rooms.on_news(self._feed.media)
        self._unsubscribe = desk.subscribe(self._change)

    def attach(self, app: web.Application) -> None:
        """Serve `/socket.io/` in the application."""
        self._pipe.attach(app)

    async def start(self) -> None:
        """Load the open visits, open the rooms of those that are running, and begin to watch."""
        await self._line.load()
        visits = await self._desk.open_visits()
        texts = await self._reading.texts([visit.id for visit in visits])
        for visit in visits:
            named = texts_needed(visit, Role.member) | texts_needed(visit, Role.support)
            known = self._board.get(visit.id)
            if known is None or known.seq < visit.seq:
                self._board.put(visit, {text: texts[text] for text in named if text in texts})
                self._rooms.want(visit.id, wanted(visit.state, visit.mode))
        self.watch.start()

    async def stop(self) -> None:
        """Close every socket."""
        self._unsubscribe()
        self._line.close()
        await self._pipe.stop()
        await self.watch.stop()
        self._feed.stop()

    async def session_ended(self, key: str) -> None:
        """A session was revoked: close its sockets at once."""
        for namespace in self._namespaces:
            namespace.end_session(key)

    def session_keys(self) -> frozenset[str]:
        """Every session that has a socket open."""
        return frozenset().union(*(namespace.session_keys() for namespace in self._namespaces))

    async def standing_of(self, visit: VisitId) -> dict[str, object]:
        """A visit's standing, `{"ahead", "nobody"}`; empty while it has no place."""
        standing = self._feed.standing_of(visit)
        return {} if standing is None else dict(standing._asdict())

    def figures(self) -> dict[str, int]:
        """Counts for the metrics page."""
        counts = {"open_visits": len(self._board), "bad_packets": self._pipe.bad_packets}
        for namespace in self._namespaces:
            name = namespace.namespace.removeprefix("/")
            counts[f"sockets_{name}"] = len(namespace.connections)
            counts[f"refused_{name}"] = namespace.refused
            counts[f"flooded_{name}"] = namespace.flooded
        return counts

    def refusals(self) -> dict[tuple[str, str], int]:
        """How many events were refused, by namespace and code."""
        return {
            (one.namespace.removeprefix("/"), code): count
            for one in self._namespaces
            for code, count in one.refusals.items()
        }

    def _change(self, change: Change) -> None:
        self._conditions.change(change.after)
        self._feed.change(change)
        self.watch.change(change)
