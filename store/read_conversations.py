"""Conversations, their messages and events, as readers see them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.errors import NotFound
from handover.messages import Author
from handover.views import ConversationDetail, ConversationSummary, EventView, MessageView, Page
from store import shapes
from store.paging import MOST, Order, part
from store.read_handovers import detail, is_late, is_open, went_up
from store.tables import ContactRow, ConversationRow, EventRow, HandoverRow, MessageRow
from store.writing import Repository

_NEWEST_FIRST = Order((ConversationRow.last_at, ConversationRow.id), newest_first=True)


class ConversationReads(Repository):
    async def conversations(
        self,
        *,
        status: str | None = None,
        assignee: str | None = None,
        bot_id: str | None = None,
        text: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[ConversationSummary]:
        """Conversations, the one with the newest message first. An empty `assignee` finds those of nobody. The statuses
        `overdue` and `further_up` find those whose open handover is late, or went up the ladder.

        `text` finds what a contact, a message or an id has in it, capitals or not; nothing in it is a pattern.
        """
        rows = select(ConversationRow)
        if status is not None:
            rows = rows.where(_has_status(status, self._clock()))
        if bot_id is not None:
            rows = rows.where(ConversationRow.bot_id == bot_id)
        if text:
            rows = rows.where(_has(text))
        if assignee is not None:
            rows = rows.where(ConversationRow.assignee.is_not_distinct_from(assignee or None))
        async with self._database.read() as session:
            found, next_ = await part(session, rows, _NEWEST_FIRST, after, limit)
            return Page(items=await summaries(session, found), next=next_)

    async def conversation(self, conversation_id: str) -> ConversationDetail:
        """One conversation with its handover. Raises NotFound."""
        async with self._database.read() as session:
            row = await _known(session, conversation_id)
            [summary] = await summaries(session, [row])
            current = summary.handover
            shown = dict(summary)
            if current is not None:
                shown["detail"] = await detail(session, (row.id, current.number), self._clock())
                shown |= {"next_step": current.next_step, "next_at": current.next_at}
            return ConversationDetail(**shown)

    async def messages(
        self, conversation_id: str, *, after: int = 0, limit: int = 200, notes: bool = False
    ) -> Page[MessageView]:
        """Messages behind row `after`, oldest first; `next` is a row. Raises NotFound. With `notes`, as the team sees them:
        what they wrote for each other, and what still waits for its channel or failed there.

        A message gets its row before it leaves: one that leaves late has a lower row than some that were seen before.
        Who follows a conversation live reads its events instead.
        """
        limit = max(1, min(limit, MOST))
        all_rows = select(MessageRow).where(MessageRow.conversation_id == conversation_id)
        rows = all_rows if notes else _seen(conversation_id).where(MessageRow.author != Author.note)
        rows = rows.where(MessageRow.row > after).order_by(MessageRow.row).limit(limit + 1)
        async with self._database.read() as session:
            await _known(session, conversation_id)
            found = (await session.scalars(rows)).all()
        more = len(found) > limit
        items = [shapes.message(row) for row in found[:limit]]
        return Page(items=items, next=str(items[-1].row) if more else None)

    async def newest_messages(
        self, conversation_id: str, *, before: int | None = None, limit: int = 200
    ) -> Page[MessageView]:
        """The last messages as the team sees them, those above row `before`, oldest first. `next` is the row of the first of
        them, where there are earlier ones. Raises NotFound."""
        rows = select(MessageRow).where(MessageRow.conversation_id == conversation_id)
        if before is not None:
            rows = rows.where(MessageRow.row < before)
        async with self._database.read() as session:
            await _known(session, conversation_id)
            found = (await session.scalars(rows.order_by(MessageRow.row.desc()).limit(limit + 1))).all()
        items = [shapes.message(row) for row in reversed(found[:limit])]
        return Page(items=items, next=str(items[0].row) if len(found) > limit else None)

    async def turn_of(self, conversation_id: str, message_id: str) -> int | None:
        """The turn that took a message of the contact; None where none has yet."""
        taken = select(MessageRow.turn).where(
            MessageRow.conversation_id == conversation_id, MessageRow.message_id == message_id, MessageRow.inbound
        )
        async with self._database.read() as session:
            return await session.scalar(taken)

    async def replies(self, conversation_id: str, turn: int) -> list[MessageView]:
        """What the contact was told in a turn, oldest first."""
        told = _seen(conversation_id).where(
            MessageRow.turn == turn, MessageRow.inbound.is_(False), MessageRow.author != Author.note
        )
        async with self._database.read() as session:
            return [shapes.message(row) for row in await session.scalars(told.order_by(MessageRow.row))]

    async def events(self, conversation_id: str, *, after: int = 0, limit: int = 200) -> list[EventView]:
        """What happened in a conversation behind event `after`, oldest first."""
        return await self._events(select(EventRow).where(EventRow.conversation_id == conversation_id), after, limit)

    async def events_since(self, after: int, limit: int = 1000) -> list[EventView]:
        """What happened in all conversations behind event `after`, oldest first, for one watcher a process."""
        return await self._events(select(EventRow), after, limit)

    async def newest_event(self) -> int:
        """The id of the newest event; 0 where nothing has happened yet."""
        async with self._database.read() as session:
            return await session.scalar(select(func.max(EventRow.id))) or 0

    async def _events(self, rows: Select[EventRow], after: int, limit: int) -> list[EventView]:
        behind = rows.where(EventRow.id > after).order_by(EventRow.id).limit(limit)
        async with self._database.read() as session:
            return [shapes.event(row) for row in await session.scalars(behind)]


def _seen(conversation_id: str) -> Select[MessageRow]:
    """What has left the outbox, or came in."""
    return select(MessageRow).where(MessageRow.conversation_id == conversation_id, MessageRow.left_at.is_not(None))


def _has_status(status: str, now: datetime) -> ColumnElement[bool]:
    of_open_case = {"overdue": is_late(now), "further_up": and_(is_open(), went_up())}
    if status not in of_open_case:
        return ConversationRow.status == status
    return exists().where(HandoverRow.conversation_id == ConversationRow.id, of_open_case[status])


def _has(text: str) -> ColumnElement[bool]:
    """That the contact, the conversation's id or a message that was seen has this text in it."""
    fields = (ContactRow.name, ContactRow.email, ContactRow.phone)
    whose = select(ContactRow.id).where(or_(*(one.icontains(text, autoescape=True) for one in fields)))
    said = (MessageRow.conversation_id == ConversationRow.id) & MessageRow.left_at.is_not(None)
    words = select(MessageRow.row).where(said, MessageRow.text.icontains(text, autoescape=True)).exists()
    named = ConversationRow.id.icontains(text, autoescape=True)
    return or_(ConversationRow.contact_id.in_(whose), named, words)


