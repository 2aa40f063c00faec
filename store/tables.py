"""The tables. What is no projection of the workflows is named in docs/architecture.md, rule 1."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedSQLExpression, column_property, mapped_column

from handover.ids import HandoverId, TaskId
from store.types import StorableText, UtcDateTime

# Plain JSON rather than PostgreSQL's JSONB: it keeps the order of keys, and settings come back as they were written.
_JSON = JSON(none_as_null=True)
_ROW_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        str: StorableText(),
        datetime: UtcDateTime(),
        dict[str, Any]: _JSON,
        dict[str, str]: _JSON,
        list[str]: _JSON,
        list[dict[str, str]]: _JSON,
        list[dict[str, Any]]: _JSON,
    }


def _numbered() -> Mapped[int]:
    """A primary key that the database counts up."""
    return mapped_column(_ROW_NUMBER, Identity(), primary_key=True)


# ---- conversations ---------------------------------------------------------------------------------------------------


class ContactRow(Base):
    __tablename__ = "contacts"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    owner: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(default=list)
    fields: Mapped[dict[str, str]] = mapped_column(default=dict)
    status: Mapped[str] = mapped_column(default="new")


class ConversationRow(Base):
    """A conversation and its fence: who may speak (`status`, `handover`, `assignee`), as of which `epoch`."""

    __tablename__ = "conversations"
    __table_args__ = (Index(None, "last_at", "id"), Index(None, "status"), Index(None, "created_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    bot_id: Mapped[str | None]
    channel: Mapped[str]
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    status: Mapped[str] = mapped_column(default="bot")
    epoch: Mapped[int] = mapped_column(default=0)
    handover: Mapped[int | None]
    assignee: Mapped[str | None]
    created_at: Mapped[datetime]
    last_at: Mapped[datetime]


def _channel_of(conversation_id: Mapped[str]) -> MappedSQLExpression[str]:
    """The channel of the conversation that a row belongs to, read along with it."""
    channel = select(ConversationRow.channel).where(ConversationRow.id == conversation_id)
    return column_property(channel.correlate_except(ConversationRow).scalar_subquery())


class FenceMoveRow(Base):
    """One raise of a conversation's epoch, and the standing that it gave."""

    __tablename__ = "fence_moves"

    key: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    epoch: Mapped[int]
    status: Mapped[str]
    handover: Mapped[int | None]
    assignee: Mapped[str | None]


class MessageRow(Base):
    """One message. `left_at` is null while it waits in the outbox, or for ever where it `failed` (that says why).

    `leaving_at`: since when somebody is handing it over. `reference`: how a system outside calls it.

    What came in (`inbound`) and what goes out number their messages apart: a contact who picks the key of an answer as the
    id of a message must not keep that answer from being sent.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "inbound", "message_id"),
        Index(None, "conversation_id", "row"),
        Index(None, "conversation_id", "turn"),
        Index(None, "reference"),
        Index(None, "left_at"),
    )

    row: Mapped[int] = _numbered()
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[str]
    inbound: Mapped[bool]
    author: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]
    turn: Mapped[int | None]
    epoch: Mapped[int | None]
    staff_id: Mapped[str | None]
    label: Mapped[str] = mapped_column(default="")
    handover: Mapped[int | None]
    left_at: Mapped[datetime | None]
    leaving_at: Mapped[datetime | None]
    failed: Mapped[str] = mapped_column(default="")
    reference: Mapped[str | None]
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(default=list)


class AttachmentRow(Base):
    """What a visitor has attached and is kept here. `sent`: a message that refers to it has been taken in."""

    __tablename__ = "attachments"
    __table_args__ = (Index(None, "conversation_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(deferred=True)
    at: Mapped[datetime]
    sent: Mapped[bool] = mapped_column(default=False)


class ToldRow(Base):
    """What a channel outside was told of how its conversation stands."""

    __tablename__ = "told"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    told: Mapped[dict[str, Any]]


class SentPartRow(Base):
    """A part of a message that was, or is about to be, handed to a system which takes a repeated request for a new one.

    `reference`: how that system calls it; null until it has said that it took it. Messages are named by their keys: a row
    number may come again after a message was withdrawn.
    """

    __tablename__ = "sent_parts"
    __table_args__ = (Index(None, "reference"), Index(None, "begun_at"))

    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime]
    reference: Mapped[str | None]


class EventRow(Base):
    """Something that happened, written together with what it tells."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "conversation_id", "id"), Index(None, "kind", "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = _numbered()
    conversation_id: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


