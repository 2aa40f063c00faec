"""What a model must not say to a contact: a promise that only a handover can keep, or the instructions it works by."""

import re

from assistant.knowledge import sentences

_TELLING = 30
"""Characters from which on a repeated line of the instructions is no coincidence."""

_SOMEBODY = (
    r"(?:someone|somebody|a person|a human|(?:an?|the|our|your) (?:\w+ )?(?:agents?|team|colleagues?|representatives?|"
    r"specialists?|technicians?|managers?|members?|staff|experts?|operators?|advis[eo]rs?)(?: of (?:the|our) team)?|we|they)"
)
_ACTS = (
    r"(?:contact|call|reach|get back|get in touch|join|take over|be with you|be in touch|follow up|respond|reply to you|"
    r"assist you|help you|write to you|email you|phone you)"
)
_PROMISE = re.compile(
    rf"\b{_SOMEBODY}(?:'ll| will| shall| (?:is|are) going to| (?:is|are) about to) (?:\w+ ){{0,3}}{_ACTS}\b|"
    r"\b(?:I'll|I will|I am|I'm|I have|I've|let me|we'll|we will)(?: now| already| just)? (?:going to )?"
    r"(?:connect(?:ing|ed)?|transfer(?:ring|red)?|hand(?:ing|ed)?|forward(?:ing|ed)?|escalat(?:e|ing|ed)|pass(?:ing|ed)?|"
    r"put(?:ting)?|get(?:ting)?) (?:you|this|it|your \w+|someone|somebody|a (?:person|human|colleague))\b|"
    r"\byou(?:'ll| will) (?:be (?:connected|transferred|contacted|called)|hear from|receive a call)\b",
    re.IGNORECASE,
)


def without_promises(text: str) -> str:
    """The text without the sentences that promise a person."""
    kept = [sentence for sentence in sentences(text.replace("’", "'")) if not _PROMISE.search(sentence)]
    return " ".join(kept)


def reveals(text: str, instructions: str) -> bool:
    """Whether the text repeats a sentence of the instructions."""
    said = _flat(text)
    lines = (sentence for line in instructions.splitlines() for sentence in sentences(line))
    return any(len(line) >= _TELLING and _flat(line) in said for line in lines)


def _flat(text: str) -> str:
    return " ".join(text.lower().split())
