"""What is understood of a turn before it is answered."""

from collections.abc import Sequence
from typing import NamedTuple

from assistant import fields
from assistant.dialogue import reactions
from assistant.knowledge import Index, index, is_code, specific, terms
from assistant.recognition import FAILED, recogniser, scores_of
from handover.attachments import words_alone
from handover.messages import Author
from handover.ports import Line, Question
from handover.turns import Score

UNCLEAR = "Could you tell me a bit more? Which product or service is it about?"
"""The one clarifying question."""

_FEW = 2
"""Telling words up to which a reaction is nothing but one."""


class Reading(NamedTuple):
    """A turn, read.

    text: what the contact said, without the names of what they attached.
    asked: the field that the bot's last message asked for, unless the contact reacts to what it said before the question.
    given: fields in this text. known: those and the earlier ones. request: what the contact came for before this text.
    """

    question: Question
    text: str
    knowledge: Index
    scores: dict[str, Score]
    helped: bool | None
    asked: str | None
    given: dict[str, str]
    known: dict[str, str]
    request: str

    @property
    def attached(self) -> bool:
        """Whether something came along that the bot can't look at."""
        return self.text != self.question.text.strip()

    @property
    def model(self) -> str:
        """The contact's product model, "" where it is not known."""
        return next((value for field, value in self.known.items() if "model" in field), "")

    @property
    def said_already(self) -> str:
        """Everything that the bot has written."""
        return "\n".join(line.text for line in self.question.transcript if line.author is Author.bot)


def understood(question: Question) -> Reading:
    """Read a turn."""
    bot, text = question.bot, words_alone(question.text)
    knowledge = index(question.knowledge)
    scores = scores_of(recogniser(bot), text)
    request = _pending(question)
    helped = _helped(question, text, scores.get(FAILED, Score()), request)
    asked = fields.asked(bot, _last_words(question.transcript)) if helped is None else None
    given = fields.read(bot, text, asked, knowledge.models)
    known = fields.known(question.contact) | given
    return Reading(question, text, knowledge, scores, helped, asked, given, known, request)


def merely_reacts(text: str) -> bool:
    """Whether the text is a reaction to an answer and nothing else: "that didn't help"."""
    few = len(specific(text)) <= _FEW and "?" not in text and not any(map(is_code, terms(text)))
    return few and reactions.helped(text, "") is not None


def _helped(question: Question, text: str, failed: Score, request: str) -> bool | None:
    """What the text says about the bot's last answer; nothing where its last message was no answer.

    failed: how much the text resembles a phrase of `failed_to_resolve`; such a phrase is a rejection.
    """
    said = _last_words(question.transcript)
    no_answer = question.offered or said in ("", question.bot.greeting, UNCLEAR) or fields.only_asks(question.bot, said)
    if no_answer:
        return None
    if failed.score >= question.bot.handover.scenarios.failed_to_resolve.threshold:
        return False
    return reactions.helped(text, request)


def _last_words(transcript: Sequence[Line]) -> str:
    """What the bot said last, "" where somebody else spoke after it."""
    said = next((line for line in reversed(transcript) if line.author is not Author.note), None)
    return said.text if said is not None and said.author is Author.bot else ""


def _pending(question: Question) -> str:
    """The contact's last request before this text: no courtesy, no reaction, no answer to the bot's own question."""
    lines = question.transcript
    for place in range(len(lines) - 1, -1, -1):
        text = words_alone(lines[place].text)
        answers = fields.asked(question.bot, _last_words(lines[:place])) is not None and "?" not in text
        if (
            text
            and lines[place].author is Author.contact
            and not (answers or reactions.only_courtesy(text) or merely_reacts(text))
        ):
            return text
    return ""
