"""A simulation in a terminal: handovers under one staffing, or under two side by side, as tables and as a CSV file."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from console.plain import plain
from console.simulate import Outcome, Result
from console.tables import show_table
from handover.durations import format_duration
from handover.messages import HandoverStatus
from handover.routing import is_manager
from handover.simulation.course import Course, What
from handover.simulation.figures import Figures, Load, Slot
from handover.wording import no_formula

# ---- for people --------------------------------------------------------------------------------------------------------


def show(console: Console, result: Result) -> None:
    """What came of it, then hour by hour, day by day, and person by person."""
    outcomes = result.outcomes
    console.print(Text(_headline(result)), soft_wrap=True)
    show_table(console, _table("", [_named(one) for one in outcomes], _measures(outcomes)))
    for title, slots in (
        ("Hour", [one.figures.hours for one in outcomes]),
        ("Day", [one.figures.days for one in outcomes]),
    ):
        show_table(console, _times(title, slots, outcomes))
    for one in outcomes:
        show_table(console, _people(one, len(outcomes) > 1))
    console.print(Text("\n".join([_COLUMNS_MEAN, *(plain(_reasons(one)) for one in outcomes)])), soft_wrap=True)


def _headline(result: Result) -> str:
    weeks = "One week" if result.weeks == 1 else f"{result.weeks} weeks"
    begins = result.counted.begins.astimezone(ZoneInfo(result.time_zone))
    return f"{weeks} from {begins:%A, %d %B %Y} ({result.time_zone}), seed {result.seed}."


def _reasons(outcome: Outcome) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in outcome.figures.reasons.most_common())
    return f"Reasons, {_named(outcome)}: {counts}"


def _named(outcome: Outcome) -> str:
    return plain(outcome.side.name)


_COLUMNS_MEAN = (
    "Came: handovers, on average. Queue, Most: unclaimed at a time, on average and at most. Wait: within that, half of those "
    "that came then were answered. Most held: cases at once, those that wait for a follow-up too."
)

Measure = tuple[str, Callable[[Figures], str]]

_MEASURES: list[Measure] = [
    ("Handovers", lambda one: str(one.handovers)),
    ("Unclaimed at a time, on average", lambda one: f"{one.unclaimed:.1f}"),
    ("Unclaimed at a time, at most", lambda one: str(one.most)),
    ("First response, half within", lambda one: _length(one.median)),
    ("First response, 9 in 10 within", lambda one: _length(one.p90)),
    ("Never answered", lambda one: str(one.handovers - one.answered)),
    ("Answered before the due time", lambda one: _of(one.in_time, one.handovers)),
    ("Told how long it takes", lambda one: _of(one.told, one.handovers)),
    ("… and answered within that", lambda one: _of(one.kept, one.told)),
    ("Due times missed", lambda one: str(one.happened[What.overdue])),
    ("Nobody found at first", lambda one: str(one.happened[What.unassigned])),
    ("Ladder: assignee reminded", lambda one: str(one.happened[What.reminded])),
    ("Ladder: passed on", lambda one: str(one.happened[What.passed_on])),
    ("… of these to a manager", lambda one: str(one.to_managers)),
    ("Ladder: nobody left to ask", lambda one: str(one.happened[What.nobody_left])),
    ("Bot came back: nobody acted", lambda one: str(one.happened[What.bot_back])),
    ("Bot came back: contact waited", lambda one: str(one.happened[What.went_idle])),
    ("Completed", lambda one: _of(one.statuses[HandoverStatus.completed], one.handovers)),
    ("Follow-up still to come", lambda one: str(one.statuses[HandoverStatus.scheduled])),
    ("Still open", lambda one: str(_unfinished(one))),
]


def _measures(outcomes: Sequence[Outcome]) -> Iterator[list[str]]:
    for name, value in _MEASURES:
        yield [name, *(value(one.figures) for one in outcomes)]


def _unfinished(found: Figures) -> int:
    return found.statuses[HandoverStatus.open] + found.statuses[HandoverStatus.acknowledged]


def _times(title: str, slots: Sequence[Sequence[Slot]], outcomes: Sequence[Outcome]) -> Table:
    """The queue and the wait are each side's own; what comes stands there once where it is the same."""
    came = [[f"{slot.arrivals:.1f}" for slot in side] for side in slots]
    came = came[:1] if all(one == came[0] for one in came) else came
    sides = [f" {number}" for number in range(1, len(outcomes) + 1)] if len(outcomes) > 1 else [""]
    heads = [f"Came{side}" for side in sides] if len(came) > 1 else ["Came"]
    heads += [f"{head}{side}" for side in sides for head in ("Queue", "Most", "Wait")]
    rows = (
        [row[0].name, *arrivals, *chain(*map(_slot, row))]
        for row, *arrivals in zip(zip(*slots, strict=True), *came, strict=True)
    )
    return _table(title, heads, rows)


