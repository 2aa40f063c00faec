"""The arithmetic and the split of the detection benchmark."""

import pytest

from benchmarks.detection.figures import Figures, confusion_of, figures
from benchmarks.detection.labelled import NONE, SCENARIOS, Labelled, is_held_out, read_sentences, split

ASKED, UPSET = "human_requested", "negative_sentiment"


def test_figures_of_a_confusion_made_by_hand() -> None:
    confusion = confusion_of(
        [(ASKED, ASKED)] * 6 + [(ASKED, NONE)] * 2 + [(UPSET, ASKED)] + [(NONE, ASKED)] + [(NONE, NONE)] * 9
    )
    assert figures(confusion, ASKED) == pytest.approx(Figures(precision=6 / 8, recall=6 / 8, f1=0.75, false_alarms=0.1))
    assert figures(confusion, UPSET) == Figures(0, 0, 0, 0)


def test_precision_and_recall_are_told_apart() -> None:
    confusion = confusion_of([(ASKED, ASKED)] * 3 + [(ASKED, UPSET)] * 9 + [(NONE, ASKED)])
    found = figures(confusion, ASKED)
    assert (found.precision, found.recall, found.false_alarms) == (0.75, 0.25, 1.0)
    assert found.f1 == pytest.approx(2 * 0.75 * 0.25 / (0.75 + 0.25))


def test_nothing_at_all_has_figures_too() -> None:
    assert figures(confusion_of([]), ASKED) == Figures(0, 0, 0, 0)


def test_the_halves_are_about_equal_and_share_nothing() -> None:
    messages = read_sentences()
    halves = split(messages)
    assert sorted(halves.development + halves.held_out) == sorted(messages)
    assert 0.45 < len(halves.held_out) / len(messages) < 0.55
    assert {one.label for one in messages} == {*SCENARIOS, NONE}


def test_messages_that_differ_in_case_and_punctuation_alone_fall_into_the_same_half() -> None:
    assert is_held_out("Agent, please!") == is_held_out("agent please")
    halves = split([Labelled(NONE, "number", str(number)) for number in range(20)])
    assert halves.development
    assert halves.held_out
