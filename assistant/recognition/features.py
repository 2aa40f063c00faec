"""What a message is made of, as far as it tells what is wanted: its words, their kinds, and pieces of words.

Each piece is one feature: a text whose first letter says of which sort it is. How much a feature speaks for a scenario is
learnt (see meaning.py). Words carry what a message is about, kinds how people ask whatever it is about, and pieces of words
stand for those that are misspelt or never seen.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.recognition.kinds import KINDS, LINKS, kind_of
from assistant.recognition.mood import sentiment
from assistant.recognition.person import asks_for_person
from assistant.text import FILLERS, NEGATIONS, clauses, readable

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+|\s[-–—]+\s|\b(?:but|so)\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_MOST_CAPITALS = 0.6
_LONGEST_NUMBER = 5
_CLAUSE_LENGTHS, _MESSAGE_LENGTHS = 6, 28


def sentences(text: str) -> list[str]:
    """The sentences of a message that has several; one of them may be what it was written for."""
    found = [one for one in _SENTENCE_END.split(readable(text)) if len(one.split()) > 1]
    return found if len(found) > 1 else []


def features(text: str) -> set[str]:
    """Every feature of a text, each once."""
    read = clauses(text)
    found = set(_tone(text, read))
    for clause in read:
        words = [_number(word) for word in clause if word not in FILLERS]
        found.update(_in_words(words))
        found.update(_denied(words))
        found.update(_in_kinds([kind_of(word) for word in words]))
    found.update(_in_pieces(" ".join(word for clause in read for word in clause)))
    return found


def _in_words(words: Sequence[str]) -> Iterator[str]:
    line = ["<", *words, ">"]
    for length in (1, 2, 3):
        yield from (f"w {' '.join(one)}" for one in _sequences(line, length))
    yield from (f"w {first} * {last}" for first, last in zip(line, line[2:], strict=False))


def _denied(words: Sequence[str]) -> Iterator[str]:
    """The words after a negation."""
    after = next((place for place, word in enumerate(words, 1) if word in NEGATIONS), len(words))
    return (f"n {word}" for word in words[after:])


def _in_kinds(kinds: Sequence[str]) -> Iterator[str]:
    """Sequences of kinds, and of the telling ones alone whatever stands between them."""
    line = ["<", *kinds, ">"]
    for length in (1, 2, 3, 4):
        yield from (f"k {' '.join(one)}" for one in _sequences(line, length))
    yield from (f"k {first} * {last}" for first, last in zip(line, line[2:], strict=False))
    telling = ["<", *(kind for kind in kinds if kind in KINDS or kind in LINKS), ">"]
    yield from (f"k … {one} … {other}" for one, other in pairwise(telling))
    yield from (f"k … {' '.join(one)}" for one in _sequences(telling, 3))


def _in_pieces(text: str) -> Iterator[str]:
    """Three to five letters of a word that is no number, its beginning and end marked by a space."""
    for word in text.split():
        if _DIGIT.search(word):
            continue
        marked = f" {word} "
        for length in (3, 4, 5):
            yield from (f"p{''.join(one)}" for one in _sequences(marked, length))


def _tone(text: str, read: Sequence[Sequence[str]]) -> Iterator[str]:
    """What concerns the message as a whole."""
    yield f"t asks for a person {asks_for_person(read):.1f}"
    yield f"t sentiment {round(4 * sentiment(text))}"
    yield f"t words {min(sum(map(len, read)), _MESSAGE_LENGTHS - 1) // 4}"
    yield f"t clauses {min(len(read), 4)}"
    yield from (f"t {sign}" for sign in "?!" if sign in text)
    letters = [letter for letter in text if letter.isalpha()]
    if letters and sum(map(str.isupper, letters)) > _MOST_CAPITALS * len(letters):
        yield "t capitals"


def _number(word: str) -> str:
    """Of a number its length alone tells something."""
    return f"#{min(len(word), _LONGEST_NUMBER)}" if _DIGIT.search(word) else word


def _sequences(line: Sequence[str], length: int) -> Iterator[Sequence[str]]:
    return (line[start : start + length] for start in range(len(line) - length + 1))
