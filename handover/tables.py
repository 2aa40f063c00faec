"""The numbers as tables: the figures behind each plot, and those of each bot and person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from handover.plots import Shown, wait_in_words
from handover.views import Figures, HandoverNumbers, QuestionGroup

Cell = str | int | float | None
Unit = Literal["text", "count", "share", "seconds"]


class Column(NamedTuple):
    """`name`: as the API calls it; `title`: for people."""

    name: str
    title: str
    unit: Unit = "count"


class Table(NamedTuple):
    """Rows of raw values, as the API has them: shares 0 to 1, times in seconds, None where there was nothing to count."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


_FIGURES = (
    Column("handovers", "Handovers"),
    Column("completed", "Completed"),
    Column("completion_rate", "Tasks completed", "share"),
    Column("first_response_median", "First response, half within", "seconds"),
    Column("first_response_p90", "First response, 9 in 10 within", "seconds"),
    Column("breaches", "Missed due times"),
    Column("sla_compliance", "Due times kept", "share"),
    Column("converted", "Converted"),
    Column("conversion_rate", "Share converted", "share"),
    Column("unnecessary", "Unnecessary"),
)


def tables_of(
    numbers: HandoverNumbers,
    questions: Sequence[QuestionGroup],
    shown: Shown,
    bots: Mapping[str, str],
    people: Mapping[str, str],
) -> list[Table]:
    """All tables. `bots`, `people`: what they are called, by their ids."""
    return [
        _total(numbers),
        _handovers(numbers, shown),
        _first_response(numbers),
        _completion(numbers, shown),
        _breaches(numbers, shown),
        _questions(questions),
        _each("bots", "Each bot", "Bot", [(one.id, one) for one in numbers.per_bot], bots),
        _each("people", "Each person", "Person", [(one.id, one) for one in numbers.per_person], people),
    ]


def _total(numbers: HandoverNumbers) -> Table:
    began = (Column("conversations", "Conversations"), Column("handover_share", "Handed over", "share"))
    return Table(
        "total",
        "All together",
        [*began, *_FIGURES],
        [[numbers.conversations, numbers.handover_share, *_figures(numbers)]],
    )


def _figures(figures: Figures) -> list[Cell]:
    return [getattr(figures, column.name) for column in _FIGURES]


def _each(
    name: str, title: str, what: str, parts: Sequence[tuple[str | None, Figures]], names: Mapping[str, str]
) -> Table:
    columns = [Column("id", "Id", "text"), Column("name", what, "text"), *_FIGURES]
    rows = [[id_ or "", names.get(id_, id_) if id_ else "Nobody", *_figures(one)] for id_, one in parts]
    return Table(name, title, columns, rows)


def _handovers(numbers: HandoverNumbers, shown: Shown) -> Table:
    columns = [Column(reason, shown.name_reason(reason)) for reason in numbers.reasons]
    rows = _weeks(numbers.reasons_per_week, [*numbers.reasons], shown)
    return Table("handovers", "Handovers by week and reason", [*_WEEK, Column("handovers", "All"), *columns], rows)


def _completion(numbers: HandoverNumbers, shown: Shown) -> Table:
    states = ["completed", "open", "cancelled"]
    columns = [Column(state, state.capitalize()) for state in states]
    rows = _weeks(numbers.tasks_per_week, states, shown)
    return Table("completion", "Tasks by week and state", [*_WEEK, Column("tasks", "All"), *columns], rows)


_WEEK = (Column("week", "Week", "text"), Column("begins", "Begins on", "text"))


def _weeks(weeks: Mapping[str, Mapping[str, int]], kinds: Sequence[str], shown: Shown) -> list[list[Cell]]:
    return [
        [week, _monday(week), sum(weeks.get(week, {}).values()), *(weeks.get(week, {}).get(kind, 0) for kind in kinds)]
        for week in shown.weeks
    ]


def _monday(week: str) -> str:
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1).isoformat()


def _first_response(numbers: HandoverNumbers) -> Table:
    waits = numbers.first_responses.by_wait
    columns = [Column("wait", "Waited", "text"), Column("in_time", "In time"), Column("late", "Later than promised")]
    rows: list[list[Cell]] = [
        [wait_in_words(waits, index), wait.in_time, wait.late] for index, wait in enumerate(waits)
    ]
    return Table("first-response", "First responses by how long the contact waited", columns, rows)


def _breaches(numbers: HandoverNumbers, shown: Shown) -> Table:
    columns = [Column("hour", f"Hour ({shown.time_zone})"), Column("breaches", "Missed due times")]
    return Table("breaches", "Missed due times by hour of the day", columns, list(enumerate(numbers.breaches_by_hour)))


def _questions(questions: Sequence[QuestionGroup]) -> Table:
    columns = [
        Column("count", "Times asked"),
        Column("example", "Question", "text"),
        Column("conversations", "Conversations", "text"),
    ]
    rows: list[list[Cell]] = [[group.count, group.example, " ".join(group.conversations)] for group in questions]
    return Table("questions", "What the bot could not answer", columns, rows)
