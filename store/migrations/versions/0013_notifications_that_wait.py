"""Notifications that wait for quiet hours to end, or for others to leave with, and those that were given up."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("notifications", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notifications", sa.Column("failed", sa.Text(), nullable=False, server_default=""))