# ---- handovers -------------------------------------------------------------------------------------------------------


class HandoverRow(Base):
    """A handover. `seq` is that of the `case` it was written from; -1 until its workflow has saved one.

    `channel` is its conversation's: where a handover is counted, one of the channel of tests is left out.
    """

    __tablename__ = "handovers"
    __table_args__ = (
        UniqueConstraint("conversation_id", "trigger_key"),
        Index(None, "opened_at"),
        Index(None, "assignee", "status"),
        Index(None, "status"),
    )

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = _channel_of(conversation_id)
    bot_id: Mapped[str]
    trigger_key: Mapped[str]
    turn: Mapped[int]
    seq: Mapped[int] = mapped_column(default=-1)
    status: Mapped[str] = mapped_column(default="open")
    reason: Mapped[str]
    priority: Mapped[str]
    request: Mapped[str]
    assignee: Mapped[str | None]
    opened_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    first_response_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]
    due_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    converted: Mapped[bool] = mapped_column(default=False)
    unnecessary: Mapped[bool] = mapped_column(default=False)
    next_step: Mapped[str] = mapped_column(default="")
    next_at: Mapped[datetime | None]
    trigger: Mapped[dict[str, Any]]
    policy: Mapped[dict[str, Any]]
    case: Mapped[dict[str, Any] | None]

    @property
    def handover_id(self) -> str:
        return str(HandoverId(self.conversation_id, self.number))


def _of_a_handover() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["conversation_id", "handover_number"], ["handovers.conversation_id", "handovers.number"]
    )


class TaskRow(Base):
    __tablename__ = "tasks"
    __table_args__ = (_of_a_handover(), Index(None, "due_at"), Index(None, "assignee", "status"))

    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = _channel_of(conversation_id)
    handover_number: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    priority: Mapped[str]
    status: Mapped[str]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    assignee: Mapped[str | None]
    outcome: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]
    converted: Mapped[bool] = mapped_column(default=False)
    unnecessary: Mapped[bool] = mapped_column(default=False)

    @property
    def handover_id(self) -> str:
        return str(HandoverId(self.conversation_id, self.handover_number))

    @property
    def task_id(self) -> str:
        return str(TaskId(self.conversation_id, self.handover_number, self.number))


class LogRow(Base):
    __tablename__ = "handover_log"
    __table_args__ = (_of_a_handover(), UniqueConstraint("conversation_id", "handover_number", "key"))

    row: Mapped[int] = _numbered()
    conversation_id: Mapped[str]
    handover_number: Mapped[int]
    key: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
    details: Mapped[dict[str, Any]]

    @property
    def handover_id(self) -> str:
        return str(HandoverId(self.conversation_id, self.handover_number))


class ReservationRow(Base):
    """Who has a place taken by a handover. A projected handover may come later than its reservation: no foreign key."""

    __tablename__ = "reservations"

    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    handover_number: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(index=True)


