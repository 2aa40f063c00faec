"""The assistant that needs no key, no network and no download: rules over words, and search over the bot's knowledge."""

from collections.abc import Sequence

from assistant.dialogue import Reading, reactions, reply, understood
from assistant.recognition import PERSON, sentiment
from assistant.task_text import summary
from handover.bot import Bot
from handover.casefile import Case
from handover.ports import Line, Question
from handover.turns import Facts, Score


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
            sentiment=sentiment(reading.text),
            fields=reading.given,
            helped=reading.helped,
            accepts=_accepts(reading) if question.offered else None,
        )

    async def summarise(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        """What is wanted, what was tried and what is known, in at most 800 characters."""
        return summary(bot, case, transcript)


def _accepts(reading: Reading) -> bool | None:
    """The answer to an offered person; asking for one is a yes."""
    asked = reading.scores.get(PERSON, Score()).score
    if asked >= reading.question.bot.handover.scenarios.human_requested.threshold:
        return True
    return reactions.accepts(reading.text)
