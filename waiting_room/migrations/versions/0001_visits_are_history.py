"""Visits are history: journal, projection, texts, and what the doors need.

Revision ID: 0001
Revises: nothing

"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.String(64)
_DIGEST = sa.String(64)
_CODE = sa.String(64)
_TIME = sa.BigInteger()  # whole milliseconds since the epoch, UTC


def upgrade() -> None:
    """Lay out everything."""
    _doors()
    _visits()


def _doors() -> None:
    op.create_table(
        "clinics",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("desk_phone", sa.Text(), nullable=False),
        sa.Column("urgent_care", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clinics"),
    )
    op.create_table(
        "staff",
        sa.Column("id", _ID, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credentials", sa.Text(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("login", name="uq_staff_login"),
    )
    op.create_table(
        "staff_clinics",
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("clinic_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "clinic_id", name="pk_staff_clinics"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_staff_clinics_staff_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name="fk_staff_clinics_clinic_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "sessions",
        sa.Column("id_sha256", _DIGEST, nullable=False),
        sa.Column("kind", _CODE, nullable=False),
        sa.Column("subject", _ID, nullable=False),
        sa.Column("visit_id", _ID),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME),
        sa.PrimaryKeyConstraint("id_sha256", name="pk_sessions"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_subject", "sessions", ["kind", "subject"])
    op.create_table(
        "api_keys",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sha256", _DIGEST, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("sha256", name="uq_api_keys_sha256"),
    )
    op.create_table(
        "idempotency",
        sa.Column("api_key", _ID, nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("body_digest", _DIGEST, nullable=False),
        sa.Column("visit_id", _ID, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("api_key", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])
    op.create_table(
        "throttles",
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("window_ends_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_throttles"),
    )
    op.create_index("ix_throttles_window_ends_at", "throttles", ["window_ends_at"])


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", _ID, nullable=False),
        sa.Column("clinic_id", _ID, nullable=False),
        sa.Column("state", _CODE, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", _DIGEST, nullable=False),
        sa.Column("claimed_by", _ID),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("deadline_at", _TIME),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("legal_hold_at", _TIME),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
    )
    _partial(
        "uq_visits_claimed_by", "visits", ["claimed_by"], "state IN ('claimed', 'in_visit')", unique=True
    )
    _partial("ix_visits_open", "visits", ["clinic_id", "due_at"], "ended_at IS NULL")
    _partial("ix_visits_deadline_at", "visits", ["deadline_at"], "deadline_at IS NOT NULL")
    op.create_table(
        "journal",
        sa.Column("visit_id", _ID, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("type", _CODE, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("actor_role", _CODE, nullable=False),
        sa.Column("actor_id", _ID, nullable=False),
        sa.Column("command_id", _ID, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("prev_hash", _DIGEST, nullable=False),
        sa.Column("hash", _DIGEST, nullable=False),
        sa.PrimaryKeyConstraint("visit_id", "seq", name="pk_journal"),
        sa.UniqueConstraint("visit_id", "command_id", "part", name="uq_journal_command"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_journal_visit_id"),
    )
    op.create_table(
        "texts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("visit_id", _ID, nullable=False),
        sa.Column("kind", _CODE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("purge_after", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_texts"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_texts_visit_id"),
    )
    op.create_index("ix_texts_visit_id", "texts", ["visit_id"])
    _partial("ix_texts_purge_after", "texts", ["purge_after"], "purge_after IS NOT NULL")
    op.create_table(
        "links",
        sa.Column("id", _ID, nullable=False),
        sa.Column("visit_id", _ID, nullable=False),
        sa.Column("token_sha256", _DIGEST, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("token_sha256", name="uq_links_token_sha256"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_links_visit_id"),
    )
    op.create_index("ix_links_visit_id", "links", ["visit_id"])


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
