"""What a database says of itself when a tool asks how it is. Blocking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from waiting_room.migrations import sync_engine
from waiting_room.schema import visits


@dataclass(frozen=True, slots=True)
class Vitals:
    """What the database said.

    `at` is its own clock's time, None where it has none of its own; `newest` the latest record's.
    """

    read_only: bool
    at: datetime | None
    newest: datetime | None


def vitals(url: str, *, with_visits: bool) -> Vitals:
    """Ask the database at `url`. Changes nothing.

    Args:
        url: as for `migrations.migrate`.
        with_visits: also look for the newest record; its tables must be this version's.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: it cannot be reached, or a file of it cannot be written.
    """
    engine = sync_engine(url)
    try:
        # On SQLite this begins with the right to write, so a file that cannot be written is found here.
        with engine.connect() as connection, connection.begin():
            newest: datetime | None = None
            if with_visits:
                newest = connection.execute(sa.select(sa.func.max(visits.c.updated_at))).scalar()
            if engine.dialect.name == "sqlite":
                return Vitals(read_only=False, at=None, newest=newest)
            row = connection.execute(
                sa.text("SELECT clock_timestamp(), current_setting('transaction_read_only')")
            ).one()
            return Vitals(read_only=row[1] == "on", at=row[0].astimezone(UTC), newest=newest)
    finally:
        engine.dispose()