def _slot(slot: Slot) -> list[str]:
    return [f"{slot.unclaimed:.1f}", str(slot.most), _length(slot.wait)]


def _people(outcome: Outcome, by_name: bool) -> Table:
    head = f"Person, {_named(outcome)}" if by_name else "Person"
    columns = ["Taken up", "Worked", "There", "Busy", "Most held"]
    return _table(head, columns, (_load(one) for one in outcome.figures.people))


def _load(one: Load) -> list[str]:
    worked, there = one.worked / timedelta(hours=1), one.there / timedelta(hours=1)
    busy = f"{one.worked / one.there:.0%}" if one.there else "–"
    return [
        plain(one.name),
        str(one.taken),
        f"{worked:.1f} h",
        f"{there:.1f} h",
        busy,
        str(one.most),
    ]


def _table(first: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table()
    table.add_column(Text(first))
    for column in columns:
        table.add_column(Text(column), justify="right")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})" if whole else "0 of 0"


def _length(length: timedelta | None) -> str:
    """Rounded to what matters: to seconds, minutes or hours."""
    if length is None:
        return "–"
    unit = next((unit for below, unit in _ROUNDED if length < below), timedelta(hours=1))
    return format_duration(round(length / unit) * unit)


_ROUNDED = ((timedelta(minutes=5), timedelta(seconds=1)), (timedelta(days=1), timedelta(minutes=1)))


# ---- for programs ------------------------------------------------------------------------------------------------------

_COUNTED = (
    What.reminded,
    What.passed_on,
    What.nobody_left,
    What.overdue,
    What.bot_back,
    What.went_idle,
    What.scheduled,
)
_COLUMNS = (
    "side",
    "case",
    "opened_at",
    "reason",
    "action",
    "urgent",
    "priority",
    "first_assignee",
    "first_response_at",
)
_LENGTHS = ("first_response_seconds", "promised_seconds", "due_seconds")


def write_csv(path: Path, result: Result) -> None:
    """One row for each case of each side. Raises OSError where the file can't be written."""
    zone = ZoneInfo(result.time_zone)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*_COLUMNS, *_LENGTHS, "kept", *_COUNTED, "to_managers", "status", "ended_at", "ended_by"])
        for outcome in result.outcomes:
            managers = {person.id for person in outcome.side.setting.team if is_manager(person)}
            for course in outcome.story.courses:
                rows.writerow(map(_cell, _row(outcome.side.name, course, managers, zone)))


def _row(side: str, course: Course, managers: set[str], zone: ZoneInfo) -> list[object]:
    case, counts = course.case, [event.what for event in course.events]
    lengths = (course.wait, course.promised, course.due - case.opened_at)
    return [
        *(side, course.arrival.key, _local(case.opened_at, zone), course.arrival.reason, case.policy.action),
        *(case.urgent, case.priority, course.events[0].who, _local(case.first_response_at, zone)),
        *(length and round(length.total_seconds()) for length in lengths),
        None if course.promised is None else course.kept,
        *map(counts.count, _COUNTED),
        sum(event.who in managers for event in course.of(What.passed_on)),
        *(case.status, _local(case.completed_at, zone), case.ended_by),
    ]


def _local(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


def _cell(value: object) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return no_formula(text)
