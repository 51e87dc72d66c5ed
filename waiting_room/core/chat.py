"""Who takes part in the chat of a visit, and what each of them has not seen."""

from waiting_room.core.commands_chat import SeeChat
from waiting_room.core.grants import Relation, granted
from waiting_room.core.lifecycle import TERMINAL
from waiting_room.core.model import Actor, Party, Role, Visit


def party_of(actor: Actor) -> Party:
    """Whom the actor speaks for: the member from any device, everybody else for themselves.

    With the rows of `grants` this is all there is to who takes part.
    """
    return Party(Role.member, None) if actor.role is Role.member else Party(actor.role, actor.id)


def unread(visit: Visit, party: Party) -> int:
    """How many entries of others they have not seen."""
    seen = next((one.seq for one in visit.chat_read if one.by == party), 0)
    return sum(entry.seq > seen and entry.by != party for entry in visit.chat)


def takes_part(visit: Visit, actor: Actor) -> bool:
    """Whether the actor may read the chat of a visit that has not ended, and what was shared in it."""
    relation = granted(SeeChat(), actor)
    if relation is None or visit.state in TERMINAL:
        return False
    return relation is Relation.any or visit.claimed_by == actor.id
