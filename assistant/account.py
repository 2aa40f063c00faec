"""What a transcript says by itself, by rules over words: behind the title and the description of every task."""

from collections.abc import Sequence

from assistant.task_text import answers, main_request, summary
from handover.bot import Bot
from handover.casefile import Case
from handover.messages import Contact, Trigger
from handover.ports import Document, Line, Told


class BuiltinAccount:
    """Implements handover.ports.Account. Needs no model, keeps nothing."""

    def request(self, bot: Bot, contact: Contact, transcript: Sequence[Line], trigger: Trigger) -> str:
        return main_request(bot, contact, transcript, trigger)

    def summary(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        return summary(bot, case, transcript)

    def answers(self, bot: Bot, knowledge: Sequence[Document], transcript: Sequence[Line]) -> list[Told]:
        return answers(bot, knowledge, transcript)
