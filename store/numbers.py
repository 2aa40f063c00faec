"""The measures: what handovers cost the contact in time, and what came of them."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.questions import grouped
from handover.review import review_of
from handover.trying import TEST_CHANNEL
from handover.views import HandoverNumbers, QuestionGroup, Review
from handover.week import Week
from store.counting import CountedCase, numbers_of
from store.read_handovers import opened
from store.tables import ConversationRow, HandoverRow, TaskRow
from store.writing import Repository


class Scope(NamedTuple):
    """Which handovers are counted: of one bot, of one person, for one reason, from `since` until before `until`, in one
    conversation; None is all.

    An empty `assignee` counts those of nobody. Tests are never counted.
    """

    bot_id: str | None = None
    assignee: str | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    conversation_id: str | None = None


class Unanswered(NamedTuple):
    """What was asked where the bot lacked the information, and where; the newest first."""

    requests: Sequence[str]
    conversations: Sequence[str]


class NumberReads(Repository):
    async def numbers(
        self,
        *,
        bot_id: str | None = None,
        conversation_id: str | None = None,
        assignee: str | None = None,
        reason: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        time_zone: str = "UTC",
    ) -> HandoverNumbers:
        """The measures over the handovers that were opened from `since` on and before `until`."""
        scope = Scope(bot_id, assignee, reason, since, until, conversation_id)
        async with self._database.read() as session:
            cases = await _cases(session, scope)
            began, handed_over = await _conversations(session, scope)
        return numbers_of(cases, began, handed_over, self._clock(), ZoneInfo(time_zone))

    async def unanswered(
        self,
        *,
        bot_id: str | None = None,
        assignee: str | None = None,
        reason: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[QuestionGroup]:
        """What the bot could not answer in these handovers, the same questions together."""
        asked = await self._unanswered(Scope(bot_id, assignee, reason, since, until))
        return await asyncio.to_thread(grouped, asked.requests, asked.conversations)

    async def review(self, week: Week) -> Review:
        """A week's numbers, and what the bot could not answer in it, grouped."""
        numbers = await self.numbers(since=week.begins, until=week.ends, time_zone=week.time_zone)
        asked = await self._unanswered(Scope(since=week.begins, until=week.ends))
        # Thousands of questions take seconds to group; this process has others to serve meanwhile.
        return await asyncio.to_thread(review_of, week, numbers, asked.requests, asked.conversations)

    async def _unanswered(self, scope: Scope) -> Unanswered:
        rows = select(HandoverRow.request, HandoverRow.conversation_id)
        rows = rows.where(HandoverRow.reason == "lack_of_information", *_in_scope(scope))
        rows = rows.order_by(HandoverRow.opened_at.desc(), HandoverRow.conversation_id, HandoverRow.number.desc())
        async with self._database.read() as session:
            found = (await session.execute(rows)).all()
        return Unanswered([row[0] for row in found], [row[1] for row in found])


class Task(NamedTuple):
    """What is counted of a task."""

    status: str
    due_at: datetime


_COUNTED = [name for name in CountedCase._fields if name not in ("work", "promised_at")]


async def _cases(session: AsyncSession, scope: Scope) -> list[CountedCase]:
    tasks = await _tasks(session, scope)
    counted = [getattr(HandoverRow, name) for name in _COUNTED]
    rows = select(HandoverRow.conversation_id, HandoverRow.number, *counted).where(*_in_scope(scope))
    return [_case(row[2:], tasks.get((row[0], row[1]), [])) for row in await session.execute(rows)]


def _case(counted: Sequence[Any], tasks: Sequence[Task]) -> CountedCase:
    values = dict(zip(_COUNTED, counted, strict=True))
    work = [task.status for task in tasks] or [values["status"]]
    return CountedCase(**values, work=work, promised_at=tasks[0].due_at if tasks else values["due_at"])


async def _tasks(session: AsyncSession, scope: Scope) -> dict[tuple[str, int], list[Task]]:
    """The tasks of each handover that has any, the first one first."""
    whose = (TaskRow.conversation_id == HandoverRow.conversation_id) & (TaskRow.handover_number == HandoverRow.number)
    rows = select(TaskRow.conversation_id, TaskRow.handover_number, TaskRow.status, TaskRow.due_at).join(
        HandoverRow, whose
    )
    tasks: dict[tuple[str, int], list[Task]] = defaultdict(list)
    for conversation_id, number, *task in await session.execute(rows.where(*_in_scope(scope)).order_by(TaskRow.number)):
        tasks[conversation_id, number].append(Task._make(task))
    return tasks


async def _conversations(session: AsyncSession, scope: Scope) -> tuple[int, int]:
    """How many conversations began in the time, and how many of those have a handover."""
    began: list[ColumnElement[bool]] = [ConversationRow.channel != TEST_CHANNEL]
    if scope.bot_id is not None:
        began.append(ConversationRow.bot_id == scope.bot_id)
    if scope.conversation_id is not None:
        began.append(ConversationRow.id == scope.conversation_id)
    if scope.since is not None:
        began.append(ConversationRow.created_at >= scope.since)
    if scope.until is not None:
        began.append(ConversationRow.created_at < scope.until)
    whose = [HandoverRow.conversation_id == ConversationRow.id, *_of_person(scope), *_for_reason(scope)]
    count = select(func.count()).select_from(ConversationRow).where(*began)
    handed_over = count.where(exists().where(*whose))
    return await session.scalar(count) or 0, await session.scalar(handed_over) or 0


def _in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    counts = HandoverRow.channel != TEST_CHANNEL
    whose = {HandoverRow.bot_id: scope.bot_id, HandoverRow.conversation_id: scope.conversation_id}
    named = [column == value for column, value in whose.items() if value is not None]
    return [counts, *opened(scope.since, scope.until), *named, *_of_person(scope), *_for_reason(scope)]


def _of_person(scope: Scope) -> list[ColumnElement[bool]]:
    if scope.assignee is None:
        return []
    return [HandoverRow.assignee.is_not_distinct_from(scope.assignee or None)]


def _for_reason(scope: Scope) -> list[ColumnElement[bool]]:
    return [] if scope.reason is None else [HandoverRow.reason == scope.reason]
