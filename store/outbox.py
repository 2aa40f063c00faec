"""Messages on their way to the contact, and the fence that holds the bot's back once a person has the conversation.

A message of the web chat leaves at once. One for a system outside waits here until a courier has handed it over.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.casefile import Case, Take
from handover.errors import NotFound
from handover.messages import Author
from handover.outside import Followed, Parcel
from handover.turns import Delivered, Delivery, Standing
from store import shapes
from store.conversations import fail_message, locked, raise_fence, tell_message, tell_outbox, tell_standing
from store.tables import ContactRow, ConversationRow, FenceMoveRow, HandoverRow, MessageRow, ToldRow
from store.writing import Repository, upsert, values_of

LEAVING = timedelta(seconds=60)
"""How long a message of the bot counts as leaving; one that is older has been lost on its way."""


class Outbox(Repository):
    """The part of handover.ports.Transcripts that decides who may speak."""

    async def put(self, delivery: Delivery, *, waits: bool = False) -> Delivered:
        """Put a message into the outbox; held back, and nothing stored, where the fence has moved on.

        One that was put there before a crash is held back as well, unless it has left. `waits`: a courier takes it from
        here; otherwise it is leaving now."""
        async with self._database.write() as session:
            conversation = await locked(session, delivery.conversation_id)
            there = await _row_of(session, delivery)
            passes = delivery.epoch is None or delivery.epoch == conversation.epoch
            if there is not None and (passes or there.left_at is not None):
                return Delivered(left=True, row=there.row, before=there.left_at is not None)
            if not passes:
                self._withdraw(session, there)
                return Delivered(left=False)
            return Delivered(left=True, row=await self._add(session, conversation, delivery, waits))

    async def _add(self, session: AsyncSession, conversation: ConversationRow, delivery: Delivery, waits: bool) -> int:
        now = self._clock()
        values = values_of(delivery, MessageRow)
        leaving = None if waits else now
        message = MessageRow(message_id=delivery.key, inbound=False, at=now, leaving_at=leaving, **values)
        session.add(message)
        await session.flush()
        if delivery.author is Author.note:  # a note goes nowhere: it has left once it is written
            self._leave(session, conversation, message)
        elif waits:
            tell_outbox(session, message, now)
        return message.row

    async def mark_left(self, row: int, reference: str = "") -> None:
        """The channel has taken the message. A row that is unknown, or has left before, changes nothing."""
        async with self._database.write() as session:
            message = await _locked_message(session, row)
            if message is not None and message.left_at is None:
                message.reference = reference or None
                self._leave(session, await locked(session, message.conversation_id), message)

    async def next_waiting(self, conversation_id: str) -> Parcel | None:
        """The oldest message that waits, marked as leaving; None where none does. Bot answers that the fence holds back
        are withdrawn."""
        async with self._database.write() as session:
            conversation = await locked(session, conversation_id)
            for message in await session.scalars(_waiting(conversation_id)):
                if message.epoch is None or message.epoch == conversation.epoch:
                    message.leaving_at = self._clock()
                    return await _parcel(session, conversation, message)
                self._withdraw(session, message)
            return None

    async def put_back(self, row: int) -> None:
        """The channel has not taken the message: it waits again."""
        async with self._database.write() as session:
            message = await _locked_message(session, row)
            if message is not None:
                message.leaving_at = None

    async def mark_failed(self, row: int, why: str) -> None:
        """The message will not arrive, or did not after all; staff see why."""
        async with self._database.write() as session:
            message = await _locked_message(session, row)
            if message is not None:
                fail_message(session, message, why, self._clock())

    async def give_up(self, row: int, why: str) -> None:
        """The message was tried for long enough. One that has left, or has failed before, stays as it is."""
        async with self._database.write() as session:
            message = await _locked_message(session, row)
            if message is not None and message.left_at is None and not message.failed:
                fail_message(session, message, why, self._clock())

    async def mark_undelivered(self, conversation_id: str, reference: str, why: str) -> bool:
        """What the channel had taken did not arrive, it says now. False where it calls none of the messages so."""
        named = select(MessageRow.row).where(
            MessageRow.reference == reference, MessageRow.conversation_id == conversation_id
        )
        async with self._database.write() as session:
            row = await session.scalar(named)
            message = await _locked_message(session, row) if row is not None else None
            if message is not None and not message.failed:
                fail_message(session, message, why, self._clock())
            return message is not None

    def _withdraw(self, session: AsyncSession, message: MessageRow | None) -> None:
        """What still waited, or was left behind by a crash, is not sent once somebody else has the conversation."""
        if message is not None and not message.failed:
            why = "Held back: somebody else had the conversation by then"
            fail_message(session, message, why, self._clock())

    async def followed(self, conversation_id: str) -> Followed:
        """How a conversation stands, and what was told of it outside. Raises NotFound."""
        async with self._database.read() as session:
            conversation = await session.get(ConversationRow, conversation_id)
            if conversation is None:
                raise NotFound("conversation", conversation_id)
            person = await session.get_one(ContactRow, conversation.contact_id)
            case = await session.scalar(_newest_case(conversation_id))
            told = await session.get(ToldRow, conversation_id)
        return Followed(
            conversation_id=conversation_id,
            channel=conversation.channel,
            status=conversation.status,
            contact=shapes.contact(person),
            case=Case.model_validate(case) if case else None,
            told=told.told if told else {},
        )

    async def keep_told(self, conversation_id: str, told: Mapping[str, Any]) -> None:
        """Remember what was told outside."""
        async with self._database.write() as session:
            await upsert(session, ToldRow, {"conversation_id": conversation_id, "told": dict(told)})

    def _leave(self, session: AsyncSession, conversation: ConversationRow, message: MessageRow) -> None:
        message.left_at = conversation.last_at = self._clock()
        tell_message(session, message, message.left_at)

    async def take(self, take: Take) -> Standing:
        """Raise the fence by one. The same key again gives the standing that it gave the first time."""
        async with self._database.write() as session:
            conversation = await locked(session, take.conversation_id)
            before = await session.get(FenceMoveRow, take.key)
            if before is not None:
                return shapes.standing(before)
            raise_fence(conversation, take.status, take.handover, take.assignee)
            standing = shapes.standing(conversation)
            session.add(FenceMoveRow(epoch=standing.epoch, **values_of(take, FenceMoveRow)))
            tell_standing(session, conversation, self._clock())
            return standing

    async def channel(self, conversation_id: str) -> str:
        """The channel that a conversation is on. Raises NotFound."""
        async with self._database.read() as session:
            conversation = await session.get(ConversationRow, conversation_id)
        if conversation is None:
            raise NotFound("conversation", conversation_id)
        return str(conversation.channel)

    async def leaving(self, conversation_id: str, before_epoch: int) -> int:
        """How many of the bot's messages of older epochs are leaving right now. Those that wait are not: they stay."""
        waiting = select(func.count()).where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.author == Author.bot,
            MessageRow.epoch < before_epoch,
            MessageRow.left_at.is_(None),
            MessageRow.leaving_at > self._clock() - LEAVING,
        )
        async with self._database.read() as session:
            return await session.scalar(waiting) or 0


