"""What a message means to a help desk: how much it is each of the scenarios, by weights that were learnt.

A logistic regression for each scenario over the message's features. The weights come from the labelled messages in
benchmarks/detection, by benchmarks/detection/train.py; they are English, and know nothing of any bot's business.
"""

import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

from assistant.recognition.features import features, sentences
from assistant.text import clauses

WEIGHTS = Path(__file__).with_name("meaning.tsv")
"""A header with the scenarios; then a feature and its weight for each of them, empty where it counts nothing."""

ALWAYS = ""
"""The feature that every message has: where a scenario's score crosses the middle."""

IN_A_SENTENCE = frozenset(["human_requested"])
"""What is asked for in one sentence, whatever else the message tells; every other scenario is what it tells as a whole."""

_SUREST = 0.98


class Weights(NamedTuple):
    """By feature: which scenarios (by their place in `scenarios`) it speaks for, and how much."""

    scenarios: tuple[str, ...]
    of: dict[str, tuple[tuple[int, float], ...]]

    def scores(self, text: str) -> dict[str, float]:
        """How much the text is each scenario: 0 to 1."""
        odds = self._odds(text)
        for sentence in sentences(text):
            in_one = self._odds(sentence)
            odds |= {name: max(odds[name], in_one[name]) for name in IN_A_SENTENCE}
        return {name: _share(one) for name, one in odds.items()}

    def _odds(self, text: str) -> dict[str, float]:
        """The log-odds that the features of a text add up to."""
        sums = [0.0] * len(self.scenarios)
        for feature in (ALWAYS, *features(text)):
            for place, weight in self.of.get(feature, ()):
                sums[place] += weight
        return dict(zip(self.scenarios, sums, strict=True))


def meaning(text: str) -> dict[str, float]:
    """How much an English message is each of the scenarios that can be told from one message: 0 to 1. No words, nothing."""
    return weights().scores(text) if clauses(text) else {}


@cache
def weights() -> Weights:
    """The learnt weights."""
    header, *rows = WEIGHTS.read_text(encoding="utf-8").splitlines()
    return Weights(tuple(header.split("\t")[1:]), dict(map(_row, rows)))


def _row(line: str) -> tuple[str, tuple[tuple[int, float], ...]]:
    feature, *columns = line.split("\t")
    return feature, tuple((place, float(weight)) for place, weight in enumerate(columns) if weight)


def _share(odds: float) -> float:
    return min(1 / (1 + math.exp(-odds)), _SUREST)
