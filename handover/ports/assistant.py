"""The bot's brain, and what is read off a text or a transcript without it."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from handover.bot import Bot
from handover.casefile import Case
from handover.messages import Contact, Trigger
from handover.ports.bots import Document
from handover.ports.conversations import Line
from handover.turns import Facts, Score


class Question(NamedTuple):
    """What an assistant is asked: the contact's last words (`text`) with everything said before them (`transcript`).

    offered: the bot has just offered a person and waits for a yes or no.
    """

    bot: Bot
    knowledge: Sequence[Document]
    contact: Contact
    transcript: Sequence[Line]
    text: str
    offered: bool


class Told(NamedTuple):
    """What the bot told the contact, without its questions for fields, and which sections of its knowledge say so: none where
    a model put it in words of its own, or the bot repeated a person's."""

    text: str
    sources: tuple[str, ...] = ()


class Assistant(Protocol):
    """The bot's brain. Raises nothing: what goes wrong is `Facts.unavailable`."""

    async def read(self, question: Question) -> Facts:
        """The facts about one turn."""
        ...

    async def summarise(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        """A few sentences for the person who takes over, in at most 800 characters, with nothing in them that the conversation
        does not say. Empty where it can't say."""
        ...


class Account(Protocol):
    """What a transcript says by itself, without a model: the same transcript always gives the same account."""

    def request(self, bot: Bot, contact: Contact, transcript: Sequence[Line], trigger: Trigger) -> str:
        """What the contact needs somebody for, in their own words on one line: the newest thing of substance. The words that
        came with the trigger, which need not be in the transcript, where there is no such thing."""
        ...

    def summary(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        """What the contact asked for, one thing after the other, and what came of it. Empty where the request says it all."""
        ...

    def answers(self, bot: Bot, knowledge: Sequence[Document], transcript: Sequence[Line]) -> list[Told]:
        """What the bot has told the contact about what they asked, oldest first, each thing once."""
        ...


class Recognise(Protocol):
    def __call__(self, bot: Bot, text: str) -> dict[str, Score]:
        """How much one message looks like each of the bot's enabled scenarios and rules, by name."""
        ...


class ContactDetails(Protocol):
    def __call__(self, bot: Bot, text: str) -> dict[str, str]:
        """`email` and `phone` where the text holds them, by which a person can get back to the contact. A line "Phone: …"
        is the contact's word for it: it is kept as typed where it is no dialable number."""
        ...
