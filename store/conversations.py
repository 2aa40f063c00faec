"""Conversations and contacts as a write transaction needs them: there, locked until it ends, and told of."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handover.casefile import OpenRequest
from handover.errors import NotFound
from handover.messages import Contact, ContactStatus, ConversationStatus
from handover.trying import is_test
from handover.turns import BeginRequest, Keep
from store.events import emit
from store.tables import ContactRow, ConversationRow, MessageRow
from store.writing import add

LIMITS = {"name": 200, "phone": 40, "email": 254}
"""What a contact has of its own among collected fields, with the longest text that a Contact may have there."""


Source = BeginRequest | Keep | OpenRequest
"""What brings a conversation into the store: each names the conversation, its channel and its contact."""


async def locked(session: AsyncSession, conversation_id: str) -> ConversationRow:
    """A conversation that nobody else can change until the transaction ends. Raises NotFound."""
    row = await session.get(ConversationRow, conversation_id, with_for_update=True)
    if row is None:
        raise NotFound("conversation", conversation_id)
    return row


async def contact_of(session: AsyncSession, conversation: ConversationRow) -> ContactRow:
    """The contact of a conversation, locked as well: other conversations may have the same one."""
    return await session.get_one(ContactRow, conversation.contact_id, with_for_update=True)


async def ensure(
    session: AsyncSession, now: datetime, source: Source, bot_id: str | None
) -> tuple[ConversationRow, ContactRow]:
    """A conversation and its contact, locked; made where they were missing, and what was empty filled in."""
    if await session.get(ConversationRow, source.conversation_id) is None:
        await _create(session, now, source)
    conversation = await locked(session, source.conversation_id)
    conversation.bot_id = conversation.bot_id or bot_id
    person = await contact_of(session, conversation)
    _fill(person, source.contact)
    return conversation, person


async def _create(session: AsyncSession, now: datetime, source: Source) -> None:
    contact_id = _contact_id(source)
    known = source.contact.model_dump(mode="json", include={"owner", "tags", "status"})
    await add(session, ContactRow, {"id": contact_id, **known})
    whose = {"id": source.conversation_id, "channel": source.channel, "contact_id": contact_id}
    await add(session, ConversationRow, {**whose, "created_at": now, "last_at": now})


def _contact_id(source: Source) -> str:
    """A test has a contact of its own: nothing that is tried changes what is known of a real one."""
    known = None if is_test(source.channel) else source.contact.id
    return known or source.conversation_id


def _fill(person: ContactRow, contact: Contact) -> None:
    """Take over what was not known before. What is known is never erased."""
    for name in LIMITS:
        setattr(person, name, getattr(person, name) or getattr(contact, name))
    person.fields = {**contact.fields, **person.fields}


def enrich(person: ContactRow, told: Contact) -> None:
    """Add what a sender says of somebody who may be known already. Tags are added, and none is taken away."""
    _fill(person, told)
    person.tags = list(dict.fromkeys([*person.tags, *told.tags]))
    person.owner = person.owner or told.owner
    if person.status == ContactStatus.new:
        person.status = told.status


def raise_fence(
    conversation: ConversationRow, status: ConversationStatus, handover: int | None, assignee: str | None
) -> None:
    """From now on nothing of an older epoch leaves."""
    conversation.epoch += 1
    conversation.status, conversation.handover, conversation.assignee = status, handover, assignee


def tell_standing(session: AsyncSession, conversation: ConversationRow, at: datetime) -> None:
    """Emit who may speak now."""
    names = ("epoch", "status", "handover", "assignee")
    emit(session, conversation.id, "status", at, {name: getattr(conversation, name) for name in names})


def tell_outbox(session: AsyncSession, message: MessageRow, at: datetime) -> None:
    """Emit, for the team's eyes, that a message waits for its channel, does no longer, or failed there."""
    emit(session, message.conversation_id, "outbox", at, {"row": message.row, "failed": message.failed})


def fail_message(session: AsyncSession, message: MessageRow, why: str, at: datetime) -> None:
    """A message will not arrive, or did not after all; the team sees why."""
    message.failed, message.leaving_at = why, None
    tell_outbox(session, message, at)


def tell_message(session: AsyncSession, message: MessageRow, at: datetime) -> None:
    """Emit that readers can see a message. Its text is not part of the event: `row` finds it."""
    names = ("row", "message_id", "author", "turn")
    emit(session, message.conversation_id, "message", at, {name: getattr(message, name) for name in names})
