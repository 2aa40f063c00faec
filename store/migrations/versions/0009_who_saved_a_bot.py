"""Who saved a version of a bot's settings; unknown for those that are there already."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("bot_versions", sa.Column("saved_by", sa.Text(), nullable=True))
