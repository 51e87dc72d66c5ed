"""What an event of the chat does to a visit; `evolve` does the rest."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from waiting_room.core import events_chat as e
from waiting_room.core.events_chat import ChatEvent
from waiting_room.core.model import ChatEntry, ChatKind, ChatRead, Party, SharedFile, Visit


def fold_chat(event: ChatEvent, visit: Visit, at: datetime) -> Visit:
    """The visit with one more entry, or with one more thing seen."""
    by = Party(event.by, event.author)
    match event:
        case e.ChatSeen():
            others = tuple(one for one in visit.chat_read if one.by != by)
            return replace(visit, chat_read=(*others, ChatRead(by, visit.seq)))
        case e.ChatWritten():
            return _add(visit, ChatKind.text, event, at)
        case e.FileShared():
            return _add(visit, ChatKind.file, event, at)
        case e.StillAsked():
            return replace(_add(visit, ChatKind.still_asked, event, at), still_asked_at=at)
        case e.StillDeclined():
            return replace(_add(visit, ChatKind.still_declined, event, at), still_asked_at=None)
        case e.StillReleased():
            return replace(_add(visit, ChatKind.still, event, at), still_asked_at=None)
        case _:
            assert_never(event)


def _add(visit: Visit, kind: ChatKind, event: ChatEvent, at: datetime) -> Visit:
    entry = ChatEntry(
        seq=visit.seq + 1,
        kind=kind,
        by=Party(event.by, event.author),
        at=at,
        text=event.text if isinstance(event, e.ChatWritten | e.FileShared | e.StillReleased) else None,
        file=_file(event) if isinstance(event, e.FileShared | e.StillReleased) else None,
    )
    return replace(visit, chat=(*visit.chat, entry))


def _file(event: e.FileShared | e.StillReleased) -> SharedFile:
    return SharedFile(id=event.file, kind=event.kind, size=event.size, width=event.width, height=event.height)
