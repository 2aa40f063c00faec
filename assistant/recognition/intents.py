"""Which of a bot's scenarios and rules a message looks like, and how much."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from assistant.recognition.meaning import meaning
from assistant.recognition.mood import sentiment
from assistant.recognition.person import asks_for_person
from assistant.recognition.phrases import Phrase, has_keyword, prepared, resemblance
from assistant.text import clauses
from handover.bot import Bot, Scenario
from handover.turns import Score

PERSON = "human_requested"
UPSET = "negative_sentiment"
FAILED = "failed_to_resolve"
UNSCORED = frozenset({"lack_of_information"})
"""Decided by whether the answer is grounded."""

_CLEAR = 0.6
_USUAL = {
    PERSON: ("I want to talk to a human",),
    FAILED: ("That did not help", "You don't understand what I need", "That is not what I asked"),
    "high_value": ("This is urgent",),
    "complex_request": (
        "I'd like a custom quote",
        "Can you send me a contract?",
        "We need a compliance review",
        "I need an approval for this decision",
    ),
}
"""Example phrases of scenarios whose settings name none."""


class Watched(NamedTuple):
    """What one scenario or rule looks out for."""

    name: str
    phrases: tuple[str, ...]
    keywords: tuple[str, ...]


class Recogniser:
    """A bot's phrases and keywords prepared once, to read many messages. `requests`: how it is asked for a person, which says
    what language it speaks, also where that scenario is off."""

    def __init__(self, watched: Sequence[Watched], requests: Sequence[str]) -> None:
        self._phrases = {one.name: tuple(map(prepared, one.phrases)) for one in watched}
        self._keywords = {one.name: tuple(map(prepared, one.keywords)) for one in watched}
        self._uncovered = tuple(phrase for phrase in map(prepared, requests) if not _is_english_request(phrase))
        self._english = len(self._uncovered) < len(requests)

    def scores(self, text: str) -> dict[str, Score]:
        """A score from 0 to 1 for each scenario and rule that the text resembles at all."""
        read = clauses(text)
        meant = meaning(text) if self._english else {}
        found = {name: self._score(name, read, text, meant.get(name, 0.0)) for name in self._phrases}
        return {name: score for name, score in found.items() if score.score > 0}

    def _score(self, name: str, read: list[list[str]], text: str, meant: float) -> Score:
        """By what an English message means, by keywords and by phrases, whichever is surest."""
        phrases = self._phrases[name]
        by_words = _worded(self._keywords[name], self._uncovered if name == PERSON and self._english else phrases, read)
        found = by_words
        if (score := round(meant, 2)) > by_words.score:
            found = Score(score=score, matched=_nearest(text, phrases), kind="phrase" if phrases else "model")
        if name == UPSET:
            tone = Score(score=max(0.0, -sentiment(text)), matched="upset tone", kind="model")
            return max(found, tone, key=_strength)
        return found


def recogniser(bot: Bot) -> Recogniser:
    """The bot's recogniser; the same settings give the same one."""
    return _recogniser(tuple(_watched(bot)), _phrases(PERSON, bot.handover.scenarios.human_requested))


@lru_cache(maxsize=256)
def _recogniser(watched: tuple[Watched, ...], requests: tuple[str, ...]) -> Recogniser:
    return Recogniser(watched, requests)


def _phrases(name: str, scenario: Scenario) -> tuple[str, ...]:
    return tuple(scenario.phrases or _USUAL.get(name, ()))


def _watched(bot: Bot) -> list[Watched]:
    scenarios = [
        Watched(name, _phrases(name, one), tuple(one.keywords))
        for name, one in bot.handover.scenarios.items()
        if one.enabled and name not in UNSCORED
    ]
    rules = [
        Watched(one.name, tuple(one.phrases or ()), tuple(one.keywords)) for one in bot.handover.rules if one.enabled
    ]
    return scenarios + rules


def _is_english_request(phrase: Phrase) -> bool:
    """A bot of which no phrase is an English request speaks another language: its phrases alone decide."""
    return asks_for_person(clauses(phrase.text)) >= _CLEAR


def _worded(keywords: Sequence[Phrase], phrases: Sequence[Phrase], read: list[list[str]]) -> Score:
    """By a keyword, which counts fully, or by the phrase that comes closest."""
    for keyword in keywords:
        if any(has_keyword(keyword, clause) for clause in read):
            return Score(score=1.0, matched=keyword.text, kind="keyword")
    return max((_likeness(phrase, read) for phrase in phrases), key=_strength, default=Score())


def _likeness(phrase: Phrase, read: list[list[str]]) -> Score:
    score = max((resemblance(phrase, clause) for clause in read), default=0.0)
    return Score(score=score, matched=phrase.text if score else "")


def _nearest(text: str, phrases: Sequence[Phrase]) -> str:
    found = process.extractOne(text.lower(), [phrase.text.lower() for phrase in phrases], scorer=fuzz.token_sort_ratio)
    return phrases[found[2]].text if found else ""


def _strength(score: Score) -> float:
    return score.score
