"""Turns that a reviewer says should have been handed over."""

from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.errors import NotFound, Refused
from handover.trying import is_test
from handover.views import MissedView
from store import shapes
from store.tables import ConversationRow, HandoverRow, MessageRow, MissedRow
from store.writing import Repository, upsert


class MissedHandovers(Repository):
    """Implements handover.ports.MissedHandovers."""

    async def mark(self, conversation_id: str, turn: int, staff_id: str, reason: str) -> MissedView:
        """Say that the bot should have handed over in this turn; said again, the last word counts."""
        async with self._database.write() as session:
            await _check(session, conversation_id, turn)
            key = {"conversation_id": conversation_id, "turn": turn}
            said = {**key, "staff_id": staff_id, "reason": reason, "at": self._clock()}
            await upsert(session, MissedRow, said)
            return shapes.missed(await session.get_one(MissedRow, (conversation_id, turn)))

    async def unmark(self, conversation_id: str, turn: int) -> None:
        """Take it back."""
        async with self._database.write() as session:
            row = await session.get(MissedRow, (conversation_id, turn))
            if row is None:
                raise NotFound("missed handover", f"{conversation_id}, turn {turn}")
            await session.delete(row)

    async def missed(self, conversation_id: str) -> list[MissedView]:
        """The marks of a conversation, by turn."""
        marks = select(MissedRow).where(MissedRow.conversation_id == conversation_id).order_by(MissedRow.turn)
        async with self._database.read() as session:
            if await session.get(ConversationRow, conversation_id) is None:
                raise NotFound("conversation", conversation_id)
            return [shapes.missed(row) for row in await session.scalars(marks)]


async def _check(session: AsyncSession, conversation_id: str, turn: int) -> None:
    """That the contact wrote in this turn and nobody was asked to help. Of a test nothing is learnt."""
    conversation = await session.get(ConversationRow, conversation_id)
    if conversation is None:
        raise NotFound("conversation", conversation_id)
    if is_test(conversation.channel):
        raise Refused("only_a_test", "This conversation is a test: no handover was missed in it. Nothing was marked.")
    taken = (MessageRow.conversation_id == conversation_id) & MessageRow.inbound & (MessageRow.turn == turn)
    wrote_at = await session.scalar(select(func.max(MessageRow.left_at)).where(taken))
    if wrote_at is None:
        raise NotFound("turn with a message of the contact", f"{conversation_id}, turn {turn}")
    row = await session.scalar(_handed_over(conversation_id, turn, wrote_at))
    if row is not None:
        text = f"Turn {turn} was not missed: handover {row.handover_id} was opened in it, or was open by then."
        raise Refused("handed_over", text)


def _handed_over(conversation_id: str, turn: int, at: datetime) -> Select[HandoverRow]:
    still_open = or_(HandoverRow.completed_at.is_(None), HandoverRow.completed_at > at)
    there = (HandoverRow.opened_at <= at) & still_open
    mine = select(HandoverRow).where(HandoverRow.conversation_id == conversation_id)
    return mine.where(or_(HandoverRow.turn == turn, there)).limit(1)
