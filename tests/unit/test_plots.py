"""What the plots show and say, and that the pictures of them hold it, and nothing else."""

from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from handover.plots import MOST_QUESTIONS, MOST_REASONS, Look, Plot, Shown, plots_of, weeks_shown
from handover.views import QuestionGroup
from plots.drawing import PygalPlotter
from tests.unit.numbers_world import HARMFUL, QUESTIONS, SHOWN, SOME, numbers, waits

LOOKS = [Look(), Look(dark=True), Look(narrow=True), Look(dark=True, narrow=True), Look(titled=True)]
NAMES = ["handovers", "first-response", "completion", "breaches", "questions"]


def plot(name: str, of: Any = SOME, questions: Any = QUESTIONS, shown: Shown = SHOWN) -> Plot:
    return next(one for one in plots_of(of, questions, shown) if one.name == name)


# ---- what they say ---------------------------------------------------------------------------------------------------


def test_each_answers_a_question() -> None:
    assert [(one.name, one.question, one.answer) for one in plots_of(SOME, QUESTIONS, SHOWN)] == [
        (
            "handovers",
            "How many handovers are there, and why?",
            "9 handovers; the most frequent reason: human requested (6 of 9).",
        ),
        (
            "first-response",
            "Do we answer as promised?",
            "5 of 7 first responses came in time. Still waiting past the promised time: 1.",
        ),
        ("completion", "Do we finish what we take on?", "5 of 7 tasks completed, 1 cancelled."),
        (
            "breaches",
            "At what hour do we miss due times?",
            "3 due times missed, most often between 23:00 and 00:00 (2).",
        ),
        (
            "questions",
            "What could the bot not answer?",
            "5 requests without an answer; most often (4 times): “Do you take bitcoin?”",
        ),
    ]


def test_nothing_to_count_has_words_and_no_bars() -> None:
    assert {one.name: (one.answer, list(one.labels)) for one in plots_of(numbers(), [], SHOWN)} == {
        "handovers": ("No handovers in this time.", []),
        "first-response": ("No first responses in this time.", []),
        "completion": ("No tasks in this time.", []),
        "breaches": ("No due time was missed.", []),
        "questions": ("The bot had an answer to everything in this time.", []),
    }


@pytest.mark.parametrize(
    ("name", "values", "answer"),
    [
        ("handovers", {"handovers": 1, "reasons": {"upset": 1}}, "1 handover, all for one reason: upset."),
        ("first-response", {"first_responses": waits((1, 0), (0, 0), (0, 0))}, "1 of 1 first response came in time."),
        (
            "first-response",
            {"first_responses": waits((0, 0), (0, 0), (0, 0), overdue=2)},
            "Still waiting past the promised time: 2.",
        ),
        ("completion", {"tasks_per_week": {"2026-W47": {"open": 1}}}, "0 of 1 task completed."),
        ("completion", {"tasks_per_week": {"2026-W47": {"cancelled": 2}}}, "No task was left to do, 2 cancelled."),
        (
            "breaches",
            {"breaches_by_hour": [0] * 9 + [1] + [0] * 14},
            "1 due time missed, all between 09:00 and 10:00.",
        ),
        ("breaches", {"breaches_by_hour": [1, 1] + [0] * 22}, "2 due times missed; no hour stands out."),
    ],
)
def test_answers_of_special_cases(name: str, values: dict[str, Any], answer: str) -> None:
    assert plot(name, numbers(**values)).answer == answer


def test_questions_that_were_asked_once_each() -> None:
    once = [QuestionGroup(count=1, example="Why?"), QuestionGroup(count=1, example="When?")]
    assert plot("questions", questions=once).answer == "2 requests without an answer, each asked once."


# ---- what they show --------------------------------------------------------------------------------------------------


def test_weeks_without_a_handover_are_shown_too() -> None:
    shown = plot("handovers")
    assert shown.labels == ["2 Nov", "9 Nov", "16 Nov"]
    assert [(part.name, part.counts) for part in shown.parts] == [
        ("human requested", [4, 0, 2]),
        ("lack of information", [0, 0, 3]),
    ]
    assert "Europe/Berlin" in shown.across


def test_the_weeks_of_days_in_the_middle_of_them() -> None:
    assert weeks_shown(date(2026, 12, 31), date(2027, 1, 4)) == ["2026-W53", "2027-W01"]
    assert weeks_shown(date(2026, 11, 22), date(2026, 11, 22)) == ["2026-W47"]


def test_rare_reasons_are_counted_together() -> None:
    reasons = {f"rule {number}": 20 - number for number in range(MOST_REASONS + 3)}
    many = numbers(handovers=sum(reasons.values()), reasons=reasons, reasons_per_week={"2026-W46": reasons})
    shown = plot("handovers", many)
    assert [part.name for part in shown.parts] == [f"rule {number}" for number in range(MOST_REASONS)] + [
        "Other reasons"
    ]
    assert shown.parts[-1].counts == [0, 14 + 13 + 12, 0]


def test_first_responses_in_time_and_late_by_how_long_the_contact_waited() -> None:
    shown = plot("first-response")
    assert shown.labels == ["up to 15 min", "15 min to 1 h", "over 1 h"]
    assert [(part.counts, part.tone) for part in shown.parts] == [([3, 2, 0], "good"), ([0, 1, 1], "bad")]


def test_tasks_by_their_state() -> None:
    assert [(part.name, part.counts) for part in plot("completion").parts] == [
        ("Completed", [3, 0, 2]),
        ("Still open", [0, 0, 2]),
        ("Cancelled", [1, 0, 0]),
    ]


