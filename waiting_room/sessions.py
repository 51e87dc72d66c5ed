"""Sessions: a cookie's digest, whose it is, and until when.

Revocable at once, and gone when they have expired.

The cookie itself, a random value, is never stored: `id_sha256` is its SHA-256 in hexadecimal.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import sqlalchemy as sa

from waiting_room.core.ids import VisitId
from waiting_room.database import Database
from waiting_room.schema import sessions

KEEP_ENDED = timedelta(hours=24)
"""How long an ended session is kept. Longer helps to find out what happened; shorter keeps less."""


class SessionKind(StrEnum):
    """Through which door."""

    member = "member"
    guest = "guest"
    staff = "staff"
    handover = "handover"
    """Spent by the other device of a member; its subject is the device that made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser let in.

    `subject` is the device of a member or guest, or the id of a staff person; the first two have a visit.
    """

    id_sha256: str
    kind: SessionKind
    subject: str
    visit: VisitId | None = None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def is_live(self, at: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and at < self.expires_at


class Sessions(Protocol):
    """Sessions by the digest of their cookie."""

    async def open(self, session: Session) -> None:
        """Let a browser in."""
        ...

    async def find(self, id_sha256: str, at: datetime) -> Session | None:
        """The session, if it is live."""
        ...

    async def live(self, ids_sha256: Collection[str], at: datetime) -> frozenset[str]:
        """Which of them are live."""
        ...

    async def revoke(self, id_sha256: str, at: datetime) -> None:
        """End one session, if it is there."""
        ...

    async def spend(self, id_sha256: str, kind: SessionKind, at: datetime) -> Session | None:
        """End one live session of that kind and answer it; of several who try at once, one gets it."""
        ...

    async def revoke_subject(self, kind: SessionKind, subject: str, at: datetime) -> int:
        """End every session of a person or device; how many were live."""
        ...

    async def revoke_visit(self, visit: VisitId, at: datetime) -> int:
        """End every session of a visit's member and guests; how many were live."""
        ...

    async def purge(self, at: datetime) -> int:
        """Delete what ended `KEEP_ENDED` ago; how many."""
        ...


