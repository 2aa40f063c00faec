"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    for create in (
        _contacts,
        _conversations,
        _fence_moves,
        _messages,
        _events,
        _handovers,
        _tasks,
        _handover_log,
        _reservations,
        _assignments,
        _notifications,
        _bots,
        _bot_versions,
        _staff,
        _api_keys,
        _sessions,
        _receipts,
        _audit,
    ):
        create()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "contacts",
    "conversations",
    "fence_moves",
    "messages",
    "events",
    "handovers",
    "tasks",
    "handover_log",
    "reservations",
    "assignments",
    "notifications",
    "bots",
    "bot_versions",
    "staff",
    "api_keys",
    "sessions",
    "receipts",
    "audit",
)


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("bot_id", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("handover", sa.Integer(), nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_conversations_contact_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_contact_id", "conversations", ["contact_id"])
    op.create_index("ix_conversations_created_at", "conversations", ["created_at"])
    op.create_index("ix_conversations_last_at_id", "conversations", ["last_at", "id"])
    op.create_index("ix_conversations_status", "conversations", ["status"])


def _fence_moves() -> None:
    op.create_table(
        "fence_moves",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("handover", sa.Integer(), nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_fence_moves_conversation_id"),
        sa.PrimaryKeyConstraint("key", name="pk_fence_moves"),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("row", ROW_NUMBER, sa.Identity(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("inbound", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("handover", sa.Integer(), nullable=True),
        sa.Column("left_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_messages_conversation_id"),
        sa.PrimaryKeyConstraint("row", name="pk_messages"),
        sa.UniqueConstraint(
            "conversation_id", "inbound", "message_id", name="uq_messages_conversation_id_inbound_message_id"
        ),
    )
    op.create_index("ix_messages_conversation_id_row", "messages", ["conversation_id", "row"])
    op.create_index("ix_messages_conversation_id_turn", "messages", ["conversation_id", "turn"])


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", ROW_NUMBER, sa.Identity(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_conversation_id_id", "events", ["conversation_id", "id"])


def _handovers() -> None:
    op.create_table(
        "handovers",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bot_id", sa.Text(), nullable=False),
        sa.Column("trigger_key", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("acknowledged_at", TIME, nullable=True),
        sa.Column("first_response_at", TIME, nullable=True),
        sa.Column("completed_at", TIME, nullable=True),
        sa.Column("completed_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("next_at", TIME, nullable=True),
        sa.Column("trigger", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("case", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_handovers_conversation_id"),
        sa.PrimaryKeyConstraint("conversation_id", "number", name="pk_handovers"),
        sa.UniqueConstraint("conversation_id", "trigger_key", name="uq_handovers_conversation_id_trigger_key"),
    )
    op.create_index("ix_handovers_assignee_status", "handovers", ["assignee", "status"])
    op.create_index("ix_handovers_opened_at", "handovers", ["opened_at"])


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("handover_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("completed_at", TIME, nullable=True),
        sa.Column("completed_by", sa.Text(), nullable=True),
        sa.Column("converted", sa.Boolean(), nullable=False),
        sa.Column("unnecessary", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "handover_number"],
            ["handovers.conversation_id", "handovers.number"],
            name="fk_tasks_conversation_id_handover_number",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "handover_number", "number", name="pk_tasks"),
    )
    op.create_index("ix_tasks_assignee_status", "tasks", ["assignee", "status"])
    op.create_index("ix_tasks_due_at", "tasks", ["due_at"])


def _handover_log() -> None:
    op.create_table(
        "handover_log",
        sa.Column("row", ROW_NUMBER, sa.Identity(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("handover_number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "handover_number"],
            ["handovers.conversation_id", "handovers.number"],
            name="fk_handover_log_conversation_id_handover_number",
        ),
        sa.PrimaryKeyConstraint("row", name="pk_handover_log"),
        sa.UniqueConstraint(
            "conversation_id", "handover_number", "key", name="uq_handover_log_conversation_id_handover_number_key"
        ),
    )


def _reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("handover_number", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "handover_number", name="pk_reservations"),
    )
    op.create_index("ix_reservations_staff_id", "reservations", ["staff_id"])


def _assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_assignments"),
    )


def _notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", ROW_NUMBER, sa.Identity(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("read_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint("key", "channel", name="uq_notifications_key_channel"),
    )
    op.create_index("ix_notifications_staff_id_channel_id", "notifications", ["staff_id", "channel", "id"])


def _bots() -> None:
    op.create_table(
        "bots",
        sa.Column("row", ROW_NUMBER, sa.Identity(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_bots"),
        sa.UniqueConstraint("id", name="uq_bots_id"),
    )


def _bot_versions() -> None:
    op.create_table(
        "bot_versions",
        sa.Column("bot_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("knowledge", sa.JSON(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["bot_id"], ["bots.id"], name="fk_bot_versions_bot_id"),
        sa.PrimaryKeyConstraint("bot_id", "version", name="pk_bot_versions"),
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("last_assigned", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
    )


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", ROW_NUMBER, sa.Identity(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("hash", name="uq_api_keys_hash"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_staff_id", "sessions", ["staff_id"])


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("actor", "key", name="pk_receipts"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ROW_NUMBER, sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
