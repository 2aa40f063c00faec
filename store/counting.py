"""What is counted of handovers: the measures of spec §5 over cases that were read already."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from math import floor
from typing import NamedTuple
from zoneinfo import ZoneInfo

from handover.messages import HandoverStatus
from handover.views import Figures, FiguresOf, FirstResponses, HandoverNumbers, WaitCount

_MINUTE, _HOUR = 60, 60 * 60
WAITS = (15 * _MINUTE, _HOUR, 4 * _HOUR, 8 * _HOUR, 24 * _HOUR)
"""The seconds up to which first responses are counted together; a last group has all that took longer."""


class CountedCase(NamedTuple):
    """What is counted of a handover. `work`: the status of each of its tasks; of the handover itself where it has none.
    `promised_at`: the due time that it had first."""

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
    promised_at: datetime | None

    @property
    def wait(self) -> timedelta | None:
        """How long the contact waited for the first words of a person."""
        return self.first_response_at - self.opened_at if self.first_response_at else None

    def missed(self, now: datetime) -> datetime | None:
        """The first due time that was missed; None where there is still time, or all was done in time."""
        running = not HandoverStatus(self.status).ended
        is_late = running and self.due_at is not None and self.due_at < now
        return self.breached_at or (self.due_at if is_late else None)


def numbers_of(
    cases: Sequence[CountedCase], began: int, handed_over: int, now: datetime, zone: ZoneInfo
) -> HandoverNumbers:
    """The measures of these handovers. `began`: conversations; `handed_over`: those of them with a handover."""
    missed = Counter(at.astimezone(zone).hour for at in _missed(cases, now))
    return HandoverNumbers(
        **_figures(cases, now).model_dump(),
        conversations=began,
        handover_share=_share(handed_over, began),
        reasons=dict(Counter(case.reason for case in cases).most_common()),
        per_week=dict(sorted(Counter(_week(case, zone) for case in cases).items())),
        reasons_per_week=_each_week(cases, zone, lambda case: [case.reason]),
        tasks_per_week=_each_week(cases, zone, lambda case: map(_task_state, case.work)),
        first_responses=_first_responses(cases, now),
        breaches_by_hour=[missed[hour] for hour in range(24)],
        per_bot=_each(cases, now, lambda case: case.bot_id),
        per_person=_each(cases, now, lambda case: case.assignee),
    )


def _week(case: CountedCase, zone: ZoneInfo) -> str:
    return f"{case.opened_at.astimezone(zone):%G-W%V}"


def _each_week(
    cases: Sequence[CountedCase], zone: ZoneInfo, what: Callable[[CountedCase], Iterable[str]]
) -> dict[str, dict[str, int]]:
    weeks: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        weeks[_week(case, zone)].update(what(case))
    return {week: dict(counts.most_common()) for week, counts in sorted(weeks.items())}


def _task_state(status: str) -> str:
    ended = (HandoverStatus.completed, HandoverStatus.cancelled)
    return status if status in ended else "open"


def _first_responses(cases: Iterable[CountedCase], now: datetime) -> FirstResponses:
    counted = FirstResponses(by_wait=[WaitCount(up_to=seconds) for seconds in (*WAITS, None)])
    for case in cases:
        if case.promised_at is None:
            continue
        if case.wait is not None and case.first_response_at is not None:
            _count_response(counted, case.wait, case.first_response_at <= case.promised_at)
        elif case.promised_at < now and not HandoverStatus(case.status).ended:
            counted.overdue += 1
    return counted


def _count_response(counted: FirstResponses, wait: timedelta, in_time: bool) -> None:
    group = counted.by_wait[bisect_left(WAITS, wait.total_seconds())]
    if in_time:
        counted.in_time += 1
        group.in_time += 1
    else:
        counted.late += 1
        group.late += 1


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
    waits = [case.wait.total_seconds() for case in cases if case.wait is not None]
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
