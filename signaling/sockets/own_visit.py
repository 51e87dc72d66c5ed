"""Pages that have one visit, the one of their cookie: its records in order, and its media.

A member's page and a guest's are such pages. Which part of the visit they see is their role's view.
"""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from signaling.presence import Person
from signaling.sessions import GuestSession, MemberSession
from signaling.sockets.answers import Answer, refuse
from signaling.sockets.feed import media_said
from signaling.sockets.namespace import Connection
from signaling.sockets.requests import AskRelays, Froze, Quality, Show
from signaling.sockets.role import Parts, RoleNamespace
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Mode, State, Visit
from waiting_room.core.views import ViewRole, view
from waiting_room.reading import Missed, Snapshot

SNAPSHOT_TRIES = 5

S = TypeVar("S", bound=MemberSession | GuestSession)


class OwnVisitNamespace(RoleNamespace[S], Generic[S]):
    """A namespace of pages that see one visit."""

    nobody_code = "no_visit"

    def __init__(self, namespace: str, role: ViewRole, parts: Parts) -> None:
        super().__init__(namespace, parts)
        self.role = role

    # --- what a role adds --------------------------------------------------------------------------------

    def person(self, session: S) -> Person:
        """Whose page this is; their newest page is the active one."""
        raise NotImplementedError

    def viewer(self, session: S) -> str:
        """Who looks, as the role's view asks for it."""
        raise NotImplementedError

    def endpoint(self, session: S) -> str | None:
        """The person's endpoint in the visit's media room; None when they have none."""
        raise NotImplementedError

    # --- coming and going --------------------------------------------------------------------------------

    async def greet(self, connection: Connection[S]) -> None:
        """Make this page the active one, and bring it to where the visit is."""
        session, feed, name = connection.session, self.parts.feed, self.namespace
        visit = session.visit
        feed.own[name].setdefault(visit, {})[connection.id] = connection  # type: ignore[assignment]
        self.supersede(self.parts.watch.arrived(self.person(session), connection.id))
        missing = await self._missing(connection)
        if missing is None:
            self.pipe.close(name, connection.id)
            return
        # From here on without a pause: what is published from now on follows what is sent here.
        if isinstance(missing, Snapshot):
            connection.sent = missing.seq
            self.pipe.post(name, connection.id, "snapshot", {"seq": missing.seq, "view": missing.view})
        else:
            connection.sent = connection.seen or 0
            for record in missing.records:
                connection.sent = record["seq"]
                self.pipe.post(name, connection.id, "record", record)
        connection.greeted = True
        self.greeted(connection)
        self._greet_media(connection, visit)

    def supersede(self, sockets: Iterable[str]) -> None:
        """A newer page of the same person is open, here or with a neighbour."""
        for socket in sockets:
            if (older := self.connections.get(socket)) and not older.superseded:
                older.superseded = True
                self.pipe.post(self.namespace, socket, "superseded", {})

    def greeted(self, connection: Connection[S]) -> None:
        """What else a page is told at first."""
        known = self.parts.board.get(connection.session.visit)
        if known is not None:
            seen = self.parts.feed.presence_seen(known)
            self.pipe.post(self.namespace, connection.id, "presence", seen)

    def _greet_media(self, connection: Connection[S], visit: VisitId) -> None:
        rooms, known = self.parts.rooms, self.parts.board.get(visit)
        endpoint = self.endpoint(connection.session)
        if endpoint is None:
            return
        self.pipe.post(self.namespace, connection.id, "media", media_said(rooms.now(visit, endpoint)))
        for said in self.parts.conditions.of(visit, but=endpoint):
            self.pipe.post(self.namespace, connection.id, "quality", said)
        if connection.seen is not None and known and has_room(known) and not rooms.has(visit, endpoint):
            # The page was here before, and whatever connection it had is with a worker that is no more.
            self.pipe.post(self.namespace, connection.id, "media_lost", {})

    async def _missing(self, connection: Connection[S]) -> Missed | Snapshot | None:
        """What the page needs to stand where the board is; read only if the page has missed a part."""
        visit, since = connection.session.visit, connection.seen or 0
        viewer = self.viewer(connection.session)
        known = self.parts.board.get(visit)
        if known is not None and since == known.seq:
            return Missed(())
        if known is not None and since == 0:
            texts, directory = self.parts.board.texts(visit), self.parts.people.directory
            return Snapshot(known.seq, view(known, self.role, texts, directory, viewer))
        missing: Missed | Snapshot | None = None
        for _ in range(SNAPSHOT_TRIES):
            missing = await self.parts.desk.catch_up(visit, since, self.role, viewer)
            known = self.parts.board.get(visit)
            if missing is None or known is None or known.seq <= _reaches(missing, since):
                return missing
            since = since if isinstance(missing, Missed) else 0  # published meanwhile: read once more
        return missing

    async def quality(self, connection: Connection[S], data: Any) -> Answer:
        """How the page's connection is, for the others."""
        said = Quality.model_validate(data)
        endpoint = self.endpoint(connection.session)
        if endpoint is None:
            return refuse("guest_unknown")
        refusal = "superseded" if connection.superseded else None
        return self.say_quality(connection.session.visit, endpoint, said, refusal)

    async def show(self, connection: Connection[S], data: Any) -> Answer:
        """What this page wants to see of the others."""
        said = Show.model_validate(data)
        session = connection.session
        return await self.show_pictures(
            session.visit, self.endpoint(session) or "", said, self.barred(connection)
        )

    async def froze(self, connection: Connection[S], data: Any) -> Answer:
        """How long pictures stood still here."""
        seconds = Froze.model_validate(data).seconds
        return self.count_freeze(connection.session.visit, seconds, self.barred(connection))

    async def relays(self, connection: Connection[S], data: Any) -> Answer:
        """What opens the relays for this page."""
        AskRelays.model_validate(data)
        session = connection.session
        return self.lend_relays(session.visit, self.endpoint(session) or "", self.barred(connection))

    def barred(self, connection: Connection[S]) -> str | None:
        """Why this page may have no media now; None when it may."""
        if connection.id not in self.connections:
            return self.nobody_code
        if connection.superseded:
            return "superseded"
        known = self.parts.board.get(connection.session.visit)
        if known is None:
            return "visit_ended"
        if self.endpoint(connection.session) is None:
            return "guest_unknown"
        return None if has_room(known) else "no_room_yet"

    def left(self, connection: Connection[S]) -> None:
        """A page is closed."""
        visit, own = connection.session.visit, self.parts.feed.own[self.namespace]
        pages = own.get(visit, {})
        pages.pop(connection.id, None)
        if not pages:
            own.pop(visit, None)
        self.parts.watch.departed(self.person(connection.session), connection.id)

    def revoked(self, connection: Connection[S]) -> None:
        """The session has ended: so does the media of its page."""
        endpoint = self.endpoint(connection.session)
        if not connection.superseded and endpoint is not None:
            self.parts.rooms.evict(connection.session.visit, endpoint)


def has_room(visit: Visit) -> bool:
    """Whether those at the member's end connect their media now: from the member's check-in on, by video."""
    begun = visit.state is not State.booked and visit.checked_in_at is not None
    return begun and visit.mode is Mode.video


def _reaches(missing: Missed | Snapshot, since: int) -> int:
    """The record a page stands at after this."""
    if isinstance(missing, Snapshot):
        return missing.seq
    return int(missing.records[-1]["seq"]) if missing.records else since