class SqlSessions:
    """See `Sessions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, session: Session) -> None:
        """See `Sessions.open`."""
        row = {
            "id_sha256": session.id_sha256,
            "kind": session.kind.value,
            "subject": session.subject,
            "visit_id": session.visit,
            "created_at": session.created_at,
            "expires_at": session.expires_at,
            "revoked_at": session.revoked_at,
        }
        await self._database.write(lambda connection: connection.execute(sessions.insert(), row))

    async def find(self, id_sha256: str, at: datetime) -> Session | None:
        """See `Sessions.find`."""
        asked = {"digest": id_sha256}
        row = await self._database.read(lambda connection: connection.execute(_FIND, asked).first())
        if row is None:
            return None
        session = Session(
            id_sha256=row.id_sha256,
            kind=SessionKind(row.kind),
            subject=row.subject,
            visit=None if row.visit_id is None else VisitId(row.visit_id),
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
        return session if session.is_live(at) else None

    async def live(self, ids_sha256: Collection[str], at: datetime) -> frozenset[str]:
        """See `Sessions.live`."""
        asked = sorted(ids_sha256)

        def work(connection: sa.Connection) -> frozenset[str]:
            parts = (asked[start : start + _AT_ONCE] for start in range(0, len(asked), _AT_ONCE))
            found = [connection.execute(_LIVE, {"digests": part, "at": at}).scalars() for part in parts]
            return frozenset(digest for part in found for digest in part)

        return await self._database.read(work) if asked else frozenset()

    async def revoke(self, id_sha256: str, at: datetime) -> None:
        """See `Sessions.revoke`."""
        await self._revoke(sessions.c.id_sha256 == id_sha256, at)

    async def spend(self, id_sha256: str, kind: SessionKind, at: datetime) -> Session | None:
        """See `Sessions.spend`."""
        found = await self.find(id_sha256, at)
        if found is None or found.kind is not kind:
            return None
        return found if await self._revoke(sessions.c.id_sha256 == id_sha256, at) else None

    async def revoke_subject(self, kind: SessionKind, subject: str, at: datetime) -> int:
        """See `Sessions.revoke_subject`."""
        return await self._revoke(sa.and_(sessions.c.kind == kind.value, sessions.c.subject == subject), at)

    async def revoke_visit(self, visit: VisitId, at: datetime) -> int:
        """See `Sessions.revoke_visit`."""
        return await self._revoke(sessions.c.visit_id == visit, at)

    async def _revoke(self, which: sa.ColumnElement[bool], at: datetime) -> int:
        live = sa.and_(sessions.c.revoked_at.is_(None), sessions.c.expires_at > at)
        change = sessions.update().where(which, live).values(revoked_at=at)
        return await self._database.write(lambda connection: connection.execute(change).rowcount)

    async def purge(self, at: datetime) -> int:
        """See `Sessions.purge`."""
        before = at - KEEP_ENDED
        over = sa.or_(sessions.c.expires_at <= before, sessions.c.revoked_at <= before)
        ended = sessions.delete().where(over)
        return await self._database.write(lambda connection: connection.execute(ended).rowcount)


_AT_ONCE = 500
_LIVE = sa.select(sessions.c.id_sha256).where(
    sessions.c.id_sha256.in_(sa.bindparam("digests", expanding=True)),
    sessions.c.revoked_at.is_(None),
    sessions.c.expires_at > sa.bindparam("at"),
)
_FIND = sa.select(sessions).where(sessions.c.id_sha256 == sa.bindparam("digest"))


class MemorySessions:
    """See `Sessions`."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    async def open(self, session: Session) -> None:
        """See `Sessions.open`."""
        self._sessions[session.id_sha256] = session

    async def find(self, id_sha256: str, at: datetime) -> Session | None:
        """See `Sessions.find`."""
        session = self._sessions.get(id_sha256)
        return session if session is not None and session.is_live(at) else None

    async def live(self, ids_sha256: Collection[str], at: datetime) -> frozenset[str]:
        """See `Sessions.live`."""
        found = {digest: self._sessions.get(digest) for digest in ids_sha256}
        return frozenset(digest for digest, session in found.items() if session and session.is_live(at))

    async def revoke(self, id_sha256: str, at: datetime) -> None:
        """See `Sessions.revoke`."""
        self._revoke([session for session in self._sessions.values() if session.id_sha256 == id_sha256], at)

    async def spend(self, id_sha256: str, kind: SessionKind, at: datetime) -> Session | None:
        """See `Sessions.spend`."""
        found = await self.find(id_sha256, at)
        if found is None or found.kind is not kind:
            return None
        self._revoke([found], at)
        return found

    async def revoke_subject(self, kind: SessionKind, subject: str, at: datetime) -> int:
        """See `Sessions.revoke_subject`."""
        mine = [one for one in self._sessions.values() if one.kind is kind and one.subject == subject]
        return self._revoke(mine, at)

    async def revoke_visit(self, visit: VisitId, at: datetime) -> int:
        """See `Sessions.revoke_visit`."""
        return self._revoke([session for session in self._sessions.values() if session.visit == visit], at)

    def _revoke(self, which: list[Session], at: datetime) -> int:
        live = [session for session in which if session.is_live(at)]
        for session in live:
            self._sessions[session.id_sha256] = replace(session, revoked_at=at)
        return len(live)

    async def purge(self, at: datetime) -> int:
        """See `Sessions.purge`."""
        before = at - KEEP_ENDED
        kept = {
            digest: session
            for digest, session in self._sessions.items()
            if session.expires_at > before and (session.revoked_at is None or session.revoked_at > before)
        }
        purged = len(self._sessions) - len(kept)
        self._sessions = kept
        return purged
