"""The chat as somebody who is in the visit sees it, and how long the visit is planned to last."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from waiting_room.core.chat import unread
from waiting_room.core.ids import TextId
from waiting_room.core.lifecycle import TERMINAL
from waiting_room.core.model import ChatEntry, Party, SharedFile, State, Visit
from waiting_room.core.moments import to_iso
from waiting_room.core.patch import Json


def chat_texts(visit: Visit) -> frozenset[TextId]:
    """The texts that the chat shows."""
    return frozenset(entry.text for entry in visit.chat if entry.text is not None)


def chat_of(
    visit: Visit, party: Party, texts: Mapping[TextId, str], staff: Mapping[str, Mapping[str, str]]
) -> Json:
    """The members of a view that the chat adds: entries by the number of their record, and what is new.

    Gone with the end of the visit: a link opens one's visit, not its history.
    """
    if visit.state in TERMINAL:
        return {}
    found: Json = {}
    if visit.chat:
        found["chat"] = {str(entry.seq): _entry(entry, party, texts, staff) for entry in visit.chat}
    if new := unread(visit, party):
        found["chat_unread"] = new
    if visit.still_asked_at is not None:
        found["still_asked_at"] = to_iso(visit.still_asked_at)
    return found


def planned(visit: Visit) -> Json:
    """Until when the visit is planned, while it takes place: booked minutes and what was added to them."""
    if visit.admitted_at is None or visit.state not in {State.in_visit, State.on_hold}:
        return {}
    found: Json = {"planned_end": to_iso(planned_end(visit, visit.admitted_at))}
    if visit.extra_minutes:
        found["extra_minutes"] = visit.extra_minutes
    return found


def planned_end(visit: Visit, admitted_at: datetime) -> datetime:
    """Booked minutes count from the appointment or, for who was admitted later, from then."""
    return max(visit.start, admitted_at) + timedelta(minutes=visit.minutes + visit.extra_minutes)


def _entry(
    entry: ChatEntry, party: Party, texts: Mapping[TextId, str], staff: Mapping[str, Mapping[str, str]]
) -> Json:
    """`mine` where the viewer wrote it; `name` where staff did; a text that was purged is absent."""
    shown: Json = {"kind": entry.kind.value, "by": entry.by.role.value, "at": to_iso(entry.at)}
    if entry.by == party:
        shown["mine"] = True
    if (name := staff.get(entry.by.id or "", {}).get("name")) is not None:
        shown["name"] = name
    if entry.text is not None and entry.text in texts:
        shown["text"] = texts[entry.text]
    if entry.file is not None:
        shown["file"] = _file(entry.file)
    return shown


def _file(file: SharedFile) -> Json:
    shown: Json = {"id": file.id, "kind": file.kind.value, "size": file.size}
    if file.width is not None and file.height is not None:
        shown |= {"width": file.width, "height": file.height}
    return shown
