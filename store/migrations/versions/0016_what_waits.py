"""What waits is found without reading everything that ever was."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_index(op.f("ix_messages_left_at"), "messages", ["left_at"])
    op.create_index(op.f("ix_notifications_sent_at"), "notifications", ["sent_at"])
