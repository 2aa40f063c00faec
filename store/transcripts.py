"""A conversation's history: what the contact said, what is known of them, and everything that was said since."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.attachments import said_with
from handover.messages import Author, Contact, ConversationStatus, PostedMessage
from handover.ports import Line, Recorded
from handover.turns import BeginRequest, Begun, Keep
from store import shapes
from store.conversations import LIMITS, contact_of, enrich, ensure, locked, raise_fence, tell_message, tell_standing
from store.outbox import Outbox
from store.tables import ConversationRow, HandoverRow, MessageRow
from store.writing import add


class Transcripts(Outbox):
    """Implements handover.ports.Transcripts."""

    async def begin(self, request: BeginRequest, bot_id: str) -> Begun:
        """What is known of a conversation, whose rows are made where they are missing; a closed one is the bot's again,
        unless all that waits for it are messages that came before."""
        async with self._database.write() as session:
            conversation, person = await ensure(session, self._clock(), request, bot_id)
            enrich(person, request.contact)
            if conversation.status == ConversationStatus.closed and not await _said_before(session, request):
                raise_fence(conversation, ConversationStatus.bot, None, None)
                tell_standing(session, conversation, self._clock())
            return Begun(
                standing=shapes.standing(conversation),
                turn=await _newest_turn(session, conversation.id),
                bot_id=conversation.bot_id or bot_id,
                contact=shapes.contact(person),
                channel=conversation.channel,
            )

    async def record(self, keep: Keep) -> Recorded:
        """Write down what the contact said. A message that another turn has taken is a duplicate and not in `rows`; one
        of this turn is there because the activity runs again, and counts."""
        async with self._database.write() as session:
            conversation, person = await ensure(session, self._clock(), keep, keep.bot_id)
            for message in keep.messages:
                await self._add_said(session, conversation, keep, message)
                enrich(person, message.contact or Contact())
            rows = await _rows_of(session, keep)
            fresh = bool(rows) or not keep.messages
            return Recorded(shapes.standing(conversation), shapes.contact(person), rows, fresh)

    async def _add_said(
        self, session: AsyncSession, conversation: ConversationRow, keep: Keep, message: PostedMessage
    ) -> None:
        now = self._clock()
        row = await add(session, MessageRow, _said(keep, message, now))
        if row is not None:
            conversation.last_at = now
            tell_message(session, await session.get_one(MessageRow, row), now)

    async def learn(self, conversation_id: str, fields: dict[str, str]) -> Contact:
        """Add collected fields to the contact; `name`, `phone` and `email` are not fields but the contact's own."""
        async with self._database.write() as session:
            person = await contact_of(session, await locked(session, conversation_id))
            for name, limit in LIMITS.items():
                setattr(person, name, fields.get(name, "")[:limit] or getattr(person, name))
            person.fields = {**person.fields, **{name: fields[name] for name in fields.keys() - LIMITS.keys()}}
            return shapes.contact(person)

    async def transcript(self, conversation_id: str, limit: int = 100) -> list[Line]:
        """The last messages, oldest first, notes included; none where the conversation is unknown."""
        said = select(MessageRow).where(MessageRow.conversation_id == conversation_id, MessageRow.left_at.is_not(None))
        async with self._database.read() as session:
            rows = await session.scalars(said.order_by(MessageRow.row.desc()).limit(limit))
            return [_line(row) for row in reversed(rows.all())]


async def _said_before(session: AsyncSession, request: BeginRequest) -> bool:
    """Whether there are messages and all of them came before."""
    mine = (MessageRow.conversation_id == request.conversation_id) & MessageRow.inbound
    known = select(func.count()).where(mine, MessageRow.message_id.in_(request.message_ids))
    return bool(request.message_ids) and await session.scalar(known) == len(set(request.message_ids))


def _said(keep: Keep, message: PostedMessage, now: datetime) -> dict[str, Any]:
    return {
        "conversation_id": keep.conversation_id,
        "message_id": message.message_id,
        "inbound": True,
        "author": Author.contact,
        "text": said_with(message.text, message.attachments),
        "attachments": [one.model_dump(exclude_defaults=True) for one in message.attachments],
        "at": message.sent_at or now,
        "turn": keep.turn,
        "handover": keep.handover,
        "left_at": now,
    }


async def _newest_turn(session: AsyncSession, conversation_id: str) -> int:
    """The highest turn that left a trace: a message or, where a button was pressed, a handover."""
    said = select(func.max(MessageRow.turn)).where(MessageRow.conversation_id == conversation_id)
    pressed = select(func.max(HandoverRow.turn)).where(HandoverRow.conversation_id == conversation_id)
    return max(await session.scalar(said) or 0, await session.scalar(pressed) or 0)


async def _rows_of(session: AsyncSession, keep: Keep) -> list[int]:
    """The rows of the messages that this turn has taken, in their order."""
    rows = await session.scalars(
        select(MessageRow.row)
        .where(
            MessageRow.conversation_id == keep.conversation_id,
            MessageRow.inbound,
            MessageRow.turn == keep.turn,
            MessageRow.message_id.in_([message.message_id for message in keep.messages]),
        )
        .order_by(MessageRow.row)
    )
    return list(rows)


def _line(row: MessageRow) -> Line:
    return Line(Author(row.author), row.text, row.at, row.row, row.label, row.staff_id)
