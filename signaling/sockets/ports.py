"""What the sockets need of the rest of the house, as far as it is not the desk's."""

from datetime import datetime
from typing import Protocol

from aiohttp import web

from signaling.links import Invited, NewGuest
from signaling.sessions import GuestSession, MemberSession, StaffSession
from waiting_room.core.ids import CommandId, GuestId, VisitId
from waiting_room.core.model import Actor
from waiting_room.core.refusals import Refused

Session = MemberSession | StaffSession | GuestSession


class Sessions(Protocol):
    """Who a request's cookie belongs to."""

    async def member(self, request: web.Request) -> MemberSession | None:
        """The member's session, if the cookie is good for one."""
        ...

    async def guest(self, request: web.Request) -> GuestSession | None:
        """The guest's session, if the cookie is good for one."""
        ...

    async def staff(self, request: web.Request) -> StaffSession | None:
        """The session of a member of staff."""
        ...


class Recorder(Protocol):
    """What keeps a recorder to what was agreed."""

    def forbid(self, visit: VisitId) -> None:
        """Somebody has said no: pause now."""
        ...


class Links(Protocol):
    """Makes join links."""

    async def issue(self, visit: VisitId, actor: Actor, command_id: CommandId, at: datetime) -> str | Refused:
        """A new link for the visit, as the address to send; the former one is revoked."""
        ...

    async def invite(
        self, visit: VisitId, wish: NewGuest, actor: Actor, command_id: CommandId, at: datetime
    ) -> Invited | Refused:
        """Invite a guest by a link of their own."""
        ...

    async def renew(
        self, visit: VisitId, guest: GuestId, actor: Actor, command_id: CommandId, at: datetime
    ) -> Invited | Refused:
        """A new link for a guest; the former one, and whoever used it, is out."""
        ...
