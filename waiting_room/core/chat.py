"""Who takes part in the chat of a visit, and what each of them has not seen."""

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