async def _known(session: AsyncSession, conversation_id: str) -> ConversationRow:
    row = await session.get(ConversationRow, conversation_id)
    if row is None:
        raise NotFound("conversation", conversation_id)
    return row


async def summaries(session: AsyncSession, rows: Sequence[ConversationRow]) -> list[ConversationSummary]:
    """Conversations with their contacts, last words and handovers: three queries, however many there are."""
    ids = [row.id for row in rows]
    people = await session.scalars(select(ContactRow).where(ContactRow.id.in_({row.contact_id for row in rows})))
    contacts = {row.id: row for row in people}
    words = {row.conversation_id: row for row in await session.scalars(_last_words(ids))}
    handovers = {row.conversation_id: row for row in await session.scalars(_newest_handovers(ids))}
    return [_summary(row, contacts[row.contact_id], words.get(row.id), handovers.get(row.id)) for row in rows]


def _last_words(ids: Sequence[str]) -> Select[MessageRow]:
    spoken = MessageRow.left_at.is_not(None) & (MessageRow.author != Author.note)
    last = select(func.max(MessageRow.row)).where(MessageRow.conversation_id.in_(ids), spoken)
    return select(MessageRow).where(MessageRow.row.in_(last.group_by(MessageRow.conversation_id)))


def _newest_handovers(ids: Sequence[str]) -> Select[HandoverRow]:
    """The open handover of each, or its last one that ended: the one with the highest number."""
    numbered = select(HandoverRow.conversation_id, func.max(HandoverRow.number).label("number"))
    newest = numbered.where(HandoverRow.conversation_id.in_(ids)).group_by(HandoverRow.conversation_id).subquery()
    same = (HandoverRow.conversation_id == newest.c.conversation_id) & (HandoverRow.number == newest.c.number)
    return select(HandoverRow).join(newest, same)


def _summary(
    row: ConversationRow, contact: ContactRow, words: MessageRow | None, handover: HandoverRow | None
) -> ConversationSummary:
    return ConversationSummary(
        conversation_id=row.id,
        bot_id=row.bot_id or "",
        channel=row.channel,
        status=row.status,
        contact=shapes.contact(contact),
        last_text=words.text if words else "",
        last_author=words.author if words else None,
        last_at=row.last_at,
        handover=shapes.handover(handover) if handover else None,
    )
