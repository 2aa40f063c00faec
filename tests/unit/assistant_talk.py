"""A conversation with an assistant without anything around it: what the tests of assistant/ talk through."""

from datetime import UTC, datetime
from pathlib import Path

from assistant.builtin import BuiltinAssistant
from handover.bot import Bot
from handover.documents import read_bot
from handover.messages import Author, Contact
from handover.ports import Document, Line, Question
from handover.turns import Facts

HVAC = Path(__file__).resolve().parents[2] / "examples" / "hvac"
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
OWN = {"name", "phone", "email"}


def hvac() -> Bot:
    return read_bot((HVAC / "bot.yaml").read_text(encoding="utf-8"), "bot.yaml")


def knowledge() -> tuple[Document, ...]:
    files = sorted((HVAC / "knowledge").glob("*.md"))
    return tuple(Document(file.name, file.read_text(encoding="utf-8")) for file in files)


def line(author: Author, text: str, label: str = "") -> Line:
    return Line(author, text, AT, 0, label)


class Talk:
    """The contact writes, the assistant answers, and what it learns is kept on the contact."""

    def __init__(self, bot: Bot | None = None, documents: tuple[Document, ...] | None = None) -> None:
        self.bot = bot or hvac()
        self.documents = knowledge() if documents is None else documents
        self.contact = Contact(id="c1")
        self.transcript: list[Line] = []

    async def says(self, text: str, offered: bool = False) -> Facts:
        question = Question(self.bot, self.documents, self.contact, tuple(self.transcript), text, offered)
        facts = await BuiltinAssistant().read(question)
        self.learn(facts.fields)
        self.transcript += [line(Author.contact, text), line(Author.bot, facts.answer)]
        return facts

    def told(self, text: str, label: str = "Omar from Northwind") -> None:
        """A person writes to the contact."""
        self.transcript.append(line(Author.person, text, label))

    def noted(self, text: str) -> None:
        """A person writes an internal note."""
        self.transcript.append(line(Author.note, text, "Omar"))

    def learn(self, fields: dict[str, str]) -> None:
        own = {name: value for name, value in fields.items() if name in OWN}
        others = {name: value for name, value in fields.items() if name not in OWN}
        self.contact = self.contact.model_copy(update=own | {"fields": self.contact.fields | others})