def _waiting(conversation_id: str) -> Select[MessageRow]:
    """What has neither left nor failed, oldest first."""
    mine = (MessageRow.conversation_id == conversation_id) & MessageRow.left_at.is_(None) & (MessageRow.failed == "")
    return select(MessageRow).where(mine).order_by(MessageRow.row)


async def _parcel(session: AsyncSession, conversation: ConversationRow, message: MessageRow) -> Parcel:
    person = await session.get_one(ContactRow, conversation.contact_id)
    return Parcel(
        row=message.row,
        conversation_id=conversation.id,
        channel=conversation.channel,
        key=message.message_id,
        author=message.author,
        text=message.text,
        label=message.label,
        staff_id=message.staff_id,
        contact=shapes.contact(person),
    )


def _newest_case(conversation_id: str) -> Select[dict[str, Any]]:
    """The case of the newest handover, as it was saved last."""
    newest = select(HandoverRow.case).where(HandoverRow.conversation_id == conversation_id)
    return newest.order_by(HandoverRow.number.desc()).limit(1)


async def _locked_message(session: AsyncSession, row: int) -> MessageRow | None:
    """A message as it is now, in a conversation that nobody else changes until the transaction ends."""
    message = await session.get(MessageRow, row)
    if message is not None:
        await locked(session, message.conversation_id)
        await session.refresh(message)
    return message


async def _row_of(session: AsyncSession, delivery: Delivery) -> MessageRow | None:
    """The row of a delivery that came before."""
    return await session.scalar(
        select(MessageRow).where(
            MessageRow.conversation_id == delivery.conversation_id,
            MessageRow.message_id == delivery.key,
            MessageRow.inbound.is_(False),
        )
    )
