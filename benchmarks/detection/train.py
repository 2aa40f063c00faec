"""Learn the weights that assistant/recognition/meaning.py reads, from the training messages alone.

    .venv/bin/python -m benchmarks.detection.train                 # learn, and write assistant/recognition/meaning.tsv
    .venv/bin/python -m benchmarks.detection.train --confusions    # what is read wrongly by weights that have not seen it

Figures and confusions are cross-validated: each fifth of the messages is read by weights learnt from the other four. The
same messages give the same weights.
"""

import argparse
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from assistant.recognition.features import features, sentences
from assistant.recognition.meaning import ALWAYS, IN_A_SENTENCE, WEIGHTS
from benchmarks.detection.labelled import NONE, SCENARIOS, TRAINING, Labelled, read_messages

FOLDS = 5
THRESHOLD = 0.6
"""What a score has to reach by default; weights are moved so that it is the best place to stop."""
STRENGTH = 0.3
"""How far weights may go from 0 (the inverse of the L2 penalty); the best of 0.1, 0.3 and 1 by cross-validation."""
SEEN = 3
"""How many messages must have a feature for it to be learnt."""
SMALLEST = 0.05
"""Weights nearer to 0 than this are left out: together they change hardly a score, and are most of the file."""
MOST_FALSE_ALARMS = 0.0115
"""Of the training messages without a scenario three in five look like one on purpose, so this many are one in a hundred or
fewer of what people write."""


class Crossed(NamedTuple):
    """Cross-validated log-odds of a scenario, one a message, and the best place to stop."""

    odds: list[float]
    cut: float


class Learner:
    """Messages as matrices of features: each as a whole to learn from, and with its sentences to be read."""

    def __init__(self, messages: Sequence[Labelled]) -> None:
        read = [features(one.text) for one in messages]
        counts = Counter(feature for found in read for feature in found)
        kept = {feature for feature, count in counts.items() if count >= SEEN}
        self.messages = messages
        self._vectors = DictVectorizer()
        self._matrix: Any = self._vectors.fit_transform(map(_row, (found & kept for found in read)))
        self._sentences = [self._rows(sentences(one.text)) for one in messages]

    def crossed(self, scenario: str) -> Crossed:
        """How a scenario's weights do on messages that they have not seen."""
        labels = [one.label for one in self.messages]
        odds = [0.0] * len(labels)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        for learnt, held in folds.split(labels, labels):
            model = self._fitted(scenario, learnt)
            for place, value in zip(held, model.decision_function(self._matrix[held]), strict=True):
                in_one = self._sentences[place] if scenario in IN_A_SENTENCE else None
                odds[place] = float(max([value, *(model.decision_function(in_one) if in_one is not None else [])]))
        return Crossed(odds, best_cut(odds, [label == scenario for label in labels], [one == NONE for one in labels]))

    def weights(self, scenario: str, cut: float) -> dict[str, float]:
        """Learnt from all messages; a message at the cut gets the score THRESHOLD."""
        model = self._fitted(scenario, range(len(self.messages)))
        always = float(model.intercept_[0]) - cut + math.log(THRESHOLD / (1 - THRESHOLD))
        learnt = zip(self._vectors.get_feature_names_out(), model.coef_[0], strict=True)
        return {ALWAYS: always} | {feature: float(weight) for feature, weight in learnt if abs(weight) >= SMALLEST}

    def _rows(self, texts: Sequence[str]) -> Any:
        return self._vectors.transform(map(_row, map(features, texts))) if texts else None

    def _fitted(self, scenario: str, places: Sequence[int]) -> LogisticRegression:
        wanted = [self.messages[place].label == scenario for place in places]
        model = LogisticRegression(C=STRENGTH, solver="liblinear", tol=1e-4, random_state=0)
        return model.fit(self._matrix[places], wanted)


def _row(found: set[str]) -> dict[str, float]:
    return dict.fromkeys(sorted(found), 1.0)


def best_cut(odds: Sequence[float], wanted: Sequence[bool], none: Sequence[bool]) -> float:
    """The log-odds from which on F1 is best, among those that keep false alarms under MOST_FALSE_ALARMS."""
    allowed = MOST_FALSE_ALARMS * sum(none)
    best, cut, hits, alarms = -1.0, math.inf, 0, 0
    for read, (value, is_wanted, is_none) in enumerate(sorted(zip(odds, wanted, none, strict=True), reverse=True), 1):
        hits, alarms = hits + is_wanted, alarms + is_none
        if alarms > allowed:
            break
        if (f1 := 2 * hits / (read + sum(wanted))) > best:
            best, cut = f1, value
    return cut


def write(weights: dict[str, dict[str, float]], path: Path) -> None:
    """By scenario, then feature: as assistant.recognition.meaning.weights reads it."""
    every = sorted({feature for one in weights.values() for feature in one})
    lines = ["\t".join(["feature", *weights])]
    lines += ["\t".join([one, *(_number(learnt.get(one)) for learnt in weights.values())]) for one in every]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _number(weight: float | None) -> str:
    return "" if weight is None else f"{weight:.2f}"


def report(scenario: str, crossed: Crossed, messages: Sequence[Labelled]) -> str:
    read = [value >= crossed.cut for value in crossed.odds]
    hits = sum(found and one.label == scenario for found, one in zip(read, messages, strict=True))
    wanted = sum(one.label == scenario for one in messages)
    alarms = sum(found and one.label == NONE for found, one in zip(read, messages, strict=True))
    none = sum(one.label == NONE for one in messages)
    f1 = 2 * hits / (sum(read) + wanted)
    return f"{scenario:20}{hits / max(1, sum(read)):9.3f}{hits / wanted:8.3f}{f1:8.3f}{alarms / none:13.2%}"


def confusions(scenario: str, crossed: Crossed, messages: Sequence[Labelled]) -> Iterator[str]:
    """The wrong ones, the worst first: its log-odds beyond the cut, label, group and text, tab separated."""
    beyond = [value - crossed.cut for value in crossed.odds]
    wrong = [
        (value, one) for value, one in zip(beyond, messages, strict=True) if (value >= 0) != (one.label == scenario)
    ]
    for value, one in sorted(wrong, key=lambda pair: -abs(pair[0])):
        yield f"{scenario}\t{value:+.1f}\t{one.label}\t{one.group}\t{one.text}"


def main(list_confusions: bool) -> None:
    messages = read_messages(TRAINING)
    learner = Learner(messages)
    weights = {}
    print(f"{len(messages)} messages, cross-validated\n{'':20}precision  recall      F1  false alarms")
    for scenario in SCENARIOS:
        crossed = learner.crossed(scenario)
        print(report(scenario, crossed, messages), flush=True)
        if list_confusions:
            print(*confusions(scenario, crossed, messages), sep="\n")
        weights[scenario] = learner.weights(scenario, crossed.cut)
    if not list_confusions:
        write(weights, WEIGHTS)
        print(f"written: {WEIGHTS.name}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--confusions", action="store_true", help="list what is wrong instead of writing the weights")
    main(parser.parse_args().confusions)
