"""Guests, from the pages of those who may invite them: the member, and the clinician who holds the visit."""

from signaling.clock import Clock
from signaling.links import Invited, NewGuest
from signaling.sockets import messages as m
from signaling.sockets.ports import Links
from waiting_room.core.ids import CommandId, GuestId, VisitId
from waiting_room.core.model import Actor, GuestKind
from waiting_room.core.refusals import Refused

LINK_COST = 5.0
"""A link is a row that stays; nobody invites in a hurry."""


class Hosting:
    """Has links made for guests."""

    def __init__(self, links: Links, clock: Clock) -> None:
        self._links = links
        self._clock = clock

    async def link(
        self, visit: VisitId, said: m.InviteGuest | m.IssueGuestLink, actor: Actor, command_id: CommandId
    ) -> Invited | Refused:
        """A new guest's link, or a new link for a guest who is known.

        Raises:
            Unavailable: the store cannot be reached.
        """
        at = self._clock.now()
        if isinstance(said, m.IssueGuestLink):
            return await self._links.renew(visit, GuestId(said.guest), actor, command_id, at)
        wish = NewGuest(name=said.name, kind=GuestKind(said.kind), signs=said.signs)
        return await self._links.invite(visit, wish, actor, command_id, at)
