"""The member's namespace: one visit, its records, its standing and its media."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from signaling.presence import Person
from signaling.sessions import MemberSession
from signaling.sockets import translate
from signaling.sockets.answers import Answer, done, refuse
from signaling.sockets.feed import MEMBER, MemberConnection, media_said
from signaling.sockets.messages import (
    AgreeRecording,
    MemberOffer,
    PingPresence,
    Quality,
    RefuseRecording,
    member_commands,
)
from signaling.sockets.namespace import Served
from signaling.sockets.role import OFFER_COST, QUALITY_COST, Parts, RoleNamespace
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Actor, Role, State, Visit
from waiting_room.core.views import view
from waiting_room.reading import Missed, Snapshot

SNAPSHOT_TRIES = 5


class MemberNamespace(RoleNamespace[MemberSession]):
    """Serves the pages of members."""

    nobody_code = "no_visit"

    def __init__(self, parts: Parts) -> None:
        super().__init__(MEMBER, parts)
        self._events = {
            "command": Served(self._command),
            "offer": Served(self._offer, cost=OFFER_COST, media=True),
            "quality": Served(self._quality, cost=QUALITY_COST),
            "ping_presence": Served(self._ping),
        }

    def events(self) -> Mapping[str, Served[MemberSession]]:
        """The events that member pages may send."""
        return self._events

    async def session(self, request: web.Request) -> MemberSession | None:
        """The member that the visit's cookie names."""
        return await self.parts.sessions.member(request)

    async def greet(self, connection: MemberConnection) -> None:
        """Make this page the active one, and bring it to where the visit is."""
        visit, feed = connection.session.visit, self.parts.feed
        feed.members.setdefault(visit, {})[connection.id] = connection
        superseded = self.parts.watch.arrived(Person(Role.member, visit), connection.id)
        for other in superseded:
            if older := self.connections.get(other):
                older.superseded = True
                self.pipe.post(MEMBER, other, "superseded", {})
        missing = await self._missing(connection)
        if missing is None:
            self.pipe.close(MEMBER, connection.id)
            return
        # From here on without a pause: what is published from now on follows what is sent here.
        if isinstance(missing, Snapshot):
            connection.sent = missing.seq
            self.pipe.post(MEMBER, connection.id, "snapshot", {"seq": missing.seq, "view": missing.view})
        else:
            connection.sent = connection.seen or 0
            for record in missing.records:
                connection.sent = record["seq"]
                self.pipe.post(MEMBER, connection.id, "record", record)
        connection.greeted = True
        if standing := feed.standing_of(visit):
            self.pipe.post(MEMBER, connection.id, "standing", standing._asdict())
        self._greet_media(connection, visit)

    def _greet_media(self, connection: MemberConnection, visit: VisitId) -> None:
        rooms, known = self.parts.rooms, self.parts.board.get(visit)
        self.pipe.post(MEMBER, connection.id, "media", media_said(rooms.now(visit, "member")))
        for said in self.parts.conditions.of(visit, but="member"):
            self.pipe.post(MEMBER, connection.id, "quality", said)
        if connection.seen is not None and known and _has_room(known) and not rooms.has(visit, "member"):
            # The page was here before, and whatever connection it had is with a worker that is no more.
            self.pipe.post(MEMBER, connection.id, "media_lost", {})

    async def _missing(self, connection: MemberConnection) -> Missed | Snapshot | None:
        """What the page needs to stand where the board is; read only if the page has missed a part."""
        visit, since = connection.session.visit, connection.seen or 0
        known = self.parts.board.get(visit)
        if known is not None and since == known.seq:
            return Missed(())
        if known is not None and since == 0:
            texts, directory = self.parts.board.texts(visit), self.parts.people.directory
            return Snapshot(known.seq, view(known, Role.member, texts, directory))
        missing: Missed | Snapshot | None = None
        for _ in range(SNAPSHOT_TRIES):
            missing = await self.parts.desk.catch_up(visit, since, Role.member)
            known = self.parts.board.get(visit)
            if missing is None or known is None or known.seq <= _reaches(missing, since):
                return missing
            since = since if isinstance(missing, Missed) else 0  # published meanwhile: read once more
        return missing

    def left(self, connection: MemberConnection) -> None:
        """A page is closed."""
        visit = connection.session.visit
        pages = self.parts.feed.members.get(visit, {})
        pages.pop(connection.id, None)
        if not pages:
            self.parts.feed.members.pop(visit, None)
        self.parts.watch.departed(Person(Role.member, visit), connection.id)

    def revoked(self, connection: MemberConnection) -> None:
        """The session has ended: so does the media of its page."""
        if not connection.superseded:
            self.parts.rooms.evict(connection.session.visit, "member")

    # --- events ------------------------------------------------------------------------------------------

    async def _command(self, connection: MemberConnection, data: Any) -> Answer:
        said = member_commands().validate_python(data)
        session = connection.session
        known = await self.visit(session.visit)
        if known is None:
            return refuse("visit_unknown")
        if isinstance(said, AgreeRecording) and connection.superseded:
            return refuse("superseded")  # whoever sits there is not in the visit
        if isinstance(said, RefuseRecording) and self.parts.recorder is not None:
            self.parts.recorder.forbid(session.visit)
        clinic = self.parts.people.directory.clinics.get(known.clinic, {})
        try:
            translated = translate.member(said, self.parts.ids.new, clinic.get("phone", ""))
        except translate.NotATelephoneNumber:
            return refuse("not_a_telephone_number", field="number")
        return await self.execute(session.visit, translated, Actor(Role.member, session.device), said.id)

    async def _offer(self, connection: MemberConnection, data: Any) -> Answer:
        said = MemberOffer.model_validate(data)
        visit = connection.session.visit

        def refusal() -> str | None:
            if connection.id not in self.connections:
                return self.nobody_code
            if connection.superseded:
                return "superseded"
            known = self.parts.board.get(visit)
            if known is None:
                return "visit_ended"
            return None if _has_room(known) else "no_room_yet"

        return await self.answer_offer(visit, "member", said.sdp, refusal)

    async def _quality(self, connection: MemberConnection, data: Any) -> Answer:
        said = Quality.model_validate(data)
        refusal = "superseded" if connection.superseded else None
        return self.say_quality(connection.session.visit, "member", said, refusal)

    async def _ping(self, _connection: MemberConnection, data: Any) -> Answer:
        PingPresence.model_validate(data)
        return done()


def _has_room(visit: Visit) -> bool:
    """Whether the member's page connects its media now: from check-in on."""
    return visit.state is not State.booked and visit.checked_in_at is not None


def _reaches(missing: Missed | Snapshot, since: int) -> int:
    """The record a page stands at after this."""
    if isinstance(missing, Snapshot):
        return missing.seq
    return int(missing.records[-1]["seq"]) if missing.records else since
