"""The questions by which a bot asks for the fields that it collects."""

from collections.abc import Sequence

from handover.bot import Bot
from handover.messages import Author
from handover.ports import Line

_QUESTIONS = {
    "name": "May I have your name?",
    "phone": "What phone number can we reach you at?",
    "email": "What is your email address?",
    "product_model": "Which model do you have?",
}

_LEAD_IN = 45
"""Characters of "Thank you, Maria." and the like before a question."""


def question(field: str) -> str:
    """The question that asks for a field."""
    return _QUESTIONS.get(field) or f"What is your {field.replace('_', ' ').replace('-', ' ')}?"


def asked(bot: Bot, said: str) -> str | None:
    """The field that the bot asked for with these words; None where they don't end in such a question."""
    return next((field for field in bot.collect if said.rstrip().endswith(question(field))), None)


def only_asks(bot: Bot, said: str) -> bool:
    """Whether the bot's words are a question for a field, with a lead-in perhaps, rather than an answer."""
    field = asked(bot, said)
    return field is not None and len(said.rstrip().removesuffix(question(field))) <= _LEAD_IN


def times_asked(field: str, transcript: Sequence[Line]) -> int:
    """How often the bot has asked for the field."""
    return sum(line.author is Author.bot and line.text.rstrip().endswith(question(field)) for line in transcript)
