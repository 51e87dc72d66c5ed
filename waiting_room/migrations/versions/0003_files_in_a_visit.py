"""Files in a visit: photos, documents and still pictures, sealed in parts.

Revision ID: 0003
Revises: 0002

"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.String(64)
_TIME = sa.BigInteger()  # whole milliseconds since the epoch, UTC


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "files",
        sa.Column("id", _ID, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("visit_id", _ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("shared_at", _TIME),
        sa.Column("purge_after", _TIME),
        sa.PrimaryKeyConstraint("id", "part", name="pk_files"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_files_visit_id"),
    )
    op.create_index("ix_files_visit_id", "files", ["visit_id"])
    due = sa.text("purge_after IS NOT NULL")
    op.create_index("ix_files_purge_after", "files", ["purge_after"], sqlite_where=due, postgresql_where=due)
