"""Text messages: which parts of them were taken, which did not arrive, and who wants no more of them.

No workflow knows of it: who opted out is a tag of the contact, which a channel sees with each message that it is to send.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.messages import Author, Contact
from handover.ports import SentPart
from handover.sms import OPTED_OUT
from handover.turns import BeginRequest
from store.conversations import contact_of, ensure, fail_message, locked, tell_message
from store.tables import ConversationRow, MessageRow, SentPartRow
from store.writing import Repository, add

KEPT = timedelta(days=7)
"""How long a part is remembered; a message is tried for a day."""

CHANNEL = "sms"
LABEL = "Handover"
"""Who says in the conversation that a contact opted out."""


class Texts(Repository):
    """Implements handover.ports.Texts and SentParts."""

    async def opt_out(self, conversation_id: str, contact: Contact, message_id: str, words: str) -> None:
        """Tag the contact, and note it for the team; the conversation is made where it is missing."""
        request = BeginRequest(conversation_id=conversation_id, bot_id=None, channel=CHANNEL, contact=contact)
        async with self._database.write() as session:
            conversation, person = await ensure(session, self._clock(), request, None)
            if await self._note(session, conversation, message_id, words):
                person.tags = list(dict.fromkeys([*person.tags, OPTED_OUT]))

    async def opt_in(self, conversation_id: str, message_id: str, words: str) -> bool:
        """Take the tag away, and note it for the team. True for a message that has done so before as well."""
        async with self._database.write() as session:
            if await session.get(ConversationRow, conversation_id) is None:
                return False
            conversation = await locked(session, conversation_id)
            person = await contact_of(session, conversation)
            if OPTED_OUT not in person.tags:
                return await _noted(session, conversation_id, message_id)
            if await self._note(session, conversation, message_id, words):
                person.tags = [tag for tag in person.tags if tag != OPTED_OUT]
            return True

    async def _note(self, session: AsyncSession, conversation: ConversationRow, message_id: str, words: str) -> bool:
        """Write a note for the team; False where this message has brought one before."""
        now = self._clock()
        note = {"conversation_id": conversation.id, "message_id": _key(message_id), "inbound": False}
        note |= {"author": Author.note, "text": words, "label": LABEL, "at": now, "left_at": now}
        row = await add(session, MessageRow, note)
        if row is not None:
            conversation.last_at = now
            tell_message(session, await session.get_one(MessageRow, row), now)
        return row is not None

    async def undelivered(self, conversation_id: str, key: str, why: str) -> bool:
        """Mark a message that was sent, or is just being sent, as one that did not arrive; the first reason stays."""
        async with self._database.write() as session:
            if await session.get(ConversationRow, conversation_id) is None:
                return False
            await locked(session, conversation_id)
            message = await session.scalar(select(MessageRow).where(_sent_as(conversation_id, key)))
            if message is not None and not message.failed:
                fail_message(session, message, why, self._clock())
            return message is not None

    async def begin(self, conversation_id: str, key: str, part: int) -> SentPart:
        """Note that a part is about to be handed over; what has been noted for long is forgotten."""
        now = self._clock()
        name = {"conversation_id": conversation_id, "key": key, "part": part}
        async with self._database.write() as session:
            await session.execute(delete(SentPartRow).where(SentPartRow.begun_at < now - KEPT))
            if await add(session, SentPartRow, {**name, "begun_at": now}) is not None:
                return SentPart(now, again=False)
            row = await session.get_one(SentPartRow, (conversation_id, key, part))
            return SentPart(row.begun_at, again=True, reference=row.reference or "")

    async def taken(self, conversation_id: str, key: str, part: int, reference: str) -> None:
        """Keep how the other system calls a part."""
        async with self._database.write() as session:
            row = await session.get_one(SentPartRow, (conversation_id, key, part), with_for_update=True)
            row.reference = reference

    async def not_taken(self, conversation_id: str, key: str, part: int) -> None:
        """Forget a part that the other system does not have."""
        mine = (SentPartRow.conversation_id == conversation_id) & (SentPartRow.key == key) & (SentPartRow.part == part)
        async with self._database.write() as session:
            await session.execute(delete(SentPartRow).where(mine, SentPartRow.reference.is_(None)))

    async def known(self, references: Collection[str]) -> set[str]:
        """Which of these are noted."""
        noted = select(SentPartRow.reference).where(SentPartRow.reference.in_(references))
        async with self._database.read() as session:
            return {one for one in await session.scalars(noted) if one is not None}


def _key(message_id: str) -> str:
    """The key of the note that a message has brought."""
    return f"sms/{message_id}"


def _sent_as(conversation_id: str, key: str) -> ColumnElement[bool]:
    mine = (MessageRow.conversation_id == conversation_id) & (MessageRow.message_id == key)
    return mine & MessageRow.inbound.is_(False) & (MessageRow.author != Author.note)


async def _noted(session: AsyncSession, conversation_id: str, message_id: str) -> bool:
    """Whether a message has brought a note."""
    mine = (MessageRow.conversation_id == conversation_id) & (MessageRow.message_id == _key(message_id))
    return await session.scalar(select(MessageRow.row).where(mine, MessageRow.inbound.is_(False))) is not None
