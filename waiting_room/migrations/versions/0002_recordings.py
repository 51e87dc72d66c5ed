"""Recordings: whose they are, their wrapped keys, the composing of their files, and the files.

Revision ID: 0002
Revises: 0001

"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.String(64)
_DIGEST = sa.String(64)
_CODE = sa.String(64)
_TIME = sa.BigInteger()  # whole milliseconds since the epoch, UTC


def upgrade() -> None:
    """Three tables beside the visits."""
    op.create_table(
        "recordings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("visit_id", _ID, nullable=False),
        sa.Column("clinic_id", _ID, nullable=False),
        sa.Column("clinician_id", _ID, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_recordings_visit_id"),
    )
    op.create_index("ix_recordings_visit_id", "recordings", ["visit_id"])
    op.create_index("ix_recordings_clinician_id", "recordings", ["clinician_id"])
    op.create_table(
        "recording_jobs",
        sa.Column("recording_id", _ID, nullable=False),
        sa.Column("layout", _CODE, nullable=False),
        sa.Column("state", _CODE, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claim", _ID),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("error", _CODE),
        sa.PrimaryKeyConstraint("recording_id", "layout", name="pk_recording_jobs"),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name="fk_recording_jobs_recording_id"),
    )
    op.create_index("ix_recording_jobs_due", "recording_jobs", ["state", "due_at"])
    op.create_table(
        "recording_files",
        sa.Column("recording_id", _ID, nullable=False),
        sa.Column("name", _ID, nullable=False),
        sa.Column("layout", _CODE, nullable=False),
        sa.Column("endpoint", _ID),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", _DIGEST, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("recording_id", "name", name="pk_recording_files"),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name="fk_recording_files_recording_id"),
    )
