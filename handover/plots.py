"""What the plots of the numbers show: each answers one question, in a sentence and as bars."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple, TypedDict

from handover.views import HandoverNumbers, QuestionGroup, WaitCount
from handover.wording import plain, shortened

MOST_REASONS = 6
"""How many reasons have a colour of their own; the rest is counted together."""

MOST_QUESTIONS = 10

Tone = Literal["neutral", "good", "waiting", "bad", "ended"]
NameReason = Callable[[str], str]


class Part(NamedTuple):
    """One part of each bar, from the bottom up: its name in the key, and how many at each label."""

    name: str
    counts: Sequence[int]
    tone: Tone = "neutral"


class Plot(NamedTuple):
    """Stacked bars of counts, the first part lowest. `across` and `up` say what the axes count.

    sideways: the bars lie, because their labels are texts. No labels: there is nothing to draw, and `answer` says so.
    """

    name: str
    question: str
    answer: str
    across: str
    up: str
    labels: Sequence[str]
    parts: Sequence[Part]
    sideways: bool = False


class Look(NamedTuple):
    """How a plot is drawn. `titled`: with its question and answer, for where no text stands beside it."""

    dark: bool = False
    narrow: bool = False
    titled: bool = False


class Shown(NamedTuple):
    """What all plots of a page share: the names of their weeks, the time zone, and what reasons are called."""

    weeks: Sequence[str]
    time_zone: str
    name_reason: NameReason


def plots_of(numbers: HandoverNumbers, questions: Sequence[QuestionGroup], shown: Shown) -> list[Plot]:
    """The plots of these numbers, in the order in which they are read."""
    return [
        _handovers(numbers, shown),
        _first_response(numbers),
        _completion(numbers, shown),
        _breaches(numbers, shown),
        _questions(questions),
    ]


def weeks_shown(first: date, last: date) -> list[str]:
    """The names of all weeks from the first day to the last, those without a handover too."""
    monday = first - timedelta(days=first.weekday())
    return [f"{monday + timedelta(weeks=week):%G-W%V}" for week in range((last - monday).days // 7 + 1)]


# ---- the plots -------------------------------------------------------------------------------------------------------


def _handovers(numbers: HandoverNumbers, shown: Shown) -> Plot:
    weeks = numbers.reasons_per_week
    frequent = list(numbers.reasons)[:MOST_REASONS]
    parts = [Part(shown.name_reason(reason), _per_week(weeks, shown, [reason])) for reason in frequent]
    rest = list(numbers.reasons)[MOST_REASONS:]
    if rest:
        parts.append(Part("Other reasons", _per_week(weeks, shown, rest), "ended"))
    return Plot(
        name="handovers",
        question="How many handovers are there, and why?",
        answer=_most_for(numbers, shown),
        up="Handovers",
        **_by_week(parts, shown),
    )


def _most_for(numbers: HandoverNumbers, shown: Shown) -> str:
    if not numbers.handovers:
        return "No handovers in this time."
    reason, count = next(iter(numbers.reasons.items()))
    total = _count(numbers.handovers, "handover")
    if count == numbers.handovers:
        return f"{total}, all for one reason: {shown.name_reason(reason)}."
    return f"{total}; the most frequent reason: {shown.name_reason(reason)} ({count} of {numbers.handovers})."


def _first_response(numbers: HandoverNumbers) -> Plot:
    waits = numbers.first_responses.by_wait
    judged = numbers.first_responses.in_time + numbers.first_responses.late
    return Plot(
        name="first-response",
        question="Do we answer as promised?",
        answer=_answered_in_time(numbers),
        across="Time until the first words of a person",
        up="First responses",
        labels=[wait_in_words(waits, index) for index in range(len(waits))] if judged else [],
        parts=[
            Part("In time", [wait.in_time for wait in waits], "good"),
            Part("Later than promised", [wait.late for wait in waits], "bad"),
        ],
    )


def _answered_in_time(numbers: HandoverNumbers) -> str:
    responses = numbers.first_responses
    judged = responses.in_time + responses.late
    told = [f"{responses.in_time} of {_count(judged, 'first response')} came in time."] if judged else []
    if responses.overdue:
        told.append(f"Still waiting past the promised time: {responses.overdue}.")
    return " ".join(told) or "No first responses in this time."


def wait_in_words(waits: Sequence[WaitCount], index: int) -> str:
    """How long the contacts of a group waited: "1 h to 4 h"."""
    until, since = waits[index].up_to, waits[index - 1].up_to if index else None
    if since is None:
        return f"up to {_length(until or 0)}"
    return f"{_length(since)} to {_length(until)}" if until else f"over {_length(since)}"


def _length(seconds: int) -> str:
    return f"{seconds // 3600} h" if seconds % 3600 == 0 else f"{seconds // 60} min"


def _completion(numbers: HandoverNumbers, shown: Shown) -> Plot:
    weeks = numbers.tasks_per_week
    counted: list[tuple[str, str, Tone]] = [
        ("Completed", "completed", "good"),
        ("Still open", "open", "waiting"),
        ("Cancelled", "cancelled", "ended"),
    ]
    parts = [Part(name, _per_week(weeks, shown, [state]), tone) for name, state, tone in counted]
    done, undone, cancelled = (sum(week.get(state, 0) for week in weeks.values()) for _, state, _ in counted)
    return Plot(
        name="completion",
        question="Do we finish what we take on?",
        answer=_finished(done, undone, cancelled),
        up="Tasks",
        **_by_week(parts, shown),
    )


def _finished(done: int, undone: int, cancelled: int) -> str:
    if not done + undone + cancelled:
        return "No tasks in this time."
    told = f"{done} of {_count(done + undone, 'task')} completed" if done + undone else "No task was left to do"
    return f"{told}{f', {cancelled} cancelled' if cancelled else ''}."


def _breaches(numbers: HandoverNumbers, shown: Shown) -> Plot:
    return Plot(
        name="breaches",
        question="At what hour do we miss due times?",
        answer=_worst_hour(numbers.breaches_by_hour),
        across=f"Hour of the day of the due time ({shown.time_zone})",
        up="Missed due times",
        labels=[f"{hour:02}" for hour in range(24)] if any(numbers.breaches_by_hour) else [],
        parts=[Part("Missed", numbers.breaches_by_hour, "bad")],
    )


def _worst_hour(by_hour: Sequence[int]) -> str:
    total, most = sum(by_hour), max(by_hour)
    if not total:
        return "No due time was missed."
    missed = f"{_count(total, 'due time')} missed"
    hours = [hour for hour, count in enumerate(by_hour) if count == most]
    if len(hours) > 1:
        return f"{missed}; no hour stands out."
    between = f"between {hours[0]:02}:00 and {(hours[0] + 1) % 24:02}:00"
    return f"{missed}, all {between}." if most == total else f"{missed}, most often {between} ({most})."


def _questions(questions: Sequence[QuestionGroup]) -> Plot:
    most = questions[:MOST_QUESTIONS]
    return Plot(
        name="questions",
        question="What could the bot not answer?",
        answer=_most_asked(questions),
        across="Times asked",
        up="Question",
        labels=[shortened(plain(group.example), 60) for group in most],
        parts=[Part("Times asked", [group.count for group in most])],
        sideways=True,
    )


def _most_asked(questions: Sequence[QuestionGroup]) -> str:
    if not questions:
        return "The bot had an answer to everything in this time."
    total = sum(group.count for group in questions)
    told = f"{_count(total, 'request')} without an answer"
    if questions[0].count == 1:
        return f"{told}, each asked once."
    return f"{told}; most often ({questions[0].count} times): “{shortened(plain(questions[0].example), 80)}”"


# ---- weeks -----------------------------------------------------------------------------------------------------------


class _ByWeek(TypedDict):
    across: str
    labels: list[str]
    parts: list[Part]


def _by_week(parts: Sequence[Part], shown: Shown) -> _ByWeek:
    """The bars of the weeks, without the parts that are nowhere."""
    kept = [part for part in parts if any(part.counts)]
    return _ByWeek(
        across=f"Monday on which the week begins ({shown.time_zone})",
        labels=_week_labels(shown) if kept else [],
        parts=kept,
    )


def _per_week(weeks: Mapping[str, Mapping[str, int]], shown: Shown, kinds: Sequence[str]) -> list[int]:
    return [sum(weeks.get(week, {}).get(kind, 0) for kind in kinds) for week in shown.weeks]


def _week_labels(shown: Shown) -> list[str]:
    return [f"{(monday := _monday(week)).day} {monday:%b}" for week in shown.weeks]


def _monday(week: str) -> date:
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
