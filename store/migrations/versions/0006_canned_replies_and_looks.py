"""The inbox: texts that the team keeps ready, and up to where each person has seen a conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "looks",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_looks_conversation_id"),
        sa.PrimaryKeyConstraint("staff_id", "conversation_id", name="pk_looks"),
    )
    op.create_table(
        "canned_replies",
        sa.Column("id", ROW_NUMBER, sa.Identity(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_canned_replies"),
        sa.UniqueConstraint("title", name="uq_canned_replies_title"),
    )
    op.create_index("ix_handovers_status", "handovers", ["status"])
