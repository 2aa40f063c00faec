"""The assistant that needs no key, no network and no download: rules over words, and search over the bot's knowledge."""

from collections.abc import Sequence

from assistant import fields, reactions
from assistant.dialogue import UNCLEAR, Reading, pending, reply
from assistant.intents import FAILED, PERSON, recogniser
from assistant.mood import sentiment
from assistant.retrieval import index
from assistant.summary import summary
from handover.bot import Bot
from handover.messages import Author, Case, Facts, Score
from handover.ports import Line, Question


class BuiltinAssistant:
    """Reads a turn and sums a case up. Keeps nothing between turns but prepared settings and knowledge."""

    async def read(self, question: Question) -> Facts:
        """The facts about one turn; never unavailable."""
        reading = understood(question)
        said = reply(reading)
        return Facts(
            answer=said.answer,
            grounded=said.grounded,
            passages=list(said.passages),
            clarifying_question=said.clarifying_question,
            scores=reading.scores,
            sentiment=sentiment(question.text),
            fields=reading.given,
            helped=reading.helped,
            accepts=_accepts(question, reading),
        )

    async def summarise(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        """What is wanted, what was tried and what is known, in at most 800 characters."""
        return summary(bot, case, transcript)


def understood(question: Question) -> Reading:
    """What can be read out of a turn without answering it."""
    bot, text = question.bot, question.text
    found = index(question.knowledge)
    asked = fields.asked(bot, question.transcript)
    given = fields.read(bot, text, asked, found.models)
    scores = recogniser(bot).scores(text)
    return Reading(
        question=question,
        knowledge=found,
        scores=scores,
        helped=None if asked or question.offered else _helped(question, scores.get(FAILED, Score())),
        asked=asked,
        given=given,
        known=fields.known(question.contact) | given,
    )


def _helped(question: Question, failed: Score) -> bool | None:
    """What the text says about the bot's last answer; nothing where its last message was no answer.

    failed: how much the text resembles a phrase of `failed_to_resolve`; such a phrase is a rejection.
    """
    last = next((line for line in reversed(question.transcript) if line.author is not Author.note), None)
    no_answer = last is None or last.author is not Author.bot or last.text in (question.bot.greeting, UNCLEAR)
    if no_answer:
        return None
    if failed.score >= question.bot.handover.scenarios.failed_to_resolve.threshold:
        return False
    return reactions.helped(question.text, pending(question))


def _accepts(question: Question, reading: Reading) -> bool | None:
    """The answer to an offered person; asking for one is a yes."""
    if not question.offered:
        return None
    asked = reading.scores.get(PERSON)
    return True if asked is not None and asked.score >= question.bot.handover.scenarios.human_requested.threshold else reactions.accepts(question.text)
