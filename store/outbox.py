"""Messages on their way to the contact, and the fence that holds the bot's back once a person has the conversation."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.casefile import Take
from handover.messages import Author
from handover.turns import Delivered, Delivery, Standing
from store import shapes
from store.conversations import locked, raise_fence, tell_message, tell_standing
from store.tables import ConversationRow, FenceMoveRow, MessageRow
from store.writing import Repository, values_of

LEAVING = timedelta(seconds=60)
"""How long a message of the bot counts as leaving; one that is older has been lost on its way."""


class Outbox(Repository):
    """The part of handover.ports.Transcripts that decides who may speak."""

    async def put(self, delivery: Delivery) -> Delivered:
        """Put a message into the outbox; held back, and nothing stored, where the fence has moved on.

        One that was put there before a crash is held back as well, unless it has left."""
        async with self._database.write() as session:
            conversation = await locked(session, delivery.conversation_id)
            there = await _row_of(session, delivery)
            passes = delivery.epoch is None or delivery.epoch == conversation.epoch
            if there is not None and (passes or there.left_at is not None):
                return Delivered(left=True, row=there.row, before=there.left_at is not None)
            if not passes:
                await _withdraw(session, there)
                return Delivered(left=False)
            return Delivered(left=True, row=await self._add(session, conversation, delivery))

    async def _add(self, session: AsyncSession, conversation: ConversationRow, delivery: Delivery) -> int:
        values = values_of(delivery, MessageRow)
        message = MessageRow(message_id=delivery.key, inbound=False, at=self._clock(), **values)
        session.add(message)
        await session.flush()
        if delivery.author is Author.note:  # a note goes nowhere: it has left once it is written
            self._leave(session, conversation, message)
        return message.row

    async def mark_left(self, row: int) -> None:
        """The channel has taken the message. A row that is unknown, or has left before, changes nothing."""
        async with self._database.write() as session:
            message = await session.get(MessageRow, row)
            if message is None:
                return
            conversation = await locked(session, message.conversation_id)
            await session.refresh(message)
            if message.left_at is None:
                self._leave(session, conversation, message)

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

    async def leaving(self, conversation_id: str, before_epoch: int) -> int:
        """How many of the bot's messages of older epochs have not left yet and still may."""
        waiting = select(func.count()).where(
            MessageRow.conversation_id == conversation_id,
            MessageRow.author == Author.bot,
            MessageRow.epoch < before_epoch,
            MessageRow.left_at.is_(None),
            MessageRow.at > self._clock() - LEAVING,
        )
        async with self._database.read() as session:
            return await session.scalar(waiting) or 0


async def _withdraw(session: AsyncSession, message: MessageRow | None) -> None:
    """A message that a crash left in the outbox stays there no longer once somebody else has the conversation."""
    if message is not None:
        await session.delete(message)


async def _row_of(session: AsyncSession, delivery: Delivery) -> MessageRow | None:
    """The row of a delivery that came before."""
    return await session.scalar(
        select(MessageRow).where(
            MessageRow.conversation_id == delivery.conversation_id,
            MessageRow.message_id == delivery.key,
            MessageRow.inbound.is_(False),
        )
    )
