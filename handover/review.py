"""The weekly review: a week's numbers in plain words, and how they reach the managers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from handover.brief import reason_in_words
from handover.casefile import Notification
from handover.messages import Payload
from handover.plots import Plot, Shown, plots_of
from handover.questions import grouped
from handover.views import HandoverNumbers, PlotAddress, QuestionGroup, Review
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


def letter_of(review: Review, to: list[str], public_url: str = "") -> Letter:
    """The review as managers get it. `public_url`: where the pages are; without it the letter has no link."""
    link = f"\n\nThe same as pictures, with all figures: {public_url.rstrip('/')}{review.page}" if public_url else ""
    return Letter(week=review.week, text=f"{review.text}{link}", to=to)


# ---- numbers in words ------------------------------------------------------------------------------------------------


def review_of(
    week: Week, numbers: HandoverNumbers, unanswered: Sequence[str], conversations: Sequence[str] = ()
) -> Review:
    """A week's review. `unanswered`: the requests for which the bot lacked the information; `conversations`: where each was
    made."""
    questions = grouped(unanswered, conversations)
    return Review(
        week=week.name,
        time_zone=week.time_zone,
        since=week.begins,
        until=week.ends,
        numbers=numbers,
        questions=questions,
        text=_text(week, numbers, questions),
        page=f"/numbers?range=days&from={week.begins:%Y-%m-%d}&to={_last_day(week):%Y-%m-%d}",
        plots=[_address(plot, week) for plot in plots_of_week(week, numbers, questions) if plot.labels],
    )


def plots_of_week(week: Week, numbers: HandoverNumbers, questions: Sequence[QuestionGroup]) -> list[Plot]:
    """The pictures of a review, those with nothing to draw as well."""
    return plots_of(numbers, questions, Shown([week.name], week.time_zone, reason_in_words))


def _address(plot: Plot, week: Week) -> PlotAddress:
    svg = f"/v1/review/plots/{plot.name}.svg?week={week.name}"
    return PlotAddress(question=plot.question, answer=plot.answer, svg=svg)


def _text(week: Week, numbers: HandoverNumbers, questions: Sequence[QuestionGroup]) -> str:
    parts = [_heading(week), "\n".join(filter(None, _facts(numbers))), _unanswered(questions)]
    return "\n\n".join(filter(None, parts))


def _heading(week: Week) -> str:
    return f"The handovers of week {week.name}, {_day(week.begins)} to {_day(_last_day(week))} ({week.time_zone})"


def _last_day(week: Week) -> datetime:
    return week.ends - timedelta(days=1)


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
