"""A bot's documents as passages, and the search that finds the one which answers."""

from assistant.knowledge.passages import Passage, sentences
from assistant.knowledge.retrieval import LONGEST_ANSWER, Hit, Index, excerpt, grounded, index, is_code, specific, terms

__all__ = [
    "LONGEST_ANSWER",
    "Hit",
    "Index",
    "Passage",
    "excerpt",
    "grounded",
    "index",
    "is_code",
    "sentences",
    "specific",
    "terms",
]
