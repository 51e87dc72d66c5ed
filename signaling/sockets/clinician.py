"""The clinician's namespace: a board, claims, and the media of the visit they hold."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from signaling.notices import TookMedia
from signaling.presence import Person
from signaling.sessions import StaffSession
from signaling.sockets import translate
from signaling.sockets.answers import Answer, done, refuse
from signaling.sockets.feed import CLINICIAN, StaffConnection, media_said
from signaling.sockets.messages import HostCommand
from signaling.sockets.namespace import Served
from signaling.sockets.requests import (
    NextPatient,
    PingPresence,
    StaffAskRelays,
    StaffFroze,
    StaffOffer,
    StaffQuality,
    StaffShow,
)
from signaling.sockets.role import OFFER_COST, QUALITY_COST, RELAYS_COST, SHOW_COST, Parts, RoleNamespace
from signaling.sockets.staff_messages import AskRecording, clinician_commands
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Actor, Mode, Role
from waiting_room.core.refusals import Refused
from waiting_room.database import Unavailable


class ClinicianNamespace(RoleNamespace[StaffSession]):
    """Serves the consoles of clinicians."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(CLINICIAN, parts)
        self._events = {
            "command": Served(self._command),
            "next_patient": Served(self._next_patient),
            "offer": Served(self._offer, cost=OFFER_COST, media=True),
            "relays": Served(self._relays, cost=RELAYS_COST),
            "quality": Served(self._quality, cost=QUALITY_COST),
            "show": Served(self._show, cost=SHOW_COST),
            "froze": Served(self._froze),
            "ping_presence": Served(self._ping),
        }

    def events(self) -> Mapping[str, Served[StaffSession]]:
        """The events that consoles may send."""
        return self._events

    async def session(self, request: web.Request) -> StaffSession | None:
        """The clinician that the staff cookie names."""
        session = await self.parts.sessions.staff(request)
        return session if session is not None and "clinician" in session.roles else None

    async def greet(self, connection: StaffConnection) -> None:
        """Send the board, and the media of a visit that is held already."""
        staff, feed = connection.session.staff, self.parts.feed
        feed.staff[CLINICIAN][connection.id] = connection
        self.parts.watch.arrived(Person(Role.clinician, staff), connection.id)
        feed.greet_staff(CLINICIAN, Role.clinician, connection)
        for visit in self.parts.board.held_by(staff):
            now = self.parts.rooms.now(visit.id, "clinician")
            self.pipe.post(CLINICIAN, connection.id, "media", {"visit": visit.id, **media_said(now)})
            for said in self.parts.conditions.of(visit.id, but="clinician"):
                self.pipe.post(CLINICIAN, connection.id, "quality", {"visit": visit.id, **said})
            if connection.seen is not None and not self.parts.rooms.has(visit.id, "clinician"):
                self.pipe.post(CLINICIAN, connection.id, "media_lost", {"visit": visit.id})

    def left(self, connection: StaffConnection) -> None:
        """A console is closed."""
        self.parts.feed.staff[CLINICIAN].pop(connection.id, None)
        self.parts.watch.departed(Person(Role.clinician, connection.session.staff), connection.id)

    def revoked(self, connection: StaffConnection) -> None:
        """The session has ended: so does the media of its console."""
        if connection.media_of is not None:
            self.parts.rooms.evict(connection.media_of, "clinician")

    # --- events ------------------------------------------------------------------------------------------

    async def _command(self, connection: StaffConnection, data: Any) -> Answer:
        said = clinician_commands().validate_python(data)
        visit, session = VisitId(said.visit), connection.session
        known = await self.visit(visit)
        if known is None or known.clinic not in session.clinics:
            return refuse("visit_unknown")
        actor = Actor(Role.clinician, session.staff)
        if isinstance(said, HostCommand):
            return await self.host(connection, visit, said, actor)
        if isinstance(said, AskRecording) and self.parts.recorder is None:
            return refuse("recording_off")
        return await self.execute(visit, translate.clinician(said, self.parts.ids.new), actor, said.id)

    async def _next_patient(self, connection: StaffConnection, data: Any) -> Answer:
        said = NextPatient.model_validate(data)
        actor = Actor(Role.clinician, connection.session.staff)
        command_id = self.command_id(actor, said.id or self.parts.ids.new())
        try:
            if not self.parts.neighbours.alone:
                await self.parts.desk.look_around()  # whoever is next may have checked in with a neighbour
            answer = await self.parts.line.take_next(
                connection.session.staff, self.parts.clock.now(), command_id
            )
        except Unavailable:
            return refuse("failed")
        if isinstance(answer, Refused):
            return self.said_no(answer)
        return done(answer.visit.seq, visit=answer.visit.id)

    async def _offer(self, connection: StaffConnection, data: Any) -> Answer:
        said = StaffOffer.model_validate(data)
        visit = VisitId(said.visit)

        def refusal() -> str | None:
            return self._barred(connection, visit)

        if refusal() is None:
            self._take_over(connection, visit)
        return await self.answer_offer(visit, "clinician", said, refusal)

    async def _relays(self, connection: StaffConnection, data: Any) -> Answer:
        visit = VisitId(StaffAskRelays.model_validate(data).visit)
        return self.lend_relays(visit, "clinician", self._barred(connection, visit))

    def _barred(self, connection: StaffConnection, visit: VisitId) -> str | None:
        """Why this console may have no media of the visit now; None when it may."""
        if connection.id not in self.connections:
            return self.nobody_code
        held = {one.id: one for one in self.parts.board.held_by(connection.session.staff)}
        if visit not in held:
            return "not_holder"
        return None if held[visit].mode is Mode.video else "no_room_yet"

    async def _quality(self, connection: StaffConnection, data: Any) -> Answer:
        said = StaffQuality.model_validate(data)
        visit = VisitId(said.visit)
        return self.say_quality(visit, "clinician", said, self._not_carried(connection, visit))

    async def _show(self, connection: StaffConnection, data: Any) -> Answer:
        said = StaffShow.model_validate(data)
        visit = VisitId(said.visit)
        return await self.show_pictures(visit, "clinician", said, self._not_carried(connection, visit))

    async def _froze(self, connection: StaffConnection, data: Any) -> Answer:
        said = StaffFroze.model_validate(data)
        visit = VisitId(said.visit)
        return self.count_freeze(visit, said.seconds, self._not_carried(connection, visit))

    def _not_carried(self, connection: StaffConnection, visit: VisitId) -> str | None:
        """Why the visit's media is not this console's; None when it is."""
        if visit not in {one.id for one in self.parts.board.held_by(connection.session.staff)}:
            return "not_holder"
        return None if connection.media_of == visit else "superseded"  # another of one's consoles has it

    def _take_over(self, connection: StaffConnection, visit: VisitId) -> None:
        """The media of the visit is this console's from now on."""
        for other in self.connections.values():
            if other is not connection and other.media_of == visit:
                other.media_of = None
                self.pipe.post(CLINICIAN, other.id, "superseded", {"visit": visit})
        connection.media_of = visit
        self.parts.neighbours.tell(TookMedia(visit=visit))

    def media_taken(self, visit: VisitId) -> None:
        """The media of the visit is that of a neighbour's console from now on."""
        for other in self.connections.values():
            if other.media_of == visit:
                other.media_of = None
                self.pipe.post(CLINICIAN, other.id, "superseded", {"visit": visit})

    async def _ping(self, _connection: StaffConnection, data: Any) -> Answer:
        PingPresence.model_validate(data)
        return done()
