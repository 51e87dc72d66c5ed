"""The member's namespace: one visit, its records, its standing and its media."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from signaling.presence import Person
from signaling.sessions import MemberSession
from signaling.sockets import translate
from signaling.sockets.answers import Answer, done, refuse
from signaling.sockets.feed import MEMBER, MemberConnection
from signaling.sockets.messages import AgreeRecording, HostCommand, RefuseRecording, member_commands
from signaling.sockets.namespace import Served
from signaling.sockets.own_visit import OwnVisitNamespace
from signaling.sockets.reports import DeviceReport
from signaling.sockets.requests import MemberOffer, PingPresence
from signaling.sockets.role import OFFER_COST, QUALITY_COST, RELAYS_COST, SHOW_COST, Parts
from waiting_room.core.model import Actor, Role


class MemberNamespace(OwnVisitNamespace[MemberSession]):
    """Serves the pages of members."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(MEMBER, Role.member, parts)
        self._events = {
            "command": Served(self._command),
            "report": Served(self._report),
            "offer": Served(self._offer, cost=OFFER_COST, media=True),
            "relays": Served(self.relays, cost=RELAYS_COST),
            "quality": Served(self.quality, cost=QUALITY_COST),
            "show": Served(self.show, cost=SHOW_COST),
            "froze": Served(self.froze),
            "ping_presence": Served(self._ping),
        }

    def events(self) -> Mapping[str, Served[MemberSession]]:
        """The events that member pages may send."""
        return self._events

    async def session(self, request: web.Request) -> MemberSession | None:
        """The member that the visit's cookie names."""
        return await self.parts.sessions.member(request)

    def person(self, session: MemberSession) -> Person:
        """The member of the visit, on whichever device."""
        return Person(Role.member, session.visit)

    def viewer(self, session: MemberSession) -> str:  # noqa: ARG002
        """A visit has one member."""
        return ""

    def endpoint(self, session: MemberSession) -> str:  # noqa: ARG002
        """Every visit's room has a place for its member."""
        return "member"

    def greeted(self, connection: MemberConnection) -> None:
        """Where the member stands, too."""
        if standing := self.parts.feed.standing_of(connection.session.visit):
            self.pipe.post(MEMBER, connection.id, "standing", standing._asdict())
        super().greeted(connection)

    # --- events ------------------------------------------------------------------------------------------

    async def _command(self, connection: MemberConnection, data: Any) -> Answer:
        said = member_commands().validate_python(data)
        session = connection.session
        known = await self.visit(session.visit)
        if known is None:
            return refuse("visit_unknown")
        if isinstance(said, HostCommand):
            return await self.host(connection, session.visit, said, Actor(Role.member, session.device))
        if isinstance(said, AgreeRecording) and connection.superseded:
            return refuse("superseded")  # whoever sits there is not in the visit
        if isinstance(said, RefuseRecording):
            self.stop_recording(session.visit)
        clinic = self.parts.people.directory.clinics.get(known.clinic, {})
        try:
            translated = translate.member(said, self.parts.ids.new, clinic.get("phone", ""))
        except translate.NotATelephoneNumber:
            return refuse("not_a_telephone_number", field="number")
        return await self.execute(session.visit, translated, Actor(Role.member, session.device), said.id)

    async def _report(self, connection: MemberConnection, data: Any) -> Answer:
        said = DeviceReport.model_validate(data)
        known = self.parts.board.get(connection.session.visit)
        if known is None:
            return refuse("visit_ended")
        if connection.superseded:
            return refuse("superseded")
        self.parts.feed.reports.hear(known, said, self.clock.now())
        return done()

    async def _offer(self, connection: MemberConnection, data: Any) -> Answer:
        said = MemberOffer.model_validate(data)
        visit = connection.session.visit
        return await self.answer_offer(visit, "member", said, lambda: self.barred(connection))

    async def _ping(self, _connection: MemberConnection, data: Any) -> Answer:
        PingPresence.model_validate(data)
        return done()
