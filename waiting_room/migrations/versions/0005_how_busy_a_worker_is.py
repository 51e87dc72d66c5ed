"""How busy a media worker is: rooms go to the least busy one, and a waiting room is not a busy one.

Revision ID: 0005
Revises: 0004

"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Packets sent per second, in place of a number of rooms that nobody read."""
    with op.batch_alter_table("media_workers") as table:
        table.add_column(sa.Column("packets", sa.Integer(), nullable=False, server_default="0"))
        table.drop_column("rooms")
    with op.batch_alter_table("media_workers") as table:
        table.alter_column("packets", server_default=None)
