"""Join links: the secret stands in the fragment of the address, only its SHA-256 in the database."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from signaling.ids import Ids, sha256_of
from waiting_room.core import commands as c
from waiting_room.core import commands_guests as g
from waiting_room.core import events_guests as e
from waiting_room.core.ids import CommandId, GuestId, LinkId, TextId, VisitId
from waiting_room.core.model import Actor, GuestKind
from waiting_room.core.records import Record
from waiting_room.core.refusals import Refused
from waiting_room.desk import Desk
from waiting_room.store import NewLink
from waiting_room.texts import NewText

INVITED_KEPT: Final = 256
"""Invitations whose acknowledgement may have been lost: the same command again gets the same address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGuest:
    """Whom somebody invites."""

    name: str
    kind: GuestKind
    signs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A guest and the address to give to them.

    No address where the same command was answered so long ago that it is forgotten: ask for a new one.
    """

    guest: GuestId
    seq: int
    join_url: str | None = None


class Links:
    """Makes links for visits and for their guests. A new one ends the one before."""

    def __init__(self, desk: Desk, public_origin: str, ids: Ids) -> None:
        self._desk = desk
        self._origin = public_origin
        self._ids = ids
        self._invited: OrderedDict[tuple[VisitId, CommandId], Invited] = OrderedDict()

    def join_url(self, token: str) -> str:
        """The address to give to the member. Browsers never send what follows the `#`."""
        return f"{self._origin}/visit#{token}"

    def guest_url(self, token: str) -> str:
        """The address to give to a guest."""
        return f"{self._origin}/guest#{token}"

    async def issue(self, visit: VisitId, actor: Actor, command_id: CommandId, at: datetime) -> str | Refused:
        """A new link; answers its address, this once."""
        link, token = LinkId(self._ids.new()), self._ids.token()
        return await self.issue_as(visit, actor, command_id, at, link=link, token=token)

    async def issue_as(
        self, visit: VisitId, actor: Actor, command_id: CommandId, at: datetime, *, link: LinkId, token: str
    ) -> str | Refused:
        """A new link of that id and token. The same command again answers the same address."""
        row = NewLink(id=link, token_sha256=sha256_of(token))
        done = await self._desk.execute(visit, c.IssueLink(link=link), actor, at, command_id, links=(row,))
        return done if isinstance(done, Refused) else self.join_url(token)

    async def invite(
        self, visit: VisitId, wish: NewGuest, actor: Actor, command_id: CommandId, at: datetime
    ) -> Invited | Refused:
        """Invite a guest by a link of their own; answers its address, this once."""
        text = TextId(self._ids.new())
        command = g.InviteGuest(
            guest=GuestId(f"guest-{self._ids.new()}"),
            kind=wish.kind,
            signs=wish.signs,
            text=text,
            link=LinkId(self._ids.new()),
        )
        texts = {text: NewText(kind="guest", body=wish.name)}
        return await self._invite(visit, command, actor, command_id, at, texts)

    async def renew(
        self, visit: VisitId, guest: GuestId, actor: Actor, command_id: CommandId, at: datetime
    ) -> Invited | Refused:
        """A new link for a guest; the former one, and whoever used it, is out."""
        command = g.IssueGuestLink(guest=guest, link=LinkId(self._ids.new()))
        return await self._invite(visit, command, actor, command_id, at, {})

    async def _invite(  # noqa: PLR0917 - as `Desk.execute`
        self,
        visit: VisitId,
        command: g.InviteGuest | g.IssueGuestLink,
        actor: Actor,
        command_id: CommandId,
        at: datetime,
        texts: dict[TextId, NewText],
    ) -> Invited | Refused:
        if (invited := self._invited.get((visit, command_id))) is not None:
            return invited
        token = self._ids.token()
        row = NewLink(id=command.link, token_sha256=sha256_of(token))
        done = await self._desk.execute(visit, command, actor, at, command_id, texts=texts, links=(row,))
        if isinstance(done, Refused):
            return done
        told = _invitation(done.records)
        if told is None or told.link != command.link:  # answered before, by a process that is no more
            return Invited(guest=told.guest if told else command.guest, seq=done.visit.seq)
        invited = Invited(guest=told.guest, seq=done.visit.seq, join_url=self.guest_url(token))
        self._invited[visit, command_id] = invited
        while len(self._invited) > INVITED_KEPT:
            self._invited.popitem(last=False)
        return invited


def _invitation(records: Iterable[Record]) -> e.GuestInvited | e.GuestLinkIssued | None:
    """Which guest got which link by these records."""
    for record in records:
        if isinstance(record.event, e.GuestInvited | e.GuestLinkIssued):
            return record.event
    return None
