"""The tables, as SQLAlchemy Core knows them. What may stand in each column is in ``docs/privacy.md``.

Times are whole milliseconds since the epoch, UTC, in 64-bit integers: they sort, compare and index the same
way in both databases, where text sorts wrongly and naive timestamps mean a different instant on another
machine. `UtcTime` turns them into aware datetimes on the way out and refuses naive ones on the way in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Whole milliseconds since the epoch; a part of one is dropped.

    Raises:
        ValueError: `at` is naive.
    """
    if at.tzinfo is None:
        raise ValueError("a time without a zone is not an instant")
    return (at - EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """The instant, aware and UTC."""
    return EPOCH + ms * _MS


class UtcTime(TypeDecorator[datetime]):
    """An aware instant, stored as milliseconds since the epoch."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        """Aware datetime to integer; a naive one is refused."""
        return None if value is None else to_ms(value)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Integer to aware datetime in UTC."""
        return None if value is None else from_ms(int(value))


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ID = sa.String(64)
_DIGEST = sa.String(64)
_CODE = sa.String(64)

clinics = sa.Table(
    "clinics",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("tz", sa.Text, nullable=False),
    sa.Column("phone", sa.Text, nullable=False),
    sa.Column("desk_phone", sa.Text, nullable=False),
    sa.Column("urgent_care", sa.Text, nullable=False),
)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("login", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("credentials", sa.Text, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
)

staff_clinics = sa.Table(
    "staff_clinics",
    metadata,
    sa.Column("staff_id", _ID, sa.ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("clinic_id", _ID, sa.ForeignKey("clinics.id", ondelete="CASCADE"), primary_key=True),
)

visits = sa.Table(
    "visits",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    # No foreign keys to clinics and staff: history keeps the ids of those who have left.
    sa.Column("clinic_id", _ID, nullable=False),
    sa.Column("state", _CODE, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("head", _DIGEST, nullable=False),
    sa.Column("claimed_by", _ID),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("deadline_at", UtcTime),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
    sa.Column("legal_hold_at", UtcTime),
    sa.Column("data", sa.JSON, nullable=False),
)

BUSY_STATES = ("claimed", "in_visit")
"""States in which the clinician of a visit may hold no other one. ``on_hold`` frees them."""

ONE_VISIT_PER_CLINICIAN = sa.Index(
    "uq_visits_claimed_by",
    visits.c.claimed_by,
    unique=True,
    sqlite_where=sa.text("state IN ('claimed', 'in_visit')"),
    postgresql_where=sa.text("state IN ('claimed', 'in_visit')"),
)
sa.Index(
    "ix_visits_open",
    visits.c.clinic_id,
    visits.c.due_at,
    sqlite_where=sa.text("ended_at IS NULL"),
    postgresql_where=sa.text("ended_at IS NULL"),
)
sa.Index(
    "ix_visits_deadline_at",
    visits.c.deadline_at,
    sqlite_where=sa.text("deadline_at IS NOT NULL"),
    postgresql_where=sa.text("deadline_at IS NOT NULL"),
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("visit_id", _ID, sa.ForeignKey("visits.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("type", _CODE, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("actor_role", _CODE, nullable=False),
    sa.Column("actor_id", _ID, nullable=False),
    sa.Column("command_id", _ID, nullable=False),
    # A command may record several events; `part` counts them, so that a command can be recorded once only.
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("prev_hash", _DIGEST, nullable=False),
    sa.Column("hash", _DIGEST, nullable=False),
    sa.UniqueConstraint("visit_id", "command_id", "part", name="uq_journal_command"),
)

texts = sa.Table(
    "texts",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("visit_id", _ID, sa.ForeignKey("visits.id"), nullable=False, index=True),
    sa.Column("kind", _CODE, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("purge_after", UtcTime),
)
sa.Index(
    "ix_texts_purge_after",
    texts.c.purge_after,
    sqlite_where=sa.text("purge_after IS NOT NULL"),
    postgresql_where=sa.text("purge_after IS NOT NULL"),
)

files = sa.Table(
    "files",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("visit_id", _ID, sa.ForeignKey("visits.id"), nullable=False, index=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("shared_at", UtcTime),
    # Set until the file is shared, and again when the visit has ended.
    sa.Column("purge_after", UtcTime),
)
sa.Index(
    "ix_files_purge_after",
    files.c.purge_after,
    sqlite_where=sa.text("purge_after IS NOT NULL"),
    postgresql_where=sa.text("purge_after IS NOT NULL"),
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("visit_id", _ID, sa.ForeignKey("visits.id"), nullable=False, index=True),
    sa.Column("token_sha256", _DIGEST, nullable=False, unique=True),
    sa.Column("created_at", UtcTime, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id_sha256", _DIGEST, primary_key=True),
    sa.Column("kind", _CODE, nullable=False),
    sa.Column("subject", _ID, nullable=False),
    sa.Column("visit_id", _ID),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False, index=True),
    sa.Column("revoked_at", UtcTime),
)
sa.Index("ix_sessions_subject", sessions.c.kind, sessions.c.subject)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("sha256", _DIGEST, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("revoked_at", UtcTime),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("api_key", _ID, primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("body_digest", _DIGEST, nullable=False),
    sa.Column("visit_id", _ID, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False, index=True),
)

throttles = sa.Table(
    "throttles",
    metadata,
    sa.Column("key", sa.String(128), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("window_ends_at", UtcTime, nullable=False, index=True),
)

recordings = sa.Table(
    "recordings",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("visit_id", _ID, sa.ForeignKey("visits.id"), nullable=False, index=True),
    # Who may have it later is said here once, when it begins: no change of the visit can give it to others.
    sa.Column("clinic_id", _ID, nullable=False),
    sa.Column("clinician_id", _ID, nullable=False, index=True),
    sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
)

recording_jobs = sa.Table(
    "recording_jobs",
    metadata,
    sa.Column("recording_id", _ID, sa.ForeignKey("recordings.id"), primary_key=True),
    sa.Column("layout", _CODE, primary_key=True),
    sa.Column("state", _CODE, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("claim", _ID),
    sa.Column("percent", sa.Integer, nullable=False),
    sa.Column("error", _CODE),
)
sa.Index("ix_recording_jobs_due", recording_jobs.c.state, recording_jobs.c.due_at)

recording_files = sa.Table(
    "recording_files",
    metadata,
    sa.Column("recording_id", _ID, sa.ForeignKey("recordings.id"), primary_key=True),
    sa.Column("name", _ID, primary_key=True),
    sa.Column("layout", _CODE, nullable=False),
    sa.Column("endpoint", _ID),
    sa.Column("seconds", sa.Double, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", _DIGEST, nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
)

media_workers = sa.Table(
    "media_workers",
    metadata,
    sa.Column("address", sa.String(255), primary_key=True),
    sa.Column("started", _ID, nullable=False),
    sa.Column("heard_at", UtcTime),
    sa.Column("draining", sa.Boolean, nullable=False),
    sa.Column("packets", sa.Integer, nullable=False),
)

media_rooms = sa.Table(
    "media_rooms",
    metadata,
    # No foreign keys: a room is weather, and may be forgotten before or after its visit.
    sa.Column("room", _ID, primary_key=True),
    sa.Column("worker", sa.String(255), nullable=False, index=True),
    sa.Column("started", _ID, nullable=False),
    sa.Column("placed_at", UtcTime, nullable=False),
)
