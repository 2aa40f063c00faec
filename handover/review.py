"""The weekly review: a week's numbers in plain words, and how they reach the managers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from handover.brief import reason_in_words
from handover.casefile import Notification
from handover.messages import Payload
from handover.questions import grouped
from handover.views import HandoverNumbers, QuestionGroup, Review
from handover.week import Week
from handover.wording import in_words, shortened

MOST_SHOWN = 10
"""How many groups of questions the text names."""


# ---- what a review's workflow and its activities tell each other -----------------------------------------------------


class ReviewInput(Payload):
    """What starts a weekly review: in which time zone its weeks begin and end."""

    time_zone: str = "UTC"


class ReviewRequest(Payload):
    """Review the last week that had ended at `at`."""

    at: AwareDatetime
    time_zone: str


class Letter(Payload):
    """A review on its way: which week's, its text, and the staff ids of those who get it."""

    week: str
    text: str
    to: list[str]

    def notification(self, staff_id: str) -> Notification:
        """What one of them is told; once, however often the same week is reviewed."""
        return Notification(
            key=f"review/{self.week}/{staff_id}",
            staff_id=staff_id,
            event="review",
            conversation_id="",
            number=0,
            text=self.text,
        )


# ---- numbers in words ------------------------------------------------------------------------------------------------


def review_of(week: Week, numbers: HandoverNumbers, unanswered: Sequence[str]) -> Review:
    """A week's review. `unanswered`: the requests for which the bot lacked the information."""
    questions = grouped(unanswered)
    return Review(
        week=week.name,
        time_zone=week.time_zone,
        since=week.begins,
        until=week.ends,
        numbers=numbers,
        questions=questions,
        text=_text(week, numbers, questions),
    )


def _text(week: Week, numbers: HandoverNumbers, questions: Sequence[QuestionGroup]) -> str:
    parts = [_heading(week), "\n".join(filter(None, _facts(numbers))), _unanswered(questions)]
    return "\n\n".join(filter(None, parts))


def _heading(week: Week) -> str:
    last = week.ends - timedelta(days=1)
    return f"The handovers of week {week.name}, {_day(week.begins)} to {_day(last)} ({week.time_zone})"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


def _facts(numbers: HandoverNumbers) -> list[str]:
    """Line by line what was counted; an empty line where there was nothing to count."""
    if not numbers.handovers:
        return [f"Nothing was handed over. Conversations that began: {numbers.conversations}."]
    reasons = ", ".join(f"{reason_in_words(reason)} {count}" for reason, count in numbers.reasons.items())
    return [
        f"Handovers: {numbers.handovers}. Conversations that began: {numbers.conversations}"
        + _suffix(", handed over: {}", numbers.handover_share),
        f"Reasons: {reasons}.",
        _first_response(numbers),
        f"Missed their due time: {numbers.breaches}" + _suffix(", in time: {}", numbers.sla_compliance),
        f"Completed: {numbers.completed}" + _suffix(", of all tasks: {}", numbers.completion_rate),
        f"Converted: {numbers.converted}" + _suffix(", of all handovers: {}", numbers.conversion_rate),
        f"Unnecessary: {numbers.unnecessary}.",
    ]


def _suffix(template: str, share: float | None) -> str:
    return ("" if share is None else template.format(f"{share:.0%}")) + "."


def _first_response(numbers: HandoverNumbers) -> str:
    if numbers.first_response_median is None or numbers.first_response_p90 is None:
        return "No person has written to a contact."
    median, most = timedelta(seconds=numbers.first_response_median), timedelta(seconds=numbers.first_response_p90)
    return f"First answer of a person: half within {in_words(median)}, nine in ten within {in_words(most)}."


def _unanswered(questions: Sequence[QuestionGroup]) -> str:
    if not questions:
        return ""
    lines = [f"- {_times(group.count)}: {shortened(group.example, 120)}" for group in questions[:MOST_SHOWN]]
    rest = len(questions) - len(lines)
    lines += [f"- and {rest} more"] if rest else []
    return "\n".join(["What the bot could not answer:", *lines])


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
