"""When a notification was sent: a worker may be killed between keeping and sending it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("notifications", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    # Nobody noted it until now. One that was not sent after all is rarer than a repeated attempt of one that was.
    op.execute("UPDATE notifications SET sent_at = at")
