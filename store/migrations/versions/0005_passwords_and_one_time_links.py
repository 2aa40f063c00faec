"""Passwords, the one-time links to choose one, wrong tries, and what a session's owner wants to know of it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "passwords",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name="pk_passwords"),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name="pk_sign_in_links"),
        sa.UniqueConstraint("hash", name="uq_sign_in_links_hash"),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_last_at", "sign_in_tries", ["last_at"])
    op.add_column("sessions", sa.Column("opened_at", TIME, nullable=True))
    op.add_column("sessions", sa.Column("browser", sa.Text(), nullable=False, server_default=""))
