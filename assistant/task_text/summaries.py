"""A plain account of a conversation for the person who takes over: only what was asked, what came of it, what was answered."""

from collections.abc import Sequence

from assistant import fields
from assistant.dialogue import UNCLEAR, UNKNOWN, reactions
from assistant.knowledge import Index, index, sentences, specific
from assistant.task_text.asks import Ask, asks, of_now
from handover.bot import Bot
from handover.casefile import Case
from handover.messages import Author
from handover.ports import Document, Line, Told
from handover.triggers import DECLINED, OFFER, SORRY
from handover.wording import plain, shortened, whole_sentences

LONGEST_SUMMARY = 800
"""Characters of a summary."""

_LONGEST_QUOTE = 110
_MOST_ASKED = 4
_SUPPORTED = 0.7
"""The share of an answer's telling words, weighed by how rare they are, from which on a passage is its source."""

_TELLING = 5
"""Telling words from which on an answer without a source is one, rather than small talk."""

_INNER = str.maketrans("“”", "‘’")


def summary(bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
    """What the contact asked for last, in its order, and what came of it. Empty where that says no more than the request."""
    asked = asks(bot, case.contact, transcript, _MOST_ASKED)
    shown = [f"{_quoted(one.text)}{_outcome(bot, one)}" for one in asked]
    if not shown or shown == [_quoted(case.trigger.request)]:
        return ""
    return shortened(f"Asks: {'; then '.join(shown)}.", LONGEST_SUMMARY)


def answers(bot: Bot, knowledge: Sequence[Document], transcript: Sequence[Line]) -> list[Told]:
    """What the bot has told the contact. See handover.ports.Account."""
    found = index(knowledge)
    said = (line.text for line in of_now(bot, transcript) if line.author is Author.bot)
    told = (_told(found, _without_its_question(bot, text)) for text in said)
    return list(dict.fromkeys(one for one in told if one.sources or _is_answer(bot, one.text)))


def _told(knowledge: Index, text: str) -> Told:
    """The bot's words from the first sentence on that a section of the knowledge holds, with those sections."""
    parts = sentences(text)
    sources = [_source(knowledge, part) for part in parts]
    start = next((place for place, source in enumerate(sources) if source), 0)
    return Told(" ".join(parts[start:]), tuple(dict.fromkeys(filter(None, sources))))


def _source(knowledge: Index, sentence: str) -> str:
    """Where the knowledge says so; empty where it does not, or where the sentence says too little to tell."""
    hits = knowledge.search(sentence)[:1] if len(specific(sentence)) > 1 else []
    return next((hit.passage.source for hit in hits if hit.coverage >= _SUPPORTED), "")


def _outcome(bot: Bot, ask: Ask) -> str:
    """What came of a request, as far as the words of both show it."""
    said = (_without_its_question(bot, reply) for reply in ask.replies)
    given = [text for text in said if _is_answer(bot, text)]
    if UNKNOWN in " ".join(ask.replies) and not given:
        return " (the bot had no answer)"
    if not given:
        return ""
    reaction = next(
        (found for text in reversed(ask.reactions) if (found := reactions.helped(text, "")) is not None), None
    )
    return {None: " (answered)", True: " (answered, and helped)", False: " (answered, but not helped)"}[reaction]


def _without_its_question(bot: Bot, text: str) -> str:
    """The bot's words on one line, without the question for a field that they end in."""
    field = fields.asked(bot, text)
    return plain(text.rstrip().removesuffix(fields.question(field)) if field else text)


def _is_answer(bot: Bot, text: str) -> bool:
    no_answer = text in (plain(bot.greeting), OFFER, DECLINED, SORRY, UNCLEAR, UNKNOWN)
    return not no_answer and len(specific(text)) >= _TELLING


def _quoted(text: str) -> str:
    return f"“{whole_sentences(plain(text).translate(_INNER), _LONGEST_QUOTE)}”"
