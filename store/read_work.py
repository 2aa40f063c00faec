"""The inbox's sections: what has an open handover, the most pressing first."""

from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from handover.messages import ConversationStatus, HandoverStatus
from handover.views import Work
from store.read_conversations import summaries
from store.tables import ConversationRow, HandoverRow
from store.writing import Repository

Section = Literal["mine", "waiting", "others"]

_RUNNING = [status for status in HandoverStatus if not status.ended]
_SILENT = ConversationRow.status == ConversationStatus.escalated
_DUE = func.coalesce(HandoverRow.due_at, HandoverRow.opened_at)
"""A handover that has not said yet when it is due has only just begun: it comes first."""


class WorkReads(Repository):
    async def work(self, section: Section, staff_id: str, limit: int = 50) -> Work:
        """A section of a person's inbox: escalated and overdue ones first, then by due time; no conversation is in two.

        mine: what they have. waiting: what nobody has, and what somebody else has who has not acted. others: the rest.
        """
        rows = _running().where(_belongs_to(section, staff_id))
        late = HandoverRow.due_at < self._clock()
        order = (case((or_(_SILENT, late), 0), else_=1), _DUE, ConversationRow.id)
        async with self._database.read() as session:
            found = (await session.scalars(rows.order_by(*order).limit(limit))).all()
            total = len(found) if len(found) < limit else await session.scalar(_count(rows))
            return Work(items=await summaries(session, found), total=total or 0)


def _running() -> Select[Any]:
    same = HandoverRow.conversation_id == ConversationRow.id
    return select(ConversationRow).join(HandoverRow, same).where(HandoverRow.status.in_(_RUNNING))


def _count(rows: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(rows.subquery())


def _belongs_to(section: Section, staff_id: str) -> ColumnElement[bool]:
    nobodys = HandoverRow.assignee.is_(None)
    somebodys = HandoverRow.assignee.is_not(None) & (HandoverRow.assignee != staff_id)
    match section:
        case "mine":
            return HandoverRow.assignee == staff_id
        case "waiting":
            return or_(nobodys, somebodys & _SILENT)
        case "others":
            return somebodys & ~_SILENT
