"""The sockets of the house, put together: one server, four namespaces, one feed, one watch."""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from signaling.clock import Clock
from signaling.gates import Gate, wanted
from signaling.ids import Ids
from signaling.neighbours import Neighbours
from signaling.notices import SessionOver
from signaling.presence import Attendance
from signaling.relays import Relays
from signaling.rooms import Rooms
from signaling.sockets.board import Board
from signaling.sockets.clinician import ClinicianNamespace
from signaling.sockets.conditions import Conditions
from signaling.sockets.engine import make_server
from signaling.sockets.feed import Feed
from signaling.sockets.guest import GuestNamespace
from signaling.sockets.member import MemberNamespace
from signaling.sockets.neighbourhood import Neighbourhood
from signaling.sockets.pipe import Pipe
from signaling.sockets.ports import Links, Recorder, Sessions
from signaling.sockets.role import Parts
from signaling.sockets.support import SupportNamespace
from signaling.sockets.watch import Watch
from waiting_room.core.ids import VisitId
from waiting_room.core.lifecycle import TERMINAL
from waiting_room.core.model import Role
from waiting_room.core.views import texts_needed
from waiting_room.desk import Change, Desk
from waiting_room.line import Line
from waiting_room.people import People
from waiting_room.reading import Reading

Look = Callable[[], Awaitable[None]]


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
        neighbours: Neighbours,
        clock: Clock,
        ids: Ids,
        origins: Sequence[str],
        recorder: Recorder | None = None,
        relays: Relays | None = None,
    ) -> None:
        server = make_server(origins)
        self._desk = desk
        self._line = line
        self._reading = reading
        self._rooms = rooms
        self._pipe = Pipe(server, clock)
        self._board = Board()
        self._neighbours = neighbours
        attendance = Attendance(neighbours.me)
        self._feed = Feed(
            board=self._board, line=line, attendance=attendance, people=people, pipe=self._pipe, rooms=rooms
        )
        self.watch = Watch(
            attendance=attendance,
            board=self._board,
            feed=self._feed,
            desk=desk,
            clock=clock,
            ids=ids,
            in_contact=lambda: neighbours.in_contact,
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
            neighbours=neighbours,
            sessions=sessions,
            links=links,
            recorder=recorder,
            relays=relays,
            pipe=self._pipe,
            clock=clock,
            ids=ids,
        )
        members, guests, clinicians = MemberNamespace(parts), GuestNamespace(parts), ClinicianNamespace(parts)
        self._namespaces = (members, guests, clinicians, SupportNamespace(parts))
        self._looks: list[Look] = [self._remove_strays]
        self._neighbourhood = Neighbourhood(
            neighbours=neighbours,
            desk=desk,
            watch=self.watch,
            attendance=attendance,
            board=self._board,
            conditions=self._conditions,
            reports=self._feed.reports,
            superseded={Role.member: members.supersede, Role.guest: guests.supersede},
            took_media=clinicians.media_taken,
            session_over=self._session_over,
            not_recorded=recorder.forbid if recorder is not None else _nothing_to_stop,
            look_too=self._look_too,
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
        visits = await self._desk.follow()
        await self._line.load()
        texts = await self._reading.texts([visit.id for visit in visits])
        for visit in visits:
            named = texts_needed(visit, Role.member) | texts_needed(visit, Role.support)
            known = self._board.get(visit.id)
            if known is None or known.seq < visit.seq:
                self._board.put(visit, {text: texts[text] for text in named if text in texts})
                self._rooms.want(visit.id, wanted(visit.state, visit.mode), visit.seq)
        await self._neighbourhood.start()
        self.watch.start()

    async def stop(self) -> None:
        """Close every socket."""
        await self._neighbourhood.stop()
        self._unsubscribe()
        self._line.close()
        await self._pipe.stop()
        await self.watch.stop()
        self._feed.stop()

    def send_away(self, within_seconds: float) -> None:
        """Let no page in from now on, and send those that are here elsewhere, a few at a time."""
        self._pipe.send_away(within_seconds)

    async def session_ended(self, key: str) -> None:
        """A session was revoked: close its sockets at once, those with neighbours too."""
        self._session_over(key)
        self._neighbours.tell(SessionOver(session=key))

    def _session_over(self, key: str) -> None:
        for namespace in self._namespaces:
            namespace.end_session(key)

    def on_look(self, look: Look) -> None:
        """Call `look` whenever what may have been missed is looked for."""
        self._looks.append(look)

    async def _look_too(self) -> None:
        for look in self._looks:
            await look()

    async def _remove_strays(self) -> None:
        """Rooms on workers that nobody here has spoken of: their visits ended while nobody could say so."""
        for room in self._rooms.strays():
            visit = await self._desk.visit(room)
            if visit is None or visit.state in TERMINAL:
                self._rooms.want(room, Gate.ABSENT)

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
        self._neighbourhood.change(change)


def _nothing_to_stop(_visit: VisitId) -> None:
    """Nothing is recorded by this process."""
