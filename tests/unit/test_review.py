"""The weekly review: which week, its text, and who is told once."""

from datetime import UTC, datetime, timedelta

import pytest

from handover.errors import Refused
from handover.review import MOST_SHOWN, Letter, letter_of, review_of
from handover.views import HandoverNumbers
from handover.week import Week, week_before, week_named
from tests.unit.numbers_world import numbers

W47 = Week(2026, 47, "Europe/Berlin")


SOME = numbers(
    handovers=14,
    conversations=40,
    handover_share=0.35,
    completed=10,
    completion_rate=0.8,
    converted=3,
    conversion_rate=3 / 14,
    unnecessary=1,
    first_response_median=700,
    first_response_p90=7100,
    sla_compliance=0.75,
    breaches=3,
    reasons={"human_requested": 9, "lack_of_information": 4, "Wholesale": 1},
)


def text(counted: HandoverNumbers, *unanswered: str) -> str:
    return review_of(W47, counted, unanswered).text


# ---- which week --------------------------------------------------------------------------------------------------------


def test_a_week_is_from_monday_to_monday_where_people_are() -> None:
    assert W47.name == "2026-W47"
    assert W47.begins == datetime(2026, 11, 15, 23, 0, tzinfo=UTC)
    assert W47.ends == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def test_a_week_in_which_the_clocks_change_ends_at_midnight_all_the_same() -> None:
    week = Week(2026, 13, "Europe/Berlin")  # Sunday, 29 March 2026 has 23 hours
    assert week.ends.astimezone(UTC) - week.begins.astimezone(UTC) == timedelta(days=7, hours=-1)
    assert (week.ends.hour, week.ends.weekday()) == (0, 0)


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), "2026-W47"),  # Monday 08:00 in Berlin
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), "2026-W47"),  # Monday 00:00 in Berlin: it has just ended
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), "2026-W46"),  # still Sunday
        (datetime(2026, 11, 28, 12, 0, tzinfo=UTC), "2026-W47"),
        (datetime(2027, 1, 4, 7, 0, tzinfo=UTC), "2026-W53"),
        (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), "2026-W13"),  # Monday 00:30, an hour after the clocks changed
    ],
)
def test_the_last_week_that_had_ended(at: datetime, name: str) -> None:
    assert week_before(at, "Europe/Berlin").name == name


@pytest.mark.parametrize("name", ["2026-W47", "2026-W01", "2026-W53", "2000-W01", "2999-W52"])
def test_a_week_by_its_name(name: str) -> None:
    assert week_named(name, "UTC").name == name


@pytest.mark.parametrize(
    "name",
    ["", "2026", "2026-W", "2026-W00", "2026-W54", "2025-W53", "2026-W7", "2026-47", "W47", "1999-W01", "9999-W52"],
)
def test_what_is_no_week_is_refused_with_what_is_allowed(name: str) -> None:
    with pytest.raises(Refused, match="allowed is a year and its week, like 2026-W47") as refusal:
        week_named(name, "UTC")
    assert refusal.value.code == "time_out_of_range"


# ---- in words ----------------------------------------------------------------------------------------------------------


def test_the_text_of_a_week() -> None:
    asked = ["Do you service heat pumps?"] * 3 + ["Do you take bitcoin?"]
    assert (
        text(SOME, *asked)
        == """\
The handovers of week 2026-W47, 16 November 2026 to 22 November 2026 (Europe/Berlin)

Handovers: 14. Conversations that began: 40, handed over: 35%.
Reasons: human requested 9, lack of information 4, Wholesale 1.
First answer of a person: half within 12 minutes, nine in ten within 1 hour 59 minutes.
Missed their due time: 3, in time: 75%.
Completed: 10, of all tasks: 80%.
Converted: 3, of all handovers: 21%.
Unnecessary: 1.

What the bot could not answer:
- 3 times: Do you service heat pumps?
- once: Do you take bitcoin?"""
    )


def test_the_text_of_a_week_without_handovers() -> None:
    assert (
        text(numbers(conversations=7, handover_share=0.0))
        == """\
The handovers of week 2026-W47, 16 November 2026 to 22 November 2026 (Europe/Berlin)

Nothing was handed over. Conversations that began: 7."""
    )


def test_what_was_not_counted_is_not_told() -> None:
    told = text(numbers(handovers=1, conversations=0, reasons={"taken_over": 1}))
    assert "%" not in told
    assert "No person has written to a contact." in told


def test_the_text_stays_short_and_says_what_it_leaves_out() -> None:
    asked = [f"Do you service model {number} {'very ' * 50}" for number in range(MOST_SHOWN + 5)]
    told = text(SOME, *asked)
    assert told.endswith("- and 5 more")
    assert max(map(len, told.splitlines())) < 140


def test_what_a_contact_wrote_stays_on_its_line() -> None:
    told = text(SOME, "First line\nReasons: none\n\n- 9 times: bought")
    assert told.splitlines()[-1] == "- once: First line Reasons: none - 9 times: bought"


def test_the_review_holds_what_its_text_is_made_of() -> None:
    review = review_of(W47, SOME, ["Do you take bitcoin?"])
    assert (review.week, review.time_zone, review.numbers) == ("2026-W47", "Europe/Berlin", SOME)
    assert [(group.count, group.example) for group in review.questions] == [(1, "Do you take bitcoin?")]


def test_one_key_a_week_and_manager() -> None:
    letters = [Letter(week="2026-W47", text="early", to=["omar"]), Letter(week="2026-W47", text="later", to=["omar"])]
    assert {letter.notification("omar").key for letter in letters} == {"review/2026-W47/omar"}
    assert letters[0].notification("pia").key != letters[0].notification("omar").key
    assert letters[0].notification("omar").event == "review"


# ---- pictures --------------------------------------------------------------------------------------------------------


def test_a_review_has_the_addresses_of_its_pictures_and_of_its_page() -> None:
    with_weeks = SOME.model_copy(update={"reasons_per_week": {"2026-W47": SOME.reasons}})
    review = review_of(W47, with_weeks, ["Do you take bitcoin?"], ["c1"])
    assert [(plot.question, plot.svg) for plot in review.plots] == [
        ("How many handovers are there, and why?", "/v1/review/plots/handovers.svg?week=2026-W47"),
        ("What could the bot not answer?", "/v1/review/plots/questions.svg?week=2026-W47"),
    ]
    assert review.plots[0].answer == "14 handovers; the most frequent reason: human requested (9 of 14)."
    assert review.page == "/numbers?range=days&from=2026-11-16&to=2026-11-22"
    assert review.questions[0].conversations == ["c1"]


def test_nothing_handed_over_has_no_pictures() -> None:
    assert review_of(W47, numbers(), []).plots == []


def test_the_letter_links_to_the_pictures() -> None:
    review = review_of(W47, SOME, [])
    letter = letter_of(review, ["omar"], "https://help.example.org/")
    link = "https://help.example.org/numbers?range=days&from=2026-11-16&to=2026-11-22"
    assert letter.text == f"{review.text}\n\nThe same as pictures, with all figures: {link}"
    assert (letter.week, letter.to) == ("2026-W47", ["omar"])
    assert letter_of(review, ["omar"]).text == review.text
