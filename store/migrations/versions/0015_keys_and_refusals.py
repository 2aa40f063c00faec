"""What an API key may do, who made and revoked it, the sessions that it opened; refusals that are counted in the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    _keys()
    _audit()


def _keys() -> None:
    """Keys of before could do everything. Those without a person were all first keys: nothing else made any."""
    op.add_column("api_keys", sa.Column("access", sa.Text(), nullable=False, server_default="admin"))
    op.add_column("api_keys", sa.Column("is_first", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("api_keys", sa.Column("made_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("api_keys", sa.Column("revoked_by", sa.Text(), nullable=True))
    op.execute("UPDATE api_keys SET is_first = true WHERE name = 'first key' AND staff_id IS NULL")
    op.add_column("sessions", sa.Column("key_id", sa.BigInteger(), nullable=True))


def _audit() -> None:
    op.add_column("audit", sa.Column("times", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("audit", sa.Column("last_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("audit", sa.Column("bucket", sa.Text(), nullable=True))
    op.create_index("ix_audit_bucket", "audit", ["bucket"], unique=True)
    op.create_index("ix_audit_kind_at", "audit", ["kind", "at"])
    op.create_index("ix_audit_actor", "audit", ["actor"])
    op.create_index("ix_audit_at", "audit", ["at"])
