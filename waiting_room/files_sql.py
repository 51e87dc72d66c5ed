"""The files of visits in SQL: rows of sealed parts. These are statements of `store_sql.SqlStore`."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from waiting_room.core.ids import FileId, VisitId
from waiting_room.files import UNSHARED_FOR, SealedPart
from waiting_room.schema import files, visits
from waiting_room.store import FileGone

_BOUND = sa.bindparam
_INSERT = files.insert()
_PART = sa.select(files).where(
    files.c.id == _BOUND("file"), files.c.part == _BOUND("part"), files.c.visit_id == _BOUND("visit")
)
_OF_VISIT = files.c.visit_id == _BOUND("visit")
_SHARE = (
    files.update()
    .where(_OF_VISIT, files.c.id == _BOUND("file"))
    .values(shared_at=_BOUND("at"), purge_after=None)
)
_DROP = files.delete().where(files.c.id == _BOUND("file"), files.c.shared_at.is_(None))
_KEEP_UNTIL = (
    files.update().where(_OF_VISIT, files.c.shared_at.is_not(None)).values(purge_after=_BOUND("after"))
)
_HELD = sa.select(visits.c.id).where(visits.c.legal_hold_at.is_not(None))
_PURGE = files.delete().where(files.c.purge_after <= _BOUND("at"), files.c.visit_id.not_in(_HELD))


def insert(connection: sa.Connection, part: SealedPart) -> None:
    """Keep a part for as long as an unshared one is kept."""
    row = {
        "id": part.file,
        "part": part.part,
        "visit_id": part.visit,
        "sealed": part.sealed,
        "created_at": part.created_at,
        "purge_after": part.created_at + UNSHARED_FOR,
    }
    connection.execute(_INSERT, row)


def find(connection: sa.Connection, visit: VisitId, file: FileId, part: int) -> SealedPart | None:
    """One part."""
    row = connection.execute(_PART, {"visit": visit, "file": file, "part": part}).first()
    if row is None:
        return None
    return SealedPart(file=file, part=part, visit=visit, sealed=bytes(row.sealed), created_at=row.created_at)


def drop(connection: sa.Connection, file: FileId) -> None:
    """Delete what nobody shared; a shared file stays."""
    connection.execute(_DROP, {"file": file})


def share(connection: sa.Connection, visit: VisitId, file: FileId, at: datetime) -> None:
    """From now on the file lives with the visit.

    Raises:
        FileGone: it is not there.
    """
    if connection.execute(_SHARE, {"visit": visit, "file": file, "at": at}).rowcount == 0:
        raise FileGone


def keep_until(connection: sa.Connection, visit: VisitId, after: datetime | None) -> None:
    """The visit has ended: its files have until then. None: it is open again."""
    connection.execute(_KEEP_UNTIL, {"visit": visit, "after": after})


def purge(connection: sa.Connection, at: datetime) -> int:
    """Delete the parts whose time has come; how many."""
    return connection.execute(_PURGE, {"at": at}).rowcount
