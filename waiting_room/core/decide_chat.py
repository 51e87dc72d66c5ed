"""What people in a visit decide in its chat. That they are in it is settled by `grants`."""

from typing import assert_never

from waiting_room.core import commands_chat as c
from waiting_room.core import events_chat as e
from waiting_room.core.chat import party_of, unread
from waiting_room.core.deadlines import CHAT_MAX, FILES_MAX
from waiting_room.core.decide_booking import is_code, malformed
from waiting_room.core.events_chat import ChatEvent
from waiting_room.core.model import Actor, Visit
from waiting_room.core.refusals import Refusal, Refused


def decide_chat(visit: Visit, command: c.ChatCommand, actor: Actor) -> tuple[ChatEvent, ...] | Refused:
    """Messages, files and still pictures between those who are in the visit."""
    me = party_of(actor)
    match command:
        case c.WriteChat():
            return _full(visit) or (e.ChatWritten(by=me.role, author=me.id, text=command.text),)
        case c.SeeChat():
            return (e.ChatSeen(by=me.role, author=me.id),) if unread(visit, me) else ()
        case c.ShareFile():
            return _share(visit, command, actor)
        case c.AskStill():
            if visit.still_asked_at is not None:
                return ()
            return _full(visit) or (e.StillAsked(by=me.role, author=me.id),)
        case c.DeclineStill():
            if not is_code(command.reason):
                return malformed("reason")
            if visit.still_asked_at is None:
                return ()
            return (e.StillDeclined(by=me.role, author=me.id, reason=command.reason),)
        case _:
            assert_never(command)


def _full(visit: Visit) -> Refused | None:
    return Refused(Refusal.chat_full) if len(visit.chat) >= CHAT_MAX else None


def _share(visit: Visit, command: c.ShareFile, actor: Actor) -> tuple[ChatEvent, ...] | Refused:
    """A still picture is one that was asked for, and has the place that asking for it took."""
    me = party_of(actor)
    if sum(entry.file is not None for entry in visit.chat) >= FILES_MAX:
        return Refused(Refusal.files_full)
    if command.still and visit.still_asked_at is None:
        return Refused(Refusal.still_not_asked)
    kind = e.StillReleased if command.still else e.FileShared
    shared = kind(
        by=me.role,
        author=me.id,
        file=command.file,
        text=command.text,
        kind=command.kind,
        size=command.size,
        width=command.width,
        height=command.height,
    )
    return (shared,) if command.still else _full(visit) or (shared,)