class AssignmentRow(Base):
    """The answer to an AssignRequest, kept for its repetitions."""

    __tablename__ = "assignments"

    key: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class NotificationRow(Base):
    """One notification by one channel. `sent_at` is null until the channel has taken it.

    held_until: when what is not sent at once leaves. failed: why it is not sent any more.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("key", "channel"),
        Index(None, "staff_id", "channel", "id"),
        Index(None, "sent_at"),
    )

    id: Mapped[int] = _numbered()
    key: Mapped[str]
    channel: Mapped[str]
    staff_id: Mapped[str]
    event: Mapped[str]
    conversation_id: Mapped[str]
    number: Mapped[int]
    text: Mapped[str]
    at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    failed: Mapped[str] = mapped_column(default="")


class MissedRow(Base):
    """A turn in which a reviewer says that the bot should have handed over. No workflow knows of it: backtests do."""

    __tablename__ = "missed_handovers"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class LookRow(Base):
    """Up to which event a person has seen a conversation. No workflow knows of it: the inbox does."""

    __tablename__ = "looks"

    staff_id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    event: Mapped[int] = mapped_column(BigInteger())


class CannedReplyRow(Base):
    """A text that the team keeps ready for its answers."""

    __tablename__ = "canned_replies"

    id: Mapped[int] = _numbered()
    title: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


# ---- programs that are told ------------------------------------------------------------------------------------------


class SubscriptionRow(Base):
    """A program that is told of changes. `secret` is kept as it is, for events are signed with it. `from_event`: nothing up to
    there is sent unless somebody asks for it."""

    __tablename__ = "subscriptions"

    id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    secret: Mapped[str]
    former_secret: Mapped[str | None]
    former_secret_until: Mapped[datetime | None]
    events: Mapped[list[str]]
    enabled: Mapped[bool] = mapped_column(default=True)
    off_because: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)
    from_event: Mapped[int] = mapped_column(BigInteger())
    created_by: Mapped[str]
    created_at: Mapped[datetime]


class SubscriptionCursorRow(Base):
    """Up to which event a conversation has been looked through for a subscription."""

    __tablename__ = "subscription_cursors"

    subscription_id: Mapped[str] = mapped_column(ForeignKey("subscriptions.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    event: Mapped[int] = mapped_column(BigInteger())


class DeliveryRow(Base):
    """One event (its `events.id`) for one subscription, and what became of it: `waiting`, `sent` or `failed`."""

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "subscription_id", "state", "conversation_id", "event"),)

    subscription_id: Mapped[str] = mapped_column(ForeignKey("subscriptions.id"), primary_key=True)
    event: Mapped[int] = mapped_column(BigInteger(), primary_key=True)
    conversation_id: Mapped[str]
    number: Mapped[int]
    type: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    why: Mapped[str] = mapped_column(default="")
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


# ---- settings --------------------------------------------------------------------------------------------------------


class BotRow(Base):
    """A bot and its current version. The lowest `row` that has a channel answers there what names no bot; where none has,
    the lowest of all: the default bot."""

    __tablename__ = "bots"

    row: Mapped[int] = _numbered()
    id: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(default=0)


class BotVersionRow(Base):
    __tablename__ = "bot_versions"

    bot_id: Mapped[str] = mapped_column(ForeignKey("bots.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]]
    knowledge: Mapped[list[dict[str, str]]]
    at: Mapped[datetime]
    saved_by: Mapped[str | None]


class StaffRow(Base):
    """A staff member. `last_assigned` grows over the whole team: who has the lowest waits longest for a case."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]]
    last_assigned: Mapped[int] = mapped_column(default=0)


# ---- access ----------------------------------------------------------------------------------------------------------


class KeyRow(Base):
    """An API key. `is_first`: the settings, or a file, say what it is. `revoked_by`: a caller, or "settings"."""

    __tablename__ = "api_keys"

    id: Mapped[int] = _numbered()
    hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    staff_id: Mapped[str | None]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    access: Mapped[str] = mapped_column(default="admin")
    is_first: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[str] = mapped_column(default="")
    revoked_by: Mapped[str | None]


class SessionRow(Base):
    """Somebody who is signed in. `key_id`: the API key that they came in with; null where it was a password."""

    __tablename__ = "sessions"

    hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    browser: Mapped[str] = mapped_column(default="")
    key_id: Mapped[int | None] = mapped_column(BigInteger())


class PasswordRow(Base):
    """A person's password, as a slow hash with a salt of its own."""

    __tablename__ = "passwords"

    staff_id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str]
    set_at: Mapped[datetime]


class LinkRow(Base):
    """A one-time link with which a person chooses a password; one a person, the newest."""

    __tablename__ = "sign_in_links"

    staff_id: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    made_by: Mapped[str]
    expires_at: Mapped[datetime]


class TriesRow(Base):
    """Wrong passwords in a row: for a name, for an address, and for the two together."""

    __tablename__ = "sign_in_tries"

    subject: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)


class ReceiptRow(Base):
    """A request of an actor, and the answer that it got; `status` is null while it is being worked on."""

    __tablename__ = "receipts"

    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    begun_at: Mapped[datetime]
    status: Mapped[int | None]
    answer: Mapped[dict[str, Any] | None]


class AuditRow(Base):
    """What somebody did or tried. `bucket`: what is counted together in this row, `times` from `at` to `last_at`; null for
    what is written down each time."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "kind", "at"), Index(None, "actor"), Index(None, "at"))

    id: Mapped[int] = _numbered()
    kind: Mapped[str]
    actor: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)
    last_at: Mapped[datetime | None]
    bucket: Mapped[str | None] = mapped_column(unique=True, index=True)
