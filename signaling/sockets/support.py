"""The support desk's namespace: every waiting room of its clinics, the line to each member, and new links."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from signaling.sessions import StaffSession
from signaling.sockets import requests as r
from signaling.sockets import staff_messages as s
from signaling.sockets import translate
from signaling.sockets.answers import Answer, done, refuse
from signaling.sockets.feed import SUPPORT, StaffConnection
from signaling.sockets.namespace import Served
from signaling.sockets.role import Parts, RoleNamespace
from signaling.sockets.translated import Translated
from waiting_room.core import commands as c
from waiting_room.core.ids import CommandId, VisitId
from waiting_room.core.model import Actor, Role, Visit
from waiting_room.core.refusals import Refused
from waiting_room.database import Unavailable

LINK_COST = 5.0
LINKS_KEPT = 64
"""New links whose acknowledgement may have been lost: the same command again gets the same address."""


class SupportNamespace(RoleNamespace[StaffSession]):
    """Serves the consoles of the support desk."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(SUPPORT, parts)
        self._issued: OrderedDict[tuple[VisitId, CommandId], str] = OrderedDict()
        self._events = {"command": Served(self._command), "ping_presence": Served(self._ping)}

    def events(self) -> Mapping[str, Served[StaffSession]]:
        """The events that consoles may send."""
        return self._events

    async def session(self, request: web.Request) -> StaffSession | None:
        """The member of staff that the cookie names, if they work at the desk."""
        session = await self.parts.sessions.staff(request)
        return session if session is not None and "support" in session.roles else None

    async def greet(self, connection: StaffConnection) -> None:
        """Send the board."""
        self.parts.feed.staff[SUPPORT][connection.id] = connection
        self.parts.feed.greet_staff(SUPPORT, Role.support, connection)
        for visit in self.parts.feed.shown(connection, Role.support):
            for said in self.parts.conditions.of(visit.id):
                self.pipe.post(SUPPORT, connection.id, "quality", {"visit": visit.id, **said})

    def left(self, connection: StaffConnection) -> None:
        """A console is closed."""
        self.parts.feed.staff[SUPPORT].pop(connection.id, None)

    def revoked(self, connection: StaffConnection) -> None:
        """The desk has no media."""

    # --- events ------------------------------------------------------------------------------------------

    async def _command(self, connection: StaffConnection, data: Any) -> Answer:
        said = s.support_commands().validate_python(data)
        visit, session = VisitId(said.visit), connection.session
        known = await self.visit(visit)
        if known is None or known.clinic not in session.clinics:
            return refuse("visit_unknown")
        actor = Actor(Role.support, session.staff)
        match said:
            case s.IssueLink():
                if not connection.bucket.take(self.clock.monotonic(), LINK_COST):
                    return refuse("too_many_requests")
                return await self._issue_link(visit, actor, said.id)
            case s.PassLink():
                return await self._pass_link(known, actor, said.id)
            case _:
                return await self.execute(visit, translate.support(said, self.parts.ids.new), actor, said.id)

    async def _issue_link(self, visit: VisitId, actor: Actor, said: str) -> Answer:
        command = self.command_id(actor, said)
        if (issued := self._issued.get((visit, command))) is not None:
            return done(join_url=issued)
        try:
            answer = await self.parts.links.issue(visit, actor, command, self.clock.now())
        except Unavailable:
            return refuse("failed")
        if isinstance(answer, Refused):
            return self.said_no(answer)
        self._issued[visit, command] = answer
        while len(self._issued) > LINKS_KEPT:
            self._issued.popitem(last=False)
        known = self.parts.board.get(visit)
        return done(known.seq if known else None, join_url=answer)

    async def _pass_link(self, visit: Visit, actor: Actor, said: str) -> Answer:
        if visit.link is None:
            return refuse("wrong_state", state=visit.state.value)
        return await self.execute(visit.id, Translated(c.PassLink(link=visit.link)), actor, said)

    async def _ping(self, _connection: StaffConnection, data: Any) -> Answer:
        r.PingPresence.model_validate(data)
        return done()
