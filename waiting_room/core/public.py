"""Public records: the numbered feed by which a page keeps its view, one role at a time.

A public record is `{"seq", "type", "at", "patch"}`. `patch` turns the view before the record into the view
after it. A record that changes nothing the role may see is still sent, as type `changed`, because every page
counts: a hole in the numbers means that something was lost.
"""

from collections.abc import Iterable

from waiting_room.core.model import Visit
from waiting_room.core.moments import to_iso
from waiting_room.core.patch import Json, diff
from waiting_room.core.records import Record, apply
from waiting_room.core.views import Directory, Texts, ViewRole, view

CHANGED = "changed"


def publish(
    before: Visit | None,
    records: Iterable[Record],
    role: ViewRole,
    texts: Texts,
    directory: Directory,
    *,
    viewer: str = "",
) -> list[Json]:
    """What a page of `role` that stands at `before` must fold to stand after `records`.

    `before` is None for the records of a booking: their patches start from an empty view.
    """
    visit = before
    seen: Json = {} if visit is None else view(visit, role, texts, directory, viewer)
    public: list[Json] = []
    for record in records:
        visit = apply(visit, record)
        now = view(visit, role, texts, directory, viewer)
        patch = diff(seen, now)
        visible = patch.keys() - {"seq"}
        public.append(
            {
                "seq": record.seq,
                "type": record.event.type if visible else CHANGED,
                "at": to_iso(record.at),
                "patch": patch,
            }
        )
        seen = now
    return public


def catch_up(
    journal: Iterable[Record],
    since: int,
    role: ViewRole,
    texts: Texts,
    directory: Directory,
    *,
    viewer: str = "",
    until: int | None = None,
) -> list[Json]:
    """What a page that last folded record `since` has missed, up to `until` (or the end of the journal).

    `journal` is the visit's whole journal, in order.
    """
    before: Visit | None = None
    missed: list[Record] = []
    for record in journal:
        if record.seq <= since:
            before = apply(before, record)
        elif until is None or record.seq <= until:
            missed.append(record)
    return publish(before, missed, role, texts, directory, viewer=viewer)
