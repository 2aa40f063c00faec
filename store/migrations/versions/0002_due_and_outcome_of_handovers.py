"""Due time, first missed due time and what came of it, on the handover itself: it may have several tasks, or none."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TIME = sa.DateTime(timezone=True)

TASKS = (
    "FROM tasks WHERE tasks.conversation_id = handovers.conversation_id AND tasks.handover_number = handovers.number"
)


def upgrade() -> None:
    op.add_column("handovers", sa.Column("due_at", TIME, nullable=True))
    op.add_column("handovers", sa.Column("breached_at", TIME, nullable=True))
    for name in ("converted", "unnecessary"):
        op.add_column("handovers", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    _fill_in()


def _fill_in() -> None:
    """What the tasks know. A case that is still open brings the rest when it changes."""
    op.execute(f"UPDATE handovers SET due_at = (SELECT MAX(due_at) {TASKS})")
    op.execute(f"UPDATE handovers SET breached_at = (SELECT MIN(due_at) {TASKS} AND completed_at > due_at)")
    for name in ("converted", "unnecessary"):
        op.execute(f"UPDATE handovers SET {name} = EXISTS (SELECT 1 {TASKS} AND tasks.{name})")
