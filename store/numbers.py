"""The measures: what handovers cost the contact in time, and what came of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from math import floor
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.messages import HandoverStatus
from handover.views import HandoverNumbers
from store.read_handovers import opened
from store.tables import ConversationRow, HandoverRow, TaskRow
from store.writing import Repository


class Scope(NamedTuple):
    """Which handovers are counted: of one bot, of one person, from `since` until before `until`; None is all."""

    bot_id: str | None
    assignee: str | None
    since: datetime | None
    until: datetime | None


class NumberReads(Repository):
    async def numbers(
        self,
        *,
        bot_id: str | None = None,
        assignee: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> HandoverNumbers:
        """The measures over the handovers that were opened from `since` on and before `until`.

        - conversations: those that began in that time. handover_share: the share of them that have a handover.
        - completed: handovers. completion_rate: completed tasks among those not cancelled.
        - converted, unnecessary: handovers with such a task. conversion_rate: converted among all handovers.
        - first_response: seconds from opening a handover to the first answer of a person.
        - breaches: handovers with a task that is, or was completed, past its due time. sla_compliance: the share without
          one among the handovers that have a completed or an overdue task.
        - per_week: handovers by the ISO week of their opening in UTC, as `2026-W47`.
        """
        scope = Scope(bot_id, assignee, since, until)
        async with self._database.read() as session:
            cases = await _cases(session, scope)
            tasks = await _tasks(session, scope)
            began, handed_over = await _conversations(session, scope)
        shares = {"conversations": began, "handover_share": _share(handed_over, began)}
        return HandoverNumbers(**shares, **_of_cases(cases), **_of_tasks(tasks, len(cases), self._clock()))


class CaseTimes(NamedTuple):
    """What is counted of a handover."""

    status: str
    reason: str
    opened_at: datetime
    first_response_at: datetime | None


class TaskEnd(NamedTuple):
    """What is counted of a task."""

    handover: tuple[str, int]
    status: str
    due_at: datetime
    completed_at: datetime | None
    converted: bool
    unnecessary: bool

    def late(self, now: datetime) -> bool:
        """It is, or was completed, past its due time. A cancelled one never is."""
        if self.status == "cancelled":
            return False
        return self.due_at < (self.completed_at or now)


async def _cases(session: AsyncSession, scope: Scope) -> list[CaseTimes]:
    columns = (HandoverRow.status, HandoverRow.reason, HandoverRow.opened_at, HandoverRow.first_response_at)
    rows = await session.execute(select(*columns).where(*_in_scope(scope)))
    return [CaseTimes(*row) for row in rows]


async def _tasks(session: AsyncSession, scope: Scope) -> list[TaskEnd]:
    columns = (TaskRow.status, TaskRow.due_at, TaskRow.completed_at, TaskRow.converted, TaskRow.unnecessary)
    whose = (TaskRow.conversation_id == HandoverRow.conversation_id) & (TaskRow.handover_number == HandoverRow.number)
    rows = select(TaskRow.conversation_id, TaskRow.handover_number, *columns).join(HandoverRow, whose)
    found = await session.execute(rows.where(*_in_scope(scope)))
    return [TaskEnd((row[0], row[1]), *row[2:]) for row in found]


async def _conversations(session: AsyncSession, scope: Scope) -> tuple[int, int]:
    """How many conversations began in the time, and how many of those have a handover."""
    began = [ConversationRow.bot_id == scope.bot_id] if scope.bot_id is not None else []
    if scope.since is not None:
        began.append(ConversationRow.created_at >= scope.since)
    if scope.until is not None:
        began.append(ConversationRow.created_at < scope.until)
    whose = [HandoverRow.conversation_id == ConversationRow.id, *_of_person(scope)]
    count = select(func.count()).select_from(ConversationRow).where(*began)
    handed_over = count.where(exists().where(*whose))
    return await session.scalar(count) or 0, await session.scalar(handed_over) or 0


def _in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    bot = [HandoverRow.bot_id == scope.bot_id] if scope.bot_id is not None else []
    return [*opened(scope.since, scope.until), *bot, *_of_person(scope)]


def _of_person(scope: Scope) -> list[ColumnElement[bool]]:
    return [HandoverRow.assignee == scope.assignee] if scope.assignee is not None else []


def _of_cases(cases: Sequence[CaseTimes]) -> dict[str, object]:
    waits = [(case.first_response_at - case.opened_at).total_seconds() for case in cases if case.first_response_at]
    return {
        "handovers": len(cases),
        "completed": sum(case.status == HandoverStatus.completed for case in cases),
        "first_response_median": percentile(waits, 0.5),
        "first_response_p90": percentile(waits, 0.9),
        "reasons": dict(Counter(case.reason for case in cases).most_common()),
        "per_week": dict(sorted(Counter(f"{case.opened_at:%G-W%V}" for case in cases).items())),
    }


def _of_tasks(tasks: Sequence[TaskEnd], handovers: int, now: datetime) -> dict[str, object]:
    kept = [task for task in tasks if task.status != "cancelled"]
    late = {task.handover for task in tasks if task.late(now)}
    judged = {task.handover for task in tasks if task.status == "completed"} | late
    converted = len({task.handover for task in tasks if task.converted})
    return {
        "completion_rate": _share(sum(task.status == "completed" for task in kept), len(kept)),
        "converted": converted,
        "conversion_rate": _share(converted, handovers),
        "unnecessary": len({task.handover for task in tasks if task.unnecessary}),
        "sla_compliance": _share(len(judged - late), len(judged)),
        "breaches": len(late),
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which that share of the values lies, linear between two neighbours; None of no values."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
