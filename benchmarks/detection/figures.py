"""Precision, recall and false alarms, from what was labelled and what was read."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from benchmarks.detection.labelled import NONE

Confusion = Counter[tuple[str, str]]
"""How many messages with a label (first) were read as what (second)."""


class Figures(NamedTuple):
    """How well one scenario is recognised; each is a share from 0 to 1."""

    precision: float
    recall: float
    f1: float
    false_alarms: float


def figures(confusion: Confusion, scenario: str) -> Figures:
    """Precision = hits / read as it. Recall = hits / labelled it. F1 = 2 · hits / (read as it + labelled it).

    False alarms = messages labelled none and read as it / messages labelled none. Nothing divided by nothing is 0.
    """
    hits = confusion[scenario, scenario]
    read = _total(confusion, read=scenario)
    labelled = _total(confusion, label=scenario)
    alarms = confusion[NONE, scenario]
    return Figures(
        precision=_share(hits, read),
        recall=_share(hits, labelled),
        f1=_share(2 * hits, read + labelled),
        false_alarms=_share(alarms, _total(confusion, label=NONE)),
    )


def confusion_of(pairs: Iterable[tuple[str, str]]) -> Confusion:
    """Count pairs of a label and what the message was read as."""
    return Counter(pairs)


def _total(confusion: Confusion, label: str | None = None, read: str | None = None) -> int:
    return sum(n for (one, other), n in confusion.items() if label in (None, one) and read in (None, other))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
