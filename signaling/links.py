"""Join links: the secret stands in the fragment of the address, only its SHA-256 in the database."""

from datetime import datetime

from signaling.ids import Ids, sha256_of
from waiting_room.core import commands as c
from waiting_room.core.ids import CommandId, LinkId, VisitId
from waiting_room.core.model import Actor
from waiting_room.core.refusals import Refused
from waiting_room.desk import Desk
from waiting_room.store import NewLink


class Links:
    """Makes links for visits. A new one ends the one before."""

    def __init__(self, desk: Desk, public_origin: str, ids: Ids) -> None:
        self._desk = desk
        self._origin = public_origin
        self._ids = ids

    def join_url(self, token: str) -> str:
        """The address to give to the member. Browsers never send what follows the `#`."""
        return f"{self._origin}/visit#{token}"

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
