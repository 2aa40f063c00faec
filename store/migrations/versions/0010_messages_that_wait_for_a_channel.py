"""Messages that wait for a channel outside, or failed there, and what the channel was told of its conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("messages", sa.Column("leaving_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("messages", sa.Column("failed", sa.Text(), nullable=False, server_default=""))
    op.add_column("messages", sa.Column("reference", sa.Text(), nullable=True))
    op.create_index("ix_messages_reference", "messages", ["reference"])
    op.create_table(
        "told",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_told_conversation_id"),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_told"),
    )
