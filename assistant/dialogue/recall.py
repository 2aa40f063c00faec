"""What persons said in this very conversation, so that the bot can repeat it. Internal notes are never looked at."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.knowledge import LONGEST_ANSWER, sentences, specific
from handover.messages import Author
from handover.ports import Line

_CERTAIN, _LIKELY = 0.6, 0.3
_AT_MOST = 0.59
"""The fit of any other question: the knowledge is asked first."""
_WHEN = re.compile(r"\b(?:when|what time|what day|which day|which time|until when|how long)\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:\d{1,2}(?::\d{2})?\s*(?:am|pm|o'?clock)|\d{1,2}:\d{2}|noon|midday|morning|afternoon|evening|tonight|today|"
    r"tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day|between \d|at \d|"
    r"(?:in|within) (?:\d+|an?) (?:hour|minute|day|week)s?)\b",
    re.IGNORECASE,
)
_OF_THIS_CASE = re.compile(
    r"\b(?:my|our|the) (?:\w+ )?(?:technician|visit|appointment|repair|part|delivery|order|refund|call)\b", re.I
)
_LOOKING_BACK = re.compile(
    r"\b(?:was|were|did|said|say|told|tell me again|again|remind|promised?|agreed?|mentioned|supposed|earlier|before)\b",
    re.IGNORECASE,
)


class Told(NamedTuple):
    """A person's words that fit a question: with the name that the contact saw, and how well they fit (0 to 1)."""

    text: str
    label: str
    fit: float

    @property
    def certain(self) -> bool:
        return self.fit >= _CERTAIN

    def __str__(self) -> str:
        return f"{self.label or 'The team'} told you: “{self.text}”"


def told(transcript: Sequence[Line], text: str) -> Told | None:
    """The newest of the best fitting words of a person; None where none fit."""
    lines = [line for line in reversed(transcript) if line.author is Author.person]
    best = max((_fitting(line, text) for line in lines), key=lambda one: one.fit, default=None)
    return best if best is not None and best.fit >= _LIKELY else None


def _fitting(line: Line, text: str) -> Told:
    asked = set(specific(text)) | ({"time"} if _WHEN.search(text) else set())
    said = set(specific(line.text)) | ({"time"} if _TIME.search(line.text) else set())
    asked -= set(specific(line.label))
    share = len(asked & said) / len(asked) if asked else float(_names(line, text))
    return Told(_shortest(line.text), line.label, min(1.0, share * _trust(text)))


def _trust(text: str) -> float:
    """How likely a question is about what was said here: a question that looks back is, one about opening hours is not."""
    if _LOOKING_BACK.search(text):
        return 2.0
    return 1.0 if _OF_THIS_CASE.search(text) else _AT_MOST


def _names(line: Line, text: str) -> bool:
    """Whether the text asks for this person's words and nothing else: "What did Omar say?"."""
    named = bool(line.label) and line.label.split()[0].lower() in text.lower()
    return named or bool(re.search(r"\b(?:he|she|they|person|colleague|agent|technician)\b", text, re.IGNORECASE))


def _shortest(text: str) -> str:
    """A line cut to whole sentences where it is long."""
    chosen = ""
    for sentence in sentences(" ".join(text.split())):
        if chosen and len(chosen) + len(sentence) >= LONGEST_ANSWER:
            break
        chosen = f"{chosen} {sentence}".strip()
    return chosen[:LONGEST_ANSWER]
