"""The guests' namespace: the visit they were invited to, as far as it is theirs, and its media."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from signaling.presence import Person
from signaling.sessions import GuestSession
from signaling.sockets import messages as m
from signaling.sockets import requests as r
from signaling.sockets import translate
from signaling.sockets.answers import Answer, done, refuse
from signaling.sockets.feed import GUEST, GuestConnection
from signaling.sockets.namespace import Served
from signaling.sockets.own_visit import OwnVisitNamespace
from signaling.sockets.role import OFFER_COST, QUALITY_COST, RELAYS_COST, SHOW_COST, Parts
from waiting_room.core.guests import at_device, joined, live
from waiting_room.core.model import Actor, Guest, Role


class GuestNamespace(OwnVisitNamespace[GuestSession]):
    """Serves the pages of guests."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(GUEST, Role.guest, parts)
        self._events = {
            "command": Served(self._command),
            "offer": Served(self._offer, cost=OFFER_COST, media=True),
            "relays": Served(self.relays, cost=RELAYS_COST),
            "quality": Served(self.quality, cost=QUALITY_COST),
            "show": Served(self.show, cost=SHOW_COST),
            "froze": Served(self.froze),
            "ping_presence": Served(self._ping),
        }

    def events(self) -> Mapping[str, Served[GuestSession]]:
        """The events that guests' pages may send."""
        return self._events

    async def session(self, request: web.Request) -> GuestSession | None:
        """The guest that the cookie names, while the invitation stands for that device."""
        session = await self.parts.sessions.guest(request)
        if session is None:
            return None
        if await self._guest(session) is None:  # let in by another process, whose notice is on its way
            await self.parts.desk.look(session.visit)
        return session if await self._guest(session) else None

    def person(self, session: GuestSession) -> Person:
        """The guest, by the device they came in with."""
        return Person(Role.guest, session.device, session.visit)

    def viewer(self, session: GuestSession) -> str:
        """A guest's view is that of their device."""
        return session.device

    def endpoint(self, session: GuestSession) -> str | None:
        """The guest's id, while they are in."""
        known = self.parts.board.get(session.visit)
        guest = None if known is None else at_device(joined(known.guests), session.device)
        return None if guest is None else guest.id

    # --- events ------------------------------------------------------------------------------------------

    async def _command(self, connection: GuestConnection, data: Any) -> Answer:
        said = m.commands_guests().validate_python(data)
        session = connection.session
        guest = await self._guest(session)
        if guest is None:
            return refuse("guest_unknown")
        if isinstance(said, m.AgreeRecording) and connection.superseded:
            return refuse("superseded")  # whoever sits there is not in the visit
        if isinstance(said, m.RefuseRecording):
            self.stop_recording(session.visit)
        translated = translate.guest(said, guest, session.device, self.parts.ids.new)
        return await self.execute(session.visit, translated, Actor(Role.guest, session.device), said.id)

    async def _offer(self, connection: GuestConnection, data: Any) -> Answer:
        said = r.MemberOffer.model_validate(data)
        session = connection.session
        endpoint = self.endpoint(session) or ""
        return await self.answer_offer(session.visit, endpoint, said, lambda: self.barred(connection))

    async def _ping(self, _connection: GuestConnection, data: Any) -> Answer:
        r.PingPresence.model_validate(data)
        return done()

    async def _guest(self, session: GuestSession) -> Guest | None:
        visit = await self.visit(session.visit)
        return None if visit is None else at_device(live(visit.guests), session.device)
