"""Handovers and their tasks, as readers see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.errors import NotFound
from handover.ids import HandoverId, parse_handover_id, parse_task_id
from handover.messages import HandoverStatus
from handover.views import HandoverDetail, HandoverSummary, Page, TaskView
from store import shapes
from store.paging import Order, part
from store.tables import HandoverRow, LogRow, TaskRow
from store.writing import Repository

_NEWEST_FIRST = Order((HandoverRow.opened_at, HandoverRow.conversation_id, HandoverRow.number), newest_first=True)
_BY_DUE = Order((TaskRow.due_at, TaskRow.conversation_id, TaskRow.handover_number, TaskRow.number))


class HandoverReads(Repository):
    async def handovers(
        self,
        *,
        bot_id: str | None = None,
        conversation_id: str | None = None,
        reason: str | None = None,
        assignee: str | None = None,
        status: str | Sequence[str] | None = None,
        breached: bool | None = None,
        escalated: bool | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[HandoverSummary]:
        """Handovers opened from `since` until before `until`, newest first. An empty `assignee` finds those of nobody.

        breached: whether a due time passed with something left to do. escalated: whether a rung asked somebody further up, or
        found nobody there. One walk over several statuses misses none that changes from one to another meanwhile.
        """
        rows = select(HandoverRow).where(*opened(since, until), *_of_status(status))
        rows = rows.where(*_whether(breached, missed_due(self._clock())), *_whether(escalated, went_up()))
        wanted = {"bot_id": bot_id, "conversation_id": conversation_id, "reason": reason}
        rows = rows.filter_by(**{name: value for name, value in wanted.items() if value is not None})
        if assignee is not None:
            rows = rows.where(HandoverRow.assignee.is_not_distinct_from(assignee or None))
        async with self._database.read() as session:
            found, next_ = await part(session, rows, _NEWEST_FIRST, after, limit)
        return Page(items=[shapes.handover(row) for row in found], next=next_)

    async def handover(self, handover_id: str) -> HandoverDetail:
        """One handover with its tasks and its log. Raises NotFound."""
        key = parse_handover_id(handover_id)
        async with self._database.read() as session:
            return await detail(session, key, self._clock())

    async def tasks(
        self, *, assignee: str | None = None, status: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[TaskView]:
        """Tasks, the one that is due first first. An empty `assignee` finds those of nobody; the status `overdue` finds
        open ones that are past their due time."""
        rows, now = _with_status(status, self._clock()), self._clock()
        if assignee is not None:
            rows = rows.where(TaskRow.assignee.is_not_distinct_from(assignee or None))
        async with self._database.read() as session:
            found, next_ = await part(session, rows, _BY_DUE, after, limit)
        return Page(items=[shapes.task(row, now) for row in found], next=next_)

    async def task(self, task_id: str) -> TaskView:
        """One task. Raises NotFound."""
        key = parse_task_id(task_id)
        async with self._database.read() as session:
            row = await session.get(TaskRow, tuple(key))
        if row is None:
            raise NotFound("task", task_id)
        return shapes.task(row, self._clock())


def opened(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    """That a handover was opened from `since` on and before `until`."""
    earliest = [HandoverRow.opened_at >= since] if since is not None else []
    return earliest if until is None else [*earliest, HandoverRow.opened_at < until]


def _of_status(status: str | Sequence[str] | None) -> list[ColumnElement[bool]]:
    """That a handover has this status, or one of these."""
    if status is None:
        return []
    return [HandoverRow.status.in_([status] if isinstance(status, str) else status)]


def _whether(asked: bool | None, condition: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """That it is so, or that it is not; nothing where nobody asks."""
    return [] if asked is None else [condition if asked else not_(condition)]


def is_open() -> ColumnElement[bool]:
    return HandoverRow.status.not_in([one for one in HandoverStatus if one.ended])


def is_late(now: datetime) -> ColumnElement[bool]:
    """That a handover has not ended, and its due time has passed."""
    return and_(is_open(), HandoverRow.due_at.is_not(None), HandoverRow.due_at < now)


def missed_due(now: datetime) -> ColumnElement[bool]:
    """That a due time passed with something left to do, as `CountedCase.missed` counts it."""
    return or_(HandoverRow.breached_at.is_not(None), is_late(now))


def went_up() -> ColumnElement[bool]:
    """That a rung has asked somebody further up, or found nobody there. A reminder is a rung as well, and asks nobody else;
    only the text of the log's line tells the two apart."""
    of_it = (LogRow.conversation_id == HandoverRow.conversation_id) & (LogRow.handover_number == HandoverRow.number)
    return exists().where(of_it, LogRow.kind == "rung", LogRow.text.startswith("Rung "))


def _with_status(status: str | None, now: datetime) -> Select[TaskRow]:
    if status is None:
        return select(TaskRow)
    if status == "overdue":
        return select(TaskRow).where(TaskRow.status == "open", TaskRow.due_at < now)
    return select(TaskRow).where(TaskRow.status == status)


async def detail(session: AsyncSession, key: tuple[str, int], now: datetime) -> HandoverDetail:
    """A handover with its tasks and its log. Raises NotFound."""
    row = await session.get(HandoverRow, tuple(key))
    if row is None:
        raise NotFound("handover", str(HandoverId(*key)))
    tasks = await session.scalars(_of(TaskRow, key).order_by(TaskRow.number))
    log = await session.scalars(_of(LogRow, key).order_by(LogRow.row))
    return shapes.handover_detail(row, tasks.all(), log.all(), now)


def _of(table: Any, key: tuple[str, int]) -> Select[Any]:
    return select(table).where(table.conversation_id == key[0], table.handover_number == key[1])
