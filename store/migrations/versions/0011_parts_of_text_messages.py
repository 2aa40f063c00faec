"""Parts of messages for a system that takes a repeated request for a new one: which of them it has."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "sent_parts",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("conversation_id", "key", "part", name="pk_sent_parts"),
    )
    op.create_index("ix_sent_parts_reference", "sent_parts", ["reference"])
    op.create_index("ix_sent_parts_begun_at", "sent_parts", ["begun_at"])
