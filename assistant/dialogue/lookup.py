"""Answers from a bot's knowledge: to a question, to an error code of the contact's model, and another one after a failure."""

from typing import NamedTuple

from assistant.dialogue.reading import Reading
from assistant.fields import wants
from assistant.knowledge import LONGEST_ANSWER, Hit, excerpt, grounded, sentences, terms

_MOST_PARTS = 2
_REST = "The rest of your question I can't answer from the information that I have here."


class Found(NamedTuple):
    """What the knowledge says, and which passages say it."""

    text: str
    sources: tuple[str, ...]


def looked_up(text: str, reading: Reading) -> Found | None:
    """What the knowledge says to a text; for an error code only what it says of the contact's model."""
    if not wants.diagnosis(text):
        return _searched(text, reading)
    hits = reading.knowledge.search(text, also=reading.model, required=terms(reading.model))
    if not hits:
        return None
    return _found(hits[0], text) if reading.model or len(hits) == 1 else _of_each_model(hits)


def another(reading: Reading) -> Found | None:
    """The best answer to the contact's request that the bot has not given yet; none about another model's error code."""
    required = terms(reading.model) if wants.diagnosis(reading.request) else []
    for hit in reading.knowledge.search(reading.request, also=reading.model, required=required):
        found = _found(hit, reading.request)
        if grounded([hit]) and found.text not in reading.said_already:
            return found
    return None


def _searched(text: str, reading: Reading) -> Found | None:
    """By the whole text, otherwise by those of its sentences that the knowledge answers, with a word on the others."""
    whole = _grounded(text, reading)
    if whole is not None:
        return whole
    parts = {part: _grounded(part, reading) for part in sentences(text)}
    found = list(dict.fromkeys(one for one in parts.values() if one is not None))
    if not found:
        return None
    rest = any(one is None and part.endswith("?") for part, one in parts.items())
    said = " ".join(one.text for one in found[:_MOST_PARTS]) + (f" {_REST}" if rest else "")
    return Found(said, tuple(source for one in found[:_MOST_PARTS] for source in one.sources))


def _grounded(text: str, reading: Reading) -> Found | None:
    hits = reading.knowledge.search(text, also=reading.model)
    return _found(hits[0], text) if grounded(hits) else None


def _found(hit: Hit, text: str) -> Found:
    return Found(excerpt(hit.passage, text), (hit.passage.source,))


def _of_each_model(hits: list[Hit]) -> Found:
    """The same code on several models: the first sentence on each, as far as they fit."""
    firsts = [sentences(hit.passage.text)[0] for hit in hits]
    fitting = [text for number, text in enumerate(firsts) if len(" ".join(firsts[: number + 1])) <= LONGEST_ANSWER]
    return Found(" ".join(fitting), tuple(hit.passage.source for hit in hits[: len(fitting)]))
