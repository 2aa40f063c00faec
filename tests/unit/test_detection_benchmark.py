"""The arithmetic of the detection benchmark, its messages, how the weights are learnt, and how good they have to be."""

import math
from pathlib import Path

import pytest

from assistant.recognition import meaning
from benchmarks.detection.__main__ import everything_on, judged
from benchmarks.detection.figures import Figures, confusion_of, figures
from benchmarks.detection.labelled import HELD_OUT, NONE, SCENARIOS, TRAINING, Labelled, read_messages
from benchmarks.detection.train import THRESHOLD, Learner, best_cut, write

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


@pytest.mark.parametrize("path", [TRAINING, HELD_OUT])
def test_every_message_has_a_known_label_and_stands_once(path: Path) -> None:
    messages = read_messages(path)
    assert {one.label for one in messages} == {*SCENARIOS, NONE}
    assert len(set(map(_letters, messages))) == len(messages)


def test_nothing_that_is_held_out_was_learnt_from() -> None:
    assert not set(map(_letters, read_messages(TRAINING))) & set(map(_letters, read_messages(HELD_OUT)))


def test_requests_for_a_person_are_recognised_as_promised() -> None:
    messages, bot = read_messages(HELD_OUT), everything_on()
    found = figures(judged(messages, bot), ASKED)
    assert found.f1 >= 0.9
    assert found.false_alarms < 0.01
    for source in {one.source for one in messages}:
        assert figures(judged([one for one in messages if one.source == source], bot), ASKED).f1 >= 0.9


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_is_recognised(scenario: str) -> None:
    assert figures(judged(read_messages(HELD_OUT), everything_on()), scenario).f1 >= 0.8


class TestLearning:
    def test_the_best_place_to_stop_is_where_f1_is_best_among_few_false_alarms(self) -> None:
        wanted = [True] * 20 + [False] * 200
        none = [not one for one in wanted]
        asked = [5.0, 4.0, *[1.0] * 18]
        assert best_cut([*asked, *[0.0] * 200], wanted, none) == 1.0
        assert best_cut([*asked, *[2.0] * 2, *[0.0] * 198], wanted, none) == 1.0
        assert best_cut([*asked, *[2.0] * 3, *[0.0] * 197], wanted, none) == 4.0

    def test_what_was_learnt_is_read_again_and_gives_the_same_scores(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        messages = [Labelled(ASKED, "", f"I want a person, {name}") for name in _NAMES]
        messages += [Labelled(NONE, "", f"my order, {name}") for name in _NAMES]
        learner = Learner(messages)
        write({ASKED: learner.weights(ASKED, cut=0.0)}, tmp_path / "weights.tsv")
        monkeypatch.setattr(meaning, "WEIGHTS", tmp_path / "weights.tsv")
        learnt = meaning.weights.__wrapped__()
        assert learnt.scores("I want a person, bea")[ASKED] > THRESHOLD > learnt.scores("my order, bea")[ASKED]

    def test_a_message_at_the_cut_scores_the_threshold(self) -> None:
        learner = Learner([Labelled(ASKED, "", "a person")] * 3 + [Labelled(NONE, "", "an order")] * 3)
        low, high = (learner.weights(ASKED, cut)[meaning.ALWAYS] for cut in (0.0, 1.5))
        assert low - high == pytest.approx(1.5)
        model = learner._fitted(ASKED, range(6))
        assert low == pytest.approx(float(model.intercept_[0]) + math.log(THRESHOLD / (1 - THRESHOLD)))


_NAMES = ("ann", "bob", "cleo", "dan", "eve")


def _letters(message: Labelled) -> str:
    return "".join(filter(str.isalnum, message.text.casefold())) or message.text
