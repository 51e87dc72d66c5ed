"""API keys of booking programs, and the requests they may repeat.

A key is a random value; only its SHA-256 is stored. An `Idempotency-Key` is reserved for a visit's id
before the visit is made, so that a request that is repeated, even after a crash between the two, names the
same visit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from waiting_room.core.ids import VisitId
from waiting_room.database import Database
from waiting_room.schema import api_keys, idempotency

KEEP_RESERVATIONS = timedelta(hours=24)
"""How long a request may be repeated. Longer keeps more; shorter makes a late retry book twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A booking program. `scopes` are codes that the policy table knows."""

    id: str
    name: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What an `Idempotency-Key` stands for. `fresh`: this request reserved it; else it is a repetition."""

    visit: VisitId
    body_digest: str
    fresh: bool


class Keys(Protocol):
    """API keys and reservations."""

    async def add(self, key: ApiKey, sha256: str, at: datetime) -> None:
        """Let a booking program in."""
        ...

    async def find(self, sha256: str) -> ApiKey | None:
        """The key with that digest, unless it was revoked."""
        ...

    async def revoke(self, key_id: str, at: datetime) -> None:
        """From now on the key is nothing."""
        ...

    async def reserve(
        self, *, api_key: str, key: str, body_digest: str, visit: VisitId, at: datetime
    ) -> Reservation:
        """Reserve `key` for that visit, or learn what it stands for already.

        Exactly one caller gets it fresh.
        """
        ...

    async def purge(self, at: datetime) -> int:
        """Delete reservations older than `KEEP_RESERVATIONS`; how many."""
        ...


class SqlKeys:
    """See `Keys`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key: ApiKey, sha256: str, at: datetime) -> None:
        """See `Keys.add`."""
        row = {
            "id": key.id,
            "sha256": sha256,
            "name": key.name,
            "scopes": sorted(key.scopes),
            "created_at": at,
        }
        await self._database.write(lambda connection: connection.execute(api_keys.insert(), row))

    async def find(self, sha256: str) -> ApiKey | None:
        """See `Keys.find`."""
        query = sa.select(api_keys).where(api_keys.c.sha256 == sha256, api_keys.c.revoked_at.is_(None))
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else ApiKey(id=row.id, name=row.name, scopes=frozenset(row.scopes))

    async def revoke(self, key_id: str, at: datetime) -> None:
        """See `Keys.revoke`."""
        live = sa.and_(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        change = api_keys.update().where(live).values(revoked_at=at)
        await self._database.write(lambda connection: connection.execute(change))

    async def reserve(
        self, *, api_key: str, key: str, body_digest: str, visit: VisitId, at: datetime
    ) -> Reservation:
        """See `Keys.reserve`."""
        row = {
            "api_key": api_key,
            "key": key,
            "body_digest": body_digest,
            "visit_id": visit,
            "created_at": at,
        }
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        mine = sa.and_(idempotency.c.api_key == api_key, idempotency.c.key == key)
        new = insert(idempotency).values(row).on_conflict_do_nothing().returning(idempotency.c.visit_id)

        def work(connection: sa.Connection) -> Reservation:
            if connection.execute(new).first() is not None:
                return Reservation(visit=visit, body_digest=body_digest, fresh=True)
            found = connection.execute(sa.select(idempotency).where(mine)).one()
            return Reservation(visit=VisitId(found.visit_id), body_digest=found.body_digest, fresh=False)

        return await self._database.write(work)

    async def purge(self, at: datetime) -> int:
        """See `Keys.purge`."""
        old = idempotency.delete().where(idempotency.c.created_at <= at - KEEP_RESERVATIONS)
        return await self._database.write(lambda connection: connection.execute(old).rowcount)


class MemoryKeys:
    """See `Keys`."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}
        self._reserved: dict[tuple[str, str], tuple[Reservation, datetime]] = {}

    async def add(self, key: ApiKey, sha256: str, at: datetime) -> None:  # noqa: ARG002 - of the port
        """See `Keys.add`."""
        self._keys[sha256] = key

    async def find(self, sha256: str) -> ApiKey | None:
        """See `Keys.find`."""
        return self._keys.get(sha256)

    async def revoke(self, key_id: str, at: datetime) -> None:  # noqa: ARG002 - of the port
        """See `Keys.revoke`."""
        self._keys = {digest: key for digest, key in self._keys.items() if key.id != key_id}

    async def reserve(
        self, *, api_key: str, key: str, body_digest: str, visit: VisitId, at: datetime
    ) -> Reservation:
        """See `Keys.reserve`."""
        known = self._reserved.get((api_key, key))
        if known is not None:
            return known[0]
        self._reserved[api_key, key] = Reservation(visit=visit, body_digest=body_digest, fresh=False), at
        return Reservation(visit=visit, body_digest=body_digest, fresh=True)

    async def purge(self, at: datetime) -> int:
        """See `Keys.purge`."""
        kept = {name: item for name, item in self._reserved.items() if item[1] > at - KEEP_RESERVATIONS}
        purged = len(self._reserved) - len(kept)
        self._reserved = kept
        return purged
