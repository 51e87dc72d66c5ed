"""Which media worker has which room: several web processes share the workers.

Revision ID: 0004
Revises: 0003

"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.String(64)
_ADDRESS = sa.String(255)
_TIME = sa.BigInteger()  # whole milliseconds since the epoch, UTC


def upgrade() -> None:
    """Two tables, both empty: rooms are weather."""
    op.create_table(
        "media_workers",
        sa.Column("address", _ADDRESS, nullable=False),
        sa.Column("started", _ID, nullable=False),
        sa.Column("heard_at", _TIME),
        sa.Column("rooms", sa.Integer(), nullable=False),
        sa.Column("draining", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_media_workers"),
    )
    op.create_table(
        "media_rooms",
        sa.Column("room", _ID, nullable=False),
        sa.Column("worker", _ADDRESS, nullable=False),
        sa.Column("started", _ID, nullable=False),
        sa.Column("placed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("room", name="pk_media_rooms"),
    )
    op.create_index("ix_media_rooms_worker", "media_rooms", ["worker"])
