"""How much a message resembles an example phrase, in any language: shared words weighed by length, not exact text."""

import math
from typing import NamedTuple

from rapidfuzz.distance import OSA

from assistant.text import FILLERS, NEGATIONS, STOPWORDS, clauses, stem

_LONGEST = 8
_OPPOSED = 0.4
"""What is left of a score when one side is negated and the other is not."""


class Phrase(NamedTuple):
    """An example phrase prepared for comparison: its words, the stems of the telling ones, and whether it is negated."""

    text: str
    spoken: tuple[str, ...]
    stems: tuple[str, ...]
    negated: bool


def prepared(text: str) -> Phrase:
    """An example phrase, ready to be compared with many messages."""
    spelt = [word for clause in clauses(text) for word in clause]
    return Phrase(text, tuple(spelt), tuple(dict.fromkeys(_telling(spelt))), _is_negated(spelt))


def resemblance(phrase: Phrase, clause: list[str]) -> float:
    """0 to 1: the share of the phrase's telling words that the clause has, less where they lie far apart."""
    stems = [stem(word) for word in clause]
    places = [(_place(word, stems), word) for word in phrase.stems]
    found = [(place, word) for place, word in places if place is not None]
    if not found:
        return 0.0
    covered = sum(_weight(word) for _, word in found) / sum(map(_weight, phrase.stems))
    spread = max(place for place, _ in found) - min(place for place, _ in found) + 1
    score = covered * math.sqrt(covered) * (0.8 + 0.2 * min(1.0, 2 * len(found) / spread))
    return score if _is_negated(clause) == phrase.negated else score * _OPPOSED


def has_keyword(keyword: Phrase, clause: list[str]) -> bool:
    """Whether the clause has the keyword's words next to each other, as whole words, without taking them back."""
    wanted = keyword.spoken
    for start in range(len(clause) - len(wanted) + 1):
        same = all(map(_same_word, wanted, clause[start : start + len(wanted)]))
        if same and not _is_negated(clause[max(0, start - 3) : start]):
            return True
    return False


def _telling(words: list[str]) -> list[str]:
    """The stems that tell a phrase apart; all of them where nothing else is left."""
    kept = [word for word in words if word not in STOPWORDS and word not in FILLERS and word != "'s"]
    return [stem(word) for word in kept or words]


def _is_negated(words: list[str]) -> bool:
    return not NEGATIONS.isdisjoint(words)


def _place(wanted: str, stems: list[str]) -> int | None:
    return next((index for index, found in enumerate(stems) if _same(wanted, found)), None)


def _same(wanted: str, found: str) -> bool:
    """Equal, or one slip apart where the word is long enough for slips to be seen."""
    if wanted == found:
        return True
    long_enough = min(len(wanted), len(found)) >= 5 and wanted[0] == found[0]
    return long_enough and OSA.distance(wanted, found, score_cutoff=1) <= 1


def _same_word(wanted: str, found: str) -> bool:
    """The same word, in the singular or the plural; `care` is no `car`."""
    return _same(wanted, found) or wanted + "s" == found or wanted == found + "s"


def _weight(word: str) -> int:
    return min(len(word), _LONGEST)
