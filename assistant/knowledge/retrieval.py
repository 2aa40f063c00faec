"""Search over a bot's knowledge: BM25 over passages, and how much of a question the best of them covers."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from assistant.knowledge.passages import Passage, models, passages, sentences
from assistant.text import WEAK, clauses, content, stem
from handover.ports import Document

ENOUGH = 0.5
"""The share of a question, weighed by how telling its words are, that a passage must cover to ground an answer."""

LONGEST_ANSWER = 500
"""Characters."""

_HEADING_COUNTS = 2
_SATURATION, _LENGTH = 1.2, 0.6
_WEAK_COUNTS = 0.25
_WEAK = frozenset(map(stem, WEAK))
_IDENTIFIER = re.compile(r"(?<=[a-z]{2})[- ]?(?=\d)")
_CODE = re.compile(r"[a-z]\d{1,3}|\d{3,}")


class Hit(NamedTuple):
    """A passage found: its BM25 score, and which share of the question it covers (0 to 1)."""

    passage: Passage
    score: float
    coverage: float


class Index:
    """Passages prepared for search. Build it with `index`, which keeps it for the next question."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.passages = passages(documents)
        self.models = models(self.passages)
        self._counts = [_counted(passage) for passage in self.passages]
        self._lengths = [counts.total() for counts in self._counts]
        self._mean = sum(self._lengths) / max(1, len(self._lengths))
        self._spread = Counter(term for counts in self._counts for term in counts)
        self._vocabulary = list(self._spread)

    def search(self, text: str, *, also: str = "", required: Iterable[str] = ()) -> list[Hit]:
        """Passages with something in common with the text, best first.

        also: words that make a passage better without being part of the question, such as the contact's model.
        required: terms that every hit must have; codes in the text always are.
        """
        asked = list(dict.fromkeys(self._known(term) for term in terms(text)))
        if _WEAK.issuperset(asked):
            return []
        needed = {term for term in asked if is_code(term)} | set(required)
        more = set(terms(also)) - set(asked)
        hits = [self._hit(number, asked, more) for number, counts in enumerate(self._counts) if needed <= counts.keys()]
        ranks = {
            hit: hit.coverage * hit.score * (1 + _fit(hit.passage, text, asked)) for hit in hits if hit.coverage > 0
        }
        return sorted(ranks, key=lambda hit: -ranks[hit])

    def _hit(self, number: int, asked: list[str], more: set[str]) -> Hit:
        counts = self._counts[number]
        whole = sum(map(self._weight, asked))
        covered = sum(self._weight(term) for term in asked if term in counts)
        score = sum(self._bm25(number, term) for term in [*asked, *more] if term in counts)
        return Hit(self.passages[number], score, covered / whole if whole else 0.0)

    def _bm25(self, number: int, term: str) -> float:
        count = self._counts[number][term]
        length = 1 - _LENGTH + _LENGTH * self._lengths[number] / self._mean
        return self._weight(term) * count * (_SATURATION + 1) / (count + _SATURATION * length)

    def _weight(self, term: str) -> float:
        """The rarer, the more telling; words that say little about a topic count for less."""
        spread = self._spread[term]
        rarity = math.log(1 + (len(self._counts) - spread + 0.5) / (spread + 0.5))
        return rarity * (_WEAK_COUNTS if term in _WEAK else 1.0)

    def _known(self, term: str) -> str:
        """The term, or the one of the knowledge that it is a slip of."""
        if term in self._spread or len(term) < 5 or any(map(str.isdigit, term)):
            return term
        found = process.extractOne(term, self._vocabulary, scorer=OSA.distance, score_cutoff=1)
        return found[0] if found and _is_slip(term, found[0]) else term


def index(documents: Sequence[Document]) -> Index:
    """The documents' index; the same documents give the same one."""
    return _index(tuple(documents))


@lru_cache(maxsize=64)
def _index(documents: tuple[Document, ...]) -> Index:
    return Index(documents)


def terms(text: str) -> list[str]:
    """The stems that a text is searched by; `NW-200`, `nw 200` and `NW200` are the same two."""
    apart = _IDENTIFIER.sub(" ", text.lower())
    return content([word for clause in clauses(apart) for word in clause])


def specific(text: str) -> list[str]:
    """The terms that say what a text is about."""
    return [term for term in terms(text) if term not in _WEAK]


def is_code(term: str) -> bool:
    """Whether the term is a code such as `e5`, which no other word can stand for."""
    return bool(_CODE.fullmatch(term))


def grounded(hits: Sequence[Hit]) -> bool:
    """Whether the best hit covers enough of the question to answer it."""
    return bool(hits) and hits[0].coverage >= ENOUGH


def excerpt(passage: Passage, text: str) -> str:
    """The passage in whole sentences, at most LONGEST_ANSWER characters: from the one that fits the text best onwards."""
    if len(passage.text) <= LONGEST_ANSWER:
        return passage.text
    asked = set(terms(text))
    parts = sentences(passage.text)
    best = max(range(len(parts)), key=lambda place: len(asked & set(terms(parts[place]))))
    chosen = parts[best][:LONGEST_ANSWER]
    for sentence in parts[best + 1 :]:
        if len(chosen) + len(sentence) >= LONGEST_ANSWER:
            break
        chosen = f"{chosen} {sentence}"
    return chosen


def _is_slip(term: str, meant: str) -> bool:
    """A letter left out, doubled or swapped. Another letter is too often another word: `senior` is no `sensor`."""
    return term[0] == meant[0] and (len(term) != len(meant) or sorted(term) == sorted(meant))


def _fit(passage: Passage, text: str, asked: Sequence[str]) -> float:
    """How much the passage's own heading is this question, 0 to 2: by its telling words, and by its wording."""
    if not passage.headings:
        return 0.0
    heading = passage.headings[-1]
    named = set(terms(heading))
    share = len(named & set(asked)) / len(named) if named else 0.0
    return share + fuzz.token_set_ratio(heading.lower(), text.lower()) / 100


def _counted(passage: Passage) -> Counter[str]:
    headings = terms(" . ".join(passage.headings))
    return Counter(terms(passage.text) + headings * _HEADING_COUNTS)
