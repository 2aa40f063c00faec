"""A text as words: quotations and disguises off, slips corrected, and what English words do in a help desk's conversations."""

from assistant.text.disguise import folded, undisguised, visible
from assistant.text.lexicon import FILLERS, NEGATIONS, STOPWORDS, WEAK, any_of, word_set
from assistant.text.tokens import MOST_READ, clauses, content, readable, stem, words

__all__ = [
    "FILLERS",
    "MOST_READ",
    "NEGATIONS",
    "STOPWORDS",
    "WEAK",
    "any_of",
    "clauses",
    "content",
    "folded",
    "readable",
    "stem",
    "undisguised",
    "visible",
    "word_set",
    "words",
]
