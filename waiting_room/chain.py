"""The hash chain of a journal: each record's hash covers its content and the hash before it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waiting_room.core.codec import event_from_json, event_to_json
from waiting_room.core.ids import CommandId, VisitId
from waiting_room.core.model import Actor, Role
from waiting_room.core.records import Record
from waiting_room.database import canonical
from waiting_room.schema import from_ms, to_ms
from waiting_room.store import Broken

START = "0" * 64
"""What the first record of a visit follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A record as it stands in the table: codes, integers and JSON; `at` in milliseconds.

    `part` counts the records of one command from 0; a table can so refuse to record a command twice.
    """

    visit_id: str
    seq: int
    at: int
    type: str
    version: int
    actor_role: str
    actor_id: str
    command_id: str
    part: int
    data: Mapping[str, Any]
    prev_hash: str
    hash: str


def link_up(records: Sequence[Record], head: str) -> tuple[Row, ...]:
    """The rows of the records of one command, chained on to `head`."""
    rows: list[Row] = []
    for part, record in enumerate(records):
        encoded = event_to_json(record.event)
        content: dict[str, Any] = {
            "visit_id": record.visit,
            "seq": record.seq,
            "at": to_ms(record.at),
            "type": encoded["type"],
            "version": encoded["version"],
            "actor_role": record.actor.role.value,
            "actor_id": record.actor.id,
            "command_id": record.command,
            "part": part,
            "data": encoded["data"],
            "prev_hash": head,
        }
        head = _hash(content)
        rows.append(Row(**content, hash=head))
    return tuple(rows)


def to_record(row: Row) -> Record:
    """The record a row stands for.

    Raises:
        UnreadableEventError: it holds an event this release does not know.
    """
    return Record(
        visit=VisitId(row.visit_id),
        seq=row.seq,
        at=from_ms(row.at),
        actor=Actor(Role(row.actor_role), row.actor_id),
        command=CommandId(row.command_id),
        event=event_from_json({"type": row.type, "version": row.version, "data": row.data}),
    )


def verify(visit: VisitId, rows: Sequence[Row], seq: int, head: str) -> Broken | None:
    """The first record that does not fit; None when the chain is whole.

    Args:
        visit: the visit, for the answer.
        rows: every journal row of it, in order.
        seq: where the visit's row says that its history ends.
        head: the hash that the visit's row says is the last.
    """
    before = START
    for expected, row in enumerate(rows, start=1):
        if row.seq != expected:
            return Broken(visit, expected, "missing" if row.seq > expected else "out of order")
        if row.prev_hash != before:
            return Broken(visit, row.seq, "does not follow the record before it")
        if row.hash != _hash(_content(row)):
            return Broken(visit, row.seq, "changed")
        before = row.hash
    if len(rows) < seq:
        return Broken(visit, len(rows) + 1, "missing")
    if len(rows) > seq:
        return Broken(visit, seq + 1, "added")
    if before != head:
        return Broken(visit, seq, "is not the one the visit points to")
    return None


def _content(row: Row) -> dict[str, Any]:
    return {
        "visit_id": row.visit_id,
        "seq": row.seq,
        "at": row.at,
        "type": row.type,
        "version": row.version,
        "actor_role": row.actor_role,
        "actor_id": row.actor_id,
        "command_id": row.command_id,
        "part": row.part,
        "data": row.data,
        "prev_hash": row.prev_hash,
    }


def _hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()