def test_only_the_most_frequent_questions_are_drawn_on_one_line_each() -> None:
    many = [QuestionGroup(count=20 - n, example=f"What\nis {n} {'very ' * 40}?") for n in range(MOST_QUESTIONS + 1)]
    labels = plot("questions", questions=many).labels
    assert len(labels) == MOST_QUESTIONS
    assert all("\n" not in label and len(label) <= 60 for label in labels)


# ---- the pictures ----------------------------------------------------------------------------------------------------


def drawn(name: str, look: Look = Look()) -> ElementTree.Element:  # noqa: B008
    return ElementTree.fromstring(PygalPlotter().svg(plot(name), look))


def words_in(root: ElementTree.Element) -> list[str]:
    return [text.strip() for text in root.itertext() if text.strip()]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("look", LOOKS)
def test_a_picture_brings_nothing_that_runs_and_asks_for_nothing_from_elsewhere(name: str, look: Look) -> None:
    svg = PygalPlotter().svg(plot(name), look)
    root = ElementTree.fromstring(svg)
    tags = {node.tag.rpartition("}")[2] for node in root.iter()}
    assert tags <= {"svg", "title", "desc", "defs", "style", "g", "rect", "path", "text", "tspan", "line", "circle"}
    attributes = {key.rpartition("}")[2] for node in root.iter() for key in node.attrib}
    assert not {one for one in attributes if one.startswith("on")} | (attributes & {"href", "style", "src"})
    assert "://" not in svg.replace("http://www.w3.org/", "")
    assert "@import" not in svg
    assert "url(" not in svg


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_says_to_screen_readers_what_it_shows(name: str) -> None:
    root = drawn(name)
    assert root.get("role") == "img"
    assert [(node.tag.rpartition("}")[2], node.text) for node in root[:2]] == [
        ("title", plot(name).question),
        ("desc", plot(name).answer),
    ]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("look", LOOKS)
def test_labels_axes_and_key_are_in_the_picture(name: str, look: Look) -> None:
    one = plot(name)
    text = " ".join(words_in(drawn(name, look)))
    # The title and description hold the answer as well, so what is drawn is looked for behind them.
    text = text.replace(one.answer, "", 1)
    expected = [
        one.across,
        *([] if one.sideways else [one.up]),
        *(part.name for part in one.parts if len(one.parts) > 1),
    ]
    for wanted in expected:
        assert all(word in text for word in wanted.split()), wanted
    shown = [label for label in one.labels if label in text]
    assert len(shown) >= (len(one.labels) // 2 if look.narrow else len(one.labels) - (name == "questions"))
    assert (text.count(one.question) > 1) == look.titled


def test_what_a_contact_wrote_is_text_in_the_picture() -> None:
    svg = PygalPlotter().svg(plot("questions"), Look())
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg
    assert "\u202e" not in svg
    assert HARMFUL.split("\u202e")[1] in svg


@pytest.mark.parametrize(("narrow", "width"), [(False, "860"), (True, "360")])
def test_a_narrow_picture_fits_a_phone(narrow: bool, width: str) -> None:
    assert drawn("handovers", Look(narrow=narrow)).get("width") == width


def test_light_and_dark_differ_and_the_same_plot_is_drawn_the_same() -> None:
    light, dark = (PygalPlotter().svg(plot("handovers"), Look(dark=dark)) for dark in (False, True))
    assert "#ffffff" in light
    assert "#1d2329" in dark
    assert "#ffffff" not in dark
    assert light == PygalPlotter().svg(plot("handovers"), Look())


@pytest.mark.parametrize(
    ("most", "ticks"),
    [(1, ["0", "1"]), (4, ["0", "1", "2", "3", "4"]), (9, ["0", "2", "4", "6", "8", "10"]), (230, ["0", "50", "250"])],
)
def test_axes_count_in_whole_numbers(most: int, ticks: list[str]) -> None:
    of = numbers(handovers=most, reasons={"upset": most}, reasons_per_week={"2026-W46": {"upset": most}})
    words = words_in(ElementTree.fromstring(PygalPlotter().svg(plot("handovers", of), Look())))
    assert not [word for word in words if word.replace(".", "").isdigit() and "." in word]
    assert set(ticks) <= set(words)
    assert str(int(ticks[-1]) * 2) not in words


def test_bars_are_as_high_as_their_counts() -> None:
    svg = drawn("first-response")
    bars = [node for node in svg.iter() if "rect" in node.get("class", "").split()]
    heights = [round(float(node.get("height", "0"))) for node in bars]
    in_time, late = heights[:3], heights[3:]
    assert in_time[0] == pytest.approx(3 * late[1], abs=2)
    assert in_time[1] == pytest.approx(2 * late[2], abs=2)
    assert (in_time[2], late[0]) == (0, 0)
    assert in_time[0] > 150  # the highest bar takes most of the picture


def test_the_most_frequent_question_is_the_topmost_and_longest_bar() -> None:
    bars = [node for node in drawn("questions").iter() if "rect" in node.get("class", "").split()]
    from_above = sorted(bars, key=lambda node: float(node.get("y", "0")))
    longest, shortest = (float(node.get("width", "0")) for node in from_above)
    assert longest == pytest.approx(4 * shortest, rel=0.02)


def test_nothing_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        PygalPlotter().svg(plot("handovers", numbers()), Look())
