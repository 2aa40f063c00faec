"""The doors to the world: what activities need of it. Adapters plug in at worker.py, starter.py and web/app.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from handover.bot import Bot
from handover.messages import (
    Assigned,
    AssignRequest,
    Author,
    Case,
    CaseRecord,
    Contact,
    ContactStatus,
    Delivered,
    Delivery,
    Facts,
    Keep,
    Notification,
    OpenedCase,
    OpenRequest,
    Policy,
    Report,
    Standing,
    Take,
)
from handover.staff import Staff
from handover.views import (
    ConversationDetail,
    ConversationSummary,
    EventView,
    HandoverDetail,
    HandoverNumbers,
    HandoverSummary,
    MessageView,
    Page,
    TaskView,
)


class Line(NamedTuple):
    """One message of a transcript. `label` is the name that the contact saw."""

    author: Author
    text: str
    at: datetime
    row: int
    label: str = ""
    staff_id: str | None = None


class Document(NamedTuple):
    """One of a bot's knowledge files: its name and its text in Markdown."""

    name: str
    text: str


class Versioned(NamedTuple):
    """A bot's settings with their version, counted from 1, and the knowledge that it may answer from."""

    bot: Bot
    version: int
    knowledge: tuple[Document, ...] = ()


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


class Recorded(NamedTuple):
    """Messages that are now in the store: their rows, and who may speak. `fresh` is False where all came before."""

    standing: Standing
    contact: Contact
    bot_id: str | None
    rows: list[int]
    fresh: bool


class Assistant(Protocol):
    """The bot's brain. Raises nothing: what goes wrong is `Facts.unavailable`."""

    async def read(self, question: Question) -> Facts:
        """The facts about one turn."""
        ...

    async def summarise(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        """A few sentences for the person who takes over: what is wanted, what was tried. Empty where it can't say."""
        ...


class BotSettings(Protocol):
    async def bot(self, bot_id: str | None) -> Versioned:
        """A bot's current settings; None is the default bot. Raises NotFound."""
        ...

    async def bot_at(self, bot_id: str, version: int) -> Bot:
        """The settings as they were in that version. Raises NotFound."""
        ...


class Team(Protocol):
    async def staff(self, staff_id: str) -> Staff:
        """One person. Raises NotFound."""
        ...

    async def assign(self, request: AssignRequest) -> Assigned:
        """Choose and reserve in one transaction; the same key returns the same assignment."""
        ...


class Transcripts(Protocol):
    """A conversation's history, and the fence that decides who may add to it."""

    async def record(
        self, conversation_id: str, bot_id: str | None, channel: str, contact: Contact, keep: Keep
    ) -> Recorded:
        """Write down what the contact said. Repeating it changes nothing."""
        ...

    async def learn(self, conversation_id: str, fields: dict[str, str]) -> Contact:
        """Add collected fields to the contact and return it."""
        ...

    async def transcript(self, conversation_id: str, limit: int = 100) -> list[Line]:
        """The last messages, oldest first, notes included."""
        ...

    async def put(self, delivery: Delivery) -> Delivered:
        """Put a message into the outbox, behind the fence where it has an epoch. The same key puts it there once."""
        ...

    async def mark_left(self, row: int) -> None:
        """The channel has taken the message: from now on readers see it."""
        ...

    async def take(self, take: Take) -> Standing:
        """Raise the fence's epoch and set who may speak. The same key raises it once."""
        ...

    async def leaving(self, conversation_id: str, before_epoch: int) -> int:
        """How many of the bot's messages of older epochs are in the outbox and have not left yet."""
        ...


class Handovers(Protocol):
    async def open(self, request: OpenRequest, policy: Policy) -> OpenedCase:
        """Give the handover its number, raise the fence; the same trigger key returns the same handover."""
        ...

    async def save(self, record: CaseRecord) -> None:
        """Write the case and its log entries; an older state never overwrites a newer one."""
        ...

    async def put_task(self, case: Case, description: str) -> None:
        """Put the follow-up on its list, with its description."""
        ...

    async def tag(self, contact_id: str, tags: Sequence[str], status: ContactStatus | None) -> None:
        """Add tags to a contact, and set its status where one is given."""
        ...


class Notifier(Protocol):
    async def notify(self, notification: Notification) -> None:
        """Tell a staff member by the channels that they chose. The same key tells them once."""
        ...


class Channel(Protocol):
    """The way to the contact."""

    async def send(self, delivery: Delivery) -> None:
        """Hand a message to the contact's channel; `delivery.key` makes a repeated one the same."""
        ...


class Conversations(Protocol):
    """The running workflows, as activities reach them."""

    async def report(self, report: Report) -> None:
        """Tell a conversation about its handover, starting the conversation anew where it has closed."""
        ...

    async def contact_wrote(self, conversation_id: str, number: int, row: int) -> bool:
        """Tell a handover that its contact wrote; False where the handover has ended."""
        ...


class Reads(Protocol):
    """What the API and the pages show: queries over the store's projection. Raises NotFound for what is not there."""

    async def conversations(
        self, *, status: str | None = None, assignee: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[ConversationSummary]: ...

    async def conversation(self, conversation_id: str) -> ConversationDetail: ...

    async def messages(
        self, conversation_id: str, *, after: int = 0, limit: int = 200, notes: bool = False
    ) -> Page[MessageView]: ...

    async def events(self, conversation_id: str, *, after: int = 0, limit: int = 200) -> list[EventView]: ...

    async def handovers(
        self,
        *,
        bot_id: str | None = None,
        conversation_id: str | None = None,
        reason: str | None = None,
        assignee: str | None = None,
        status: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[HandoverSummary]: ...

    async def handover(self, handover_id: str) -> HandoverDetail: ...

    async def tasks(
        self, *, assignee: str | None = None, status: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[TaskView]: ...

    async def task(self, task_id: str) -> TaskView: ...

    async def numbers(
        self, *, bot_id: str | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> HandoverNumbers: ...

    async def turn_of(self, conversation_id: str, message_id: str) -> int | None:
        """The turn that took a message; None where none has yet."""
        ...

    async def replies(self, conversation_id: str, turn: int) -> list[MessageView]:
        """What the contact was told in a turn."""
        ...


class SettingsAdmin(Protocol):
    """Reading and changing bots and staff; every change makes a new version."""

    async def bots(self) -> list[Versioned]: ...

    async def put_bot(self, bot: Bot, knowledge: Sequence[Document] | None = None) -> Versioned:
        """Store a bot; the same settings again make no new version. `knowledge` left out stays as it is."""
        ...

    async def team(self) -> list[Staff]: ...

    async def put_staff(self, person: Staff) -> Staff: ...
