"""What people have at hand in the inbox: canned replies, and up to where each of them has looked."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from handover.canned import checked
from handover.errors import NotFound, Refused
from handover.views import CannedReply, News
from store import shapes
from store.tables import CannedReplyRow, ConversationRow, EventRow, LookRow
from store.writing import Repository, upsert


class Desk(Repository):
    """Implements handover.ports.Desk."""

    async def canned(self) -> list[CannedReply]:
        """All canned replies, by their titles."""
        async with self._database.read() as session:
            rows = await session.scalars(select(CannedReplyRow).order_by(func.lower(CannedReplyRow.title)))
            return [shapes.canned(row) for row in rows]

    async def add_canned(self, title: str, text: str, staff_id: str) -> CannedReply:
        """Keep a text under a title that no other has. Raises Refused."""
        title, text = checked(title, text)
        row = CannedReplyRow(title=title, text=text, by=staff_id, at=self._clock())
        return await self._write(row)

    async def change_canned(self, reply_id: int, title: str, text: str, staff_id: str) -> CannedReply:
        """Change a text. Raises NotFound and Refused."""
        title, text = checked(title, text)
        async with self._database.read() as session:
            row = await _reply(session, reply_id)
        row.title, row.text, row.by, row.at = title, text, staff_id, self._clock()
        return await self._write(row)

    async def remove_canned(self, reply_id: int) -> None:
        """Take a text away. Raises NotFound."""
        async with self._database.write() as session:
            await session.delete(await _reply(session, reply_id))

    async def looked(self, staff_id: str, conversation_id: str, event: int) -> None:
        """Note that a person has seen a conversation up to an event; what was seen later stays seen. Raises NotFound."""
        async with self._database.write() as session:
            if await session.get(ConversationRow, conversation_id) is None:
                raise NotFound("conversation", conversation_id)
            before = await session.get(LookRow, (staff_id, conversation_id))
            if before is None or before.event < event:
                look = {"staff_id": staff_id, "conversation_id": conversation_id, "event": event}
                await upsert(session, LookRow, look)

    async def news(self, staff_id: str, conversation_ids: Sequence[str]) -> dict[str, News]:
        """What is new for a person in each of these conversations."""
        async with self._database.read() as session:
            newest = await _newest_events(session, conversation_ids)
            seen = await _seen(session, staff_id, conversation_ids)
            changed = [one for one in newest if newest[one] > seen.get(one, newest[one])]
            came = await _messages_since(session, staff_id, changed)
        return {one: News(newest=event, seen=seen.get(one), messages=came.get(one, 0)) for one, event in newest.items()}

    async def _write(self, row: CannedReplyRow) -> CannedReply:
        try:
            async with self._database.write() as session:
                return shapes.canned(await _stored(session, row))
        except IntegrityError:
            raise Refused("unusable_reply", f"There is already a reply called “{row.title}”.") from None


async def _stored(session: AsyncSession, row: CannedReplyRow) -> CannedReplyRow:
    merged = await session.merge(row)
    await session.flush()
    return merged


async def _reply(session: AsyncSession, reply_id: int) -> CannedReplyRow:
    row = await session.get(CannedReplyRow, reply_id)
    if row is None:
        raise NotFound("canned reply", str(reply_id))
    return row


async def _newest_events(session: AsyncSession, ids: Sequence[str]) -> dict[str, int]:
    """The last event of each conversation, out of the index alone."""
    rows = select(EventRow.conversation_id, func.max(EventRow.id)).where(EventRow.conversation_id.in_(ids))
    return await _by_conversation(session, rows.group_by(EventRow.conversation_id))


async def _seen(session: AsyncSession, staff_id: str, ids: Sequence[str]) -> dict[str, int]:
    rows = select(LookRow.conversation_id, LookRow.event)
    mine = rows.where(LookRow.staff_id == staff_id, LookRow.conversation_id.in_(ids))
    return await _by_conversation(session, mine)


async def _messages_since(session: AsyncSession, staff_id: str, ids: Sequence[str]) -> dict[str, int]:
    """How many messages came in each conversation since the person looked."""
    look = (LookRow.conversation_id == EventRow.conversation_id) & (LookRow.staff_id == staff_id)
    new = EventRow.conversation_id.in_(ids) & (EventRow.kind == "message") & (EventRow.id > LookRow.event)
    rows = select(EventRow.conversation_id, func.count()).join(LookRow, look).where(new)
    return await _by_conversation(session, rows.group_by(EventRow.conversation_id))


async def _by_conversation(session: AsyncSession, rows: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in await session.execute(rows)}
