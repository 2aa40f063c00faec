"""The measures: what handovers cost the contact in time, and what came of them."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from math import floor
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.messages import HandoverStatus
from handover.review import review_of
from handover.views import Figures, FiguresOf, HandoverNumbers, Review
from handover.week import Week
from store.read_handovers import opened
from store.tables import ConversationRow, HandoverRow, TaskRow
from store.writing import Repository


class Scope(NamedTuple):
    """Which handovers are counted: of one bot, of one person, from `since` until before `until`; None is all.

    An empty `assignee` counts those of nobody.
    """

    bot_id: str | None = None
    assignee: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class NumberReads(Repository):
    async def numbers(
        self,
        *,
        bot_id: str | None = None,
        assignee: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> HandoverNumbers:
        """The measures over the handovers that were opened from `since` on and before `until`."""
        scope = Scope(bot_id, assignee, since, until)
        async with self._database.read() as session:
            cases = await _cases(session, scope)
            began, handed_over = await _conversations(session, scope)
        return _numbers(cases, began, handed_over, self._clock())

    async def review(self, week: Week) -> Review:
        """A week's numbers, and what the bot could not answer in it, grouped."""
        numbers = await self.numbers(since=week.begins, until=week.ends)
        async with self._database.read() as session:
            unanswered = await _unanswered(session, Scope(since=week.begins, until=week.ends))
        # Thousands of questions take seconds to group; this process has others to serve meanwhile.
        return await asyncio.to_thread(review_of, week, numbers, unanswered)


class CountedCase(NamedTuple):
    """What is counted of a handover. `work`: the status of each of its tasks; of the handover itself where it has none."""

    bot_id: str
    assignee: str | None
    status: str
    reason: str
    opened_at: datetime
    first_response_at: datetime | None
    due_at: datetime | None
    breached_at: datetime | None
    converted: bool
    unnecessary: bool
    work: Sequence[str]

    def missed(self, now: datetime) -> datetime | None:
        """The first due time that was missed; None where there is still time, or all was done in time."""
        running = not HandoverStatus(self.status).ended
        is_late = running and self.due_at is not None and self.due_at < now
        return self.breached_at or (self.due_at if is_late else None)


_COUNTED = [getattr(HandoverRow, name) for name in CountedCase._fields if name != "work"]


async def _cases(session: AsyncSession, scope: Scope) -> list[CountedCase]:
    work = await _work(session, scope)
    rows = await session.execute(
        select(HandoverRow.conversation_id, HandoverRow.number, *_COUNTED).where(*_in_scope(scope))
    )
    return [CountedCase._make([*row[2:], work.get((row[0], row[1]), [row.status])]) for row in rows]


async def _work(session: AsyncSession, scope: Scope) -> dict[tuple[str, int], list[str]]:
    """The statuses of the tasks of each handover that has any."""
    whose = (TaskRow.conversation_id == HandoverRow.conversation_id) & (TaskRow.handover_number == HandoverRow.number)
    rows = select(TaskRow.conversation_id, TaskRow.handover_number, TaskRow.status).join(HandoverRow, whose)
    work: dict[tuple[str, int], list[str]] = defaultdict(list)
    for conversation_id, number, status in await session.execute(rows.where(*_in_scope(scope))):
        work[conversation_id, number].append(status)
    return work


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


async def _unanswered(session: AsyncSession, scope: Scope) -> Sequence[str]:
    """What was asked where the bot lacked the information."""
    rows = select(HandoverRow.request).where(HandoverRow.reason == "lack_of_information", *_in_scope(scope))
    return (await session.scalars(rows)).all()


def _in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    bot = [HandoverRow.bot_id == scope.bot_id] if scope.bot_id is not None else []
    return [*opened(scope.since, scope.until), *bot, *_of_person(scope)]


def _of_person(scope: Scope) -> list[ColumnElement[bool]]:
    if scope.assignee is None:
        return []
    return [HandoverRow.assignee.is_not_distinct_from(scope.assignee or None)]


def _numbers(cases: Sequence[CountedCase], began: int, handed_over: int, now: datetime) -> HandoverNumbers:
    missed = Counter(at.hour for at in _missed(cases, now))
    return HandoverNumbers(
        **_figures(cases, now).model_dump(),
        conversations=began,
        handover_share=_share(handed_over, began),
        reasons=dict(Counter(case.reason for case in cases).most_common()),
        per_week=dict(sorted(Counter(f"{case.opened_at:%G-W%V}" for case in cases).items())),
        breaches_by_hour=[missed[hour] for hour in range(24)],
        per_bot=_each(cases, now, lambda case: case.bot_id),
        per_person=_each(cases, now, lambda case: case.assignee),
    )


def _each(cases: Sequence[CountedCase], now: datetime, whose: Callable[[CountedCase], str | None]) -> list[FiguresOf]:
    """The measures of each bot or person apart, the one with the most handovers first."""
    parts: dict[str | None, list[CountedCase]] = defaultdict(list)
    for case in cases:
        parts[whose(case)].append(case)
    ordered = sorted(parts.items(), key=lambda part: (-len(part[1]), part[0] or ""))
    return [FiguresOf(id=id_, **_figures(part, now).model_dump()) for id_, part in ordered]


def _figures(cases: Sequence[CountedCase], now: datetime) -> Figures:
    completed = [case for case in cases if case.status == HandoverStatus.completed]
    converted = sum(case.converted for case in cases)
    waits = [(case.first_response_at - case.opened_at).total_seconds() for case in cases if case.first_response_at]
    return Figures(
        handovers=len(cases),
        completed=len(completed),
        completion_rate=_completion_rate(cases),
        converted=converted,
        conversion_rate=_share(converted, len(cases)),
        unnecessary=sum(case.unnecessary for case in cases),
        first_response_median=percentile(waits, 0.5),
        first_response_p90=percentile(waits, 0.9),
        sla_compliance=_sla_compliance(cases, completed, now),
        breaches=len(_missed(cases, now)),
    )


def _completion_rate(cases: Iterable[CountedCase]) -> float | None:
    kept = [status for case in cases for status in case.work if status != HandoverStatus.cancelled]
    return _share(kept.count(HandoverStatus.completed), len(kept))


def _sla_compliance(cases: Iterable[CountedCase], completed: Iterable[CountedCase], now: datetime) -> float | None:
    in_time = sum(case.missed(now) is None for case in completed)
    return _share(in_time, in_time + len(_missed(cases, now)))


def _missed(cases: Iterable[CountedCase], now: datetime) -> list[datetime]:
    return [at for at in (case.missed(now) for case in cases) if at is not None]


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
