"""The labelled set, and its two halves: one to develop with, and one to be judged by that nobody looks at."""

import hashlib
from pathlib import Path
from typing import NamedTuple

NONE = "none"
SCENARIOS = ("human_requested", "high_value", "complex_request", "negative_sentiment", "failed_to_resolve")
"""In the order in which a message that is several things at once was labelled: the first that holds."""
SENTENCES = Path(__file__).with_name("sentences.tsv")


class Labelled(NamedTuple):
    """A message with its label and the phenomenon that it stands for."""

    label: str
    group: str
    text: str


class Halves(NamedTuple):
    """The set, split."""

    development: list[Labelled]
    held_out: list[Labelled]


def read_sentences(path: Path = SENTENCES) -> list[Labelled]:
    """Every message of the set, in the order of the file."""
    _header, *lines = path.read_text(encoding="utf-8").splitlines()
    return [Labelled(*line.split("\t")) for line in lines]


def split(messages: list[Labelled]) -> Halves:
    """The two halves, the same at every run and on every machine."""
    held_out = [one for one in messages if is_held_out(one.text)]
    return Halves([one for one in messages if not is_held_out(one.text)], held_out)


def is_held_out(text: str) -> bool:
    """By the lowest bit of the SHA-256 of the text's letters and digits, so that a message and its like stay together."""
    letters = "".join(filter(str.isalnum, text.casefold()))
    return bool(hashlib.sha256(letters.encode()).digest()[-1] & 1)
