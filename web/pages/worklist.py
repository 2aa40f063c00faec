"""What the inbox lists: what is mine, what waits for somebody, and for managers what everybody else has."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from handover.messages import ConversationStatus
from handover.trying import is_test
from handover.views import ConversationSummary, HandoverSummary, News, Work
from web.pages.guard import Me
from web.services import Services

SHOWN = 50
"""How many conversations a section shows; it says how many more there are."""


class CaseState(StrEnum):
    """How an open handover stands, beside the states of its conversation."""

    overdue = "overdue"
    further_up = "further_up"


@dataclass(frozen=True)
class Entry:
    """A conversation in a list. `news`: what is new in it for the person who reads the list."""

    conversation: ConversationSummary
    open: HandoverSummary | None
    assignee: str
    is_mine: bool
    news: News

    @property
    def title(self) -> str:
        return display_name(self.conversation)

    @property
    def unread(self) -> bool:
        """Whether it has something new that somebody should look at: what only the bot ever had is no news, nor is a test."""
        if is_test(self.conversation.channel):
            return False
        return self.news.unread and (self.open is not None or self.news.seen is not None)

    @property
    def is_claimed(self) -> bool:
        return self.open is not None and self.open.status == "acknowledged"

    @property
    def overdue(self) -> bool:
        due = self.open.due_at if self.open else None
        return due is not None and due < datetime.now(UTC)


@dataclass(frozen=True)
class Section:
    """A part of the inbox: the most pressing entries, and how many there are in all."""

    entries: list[Entry] = field(default_factory=list)
    total: int = 0

    @property
    def hidden(self) -> int:
        return self.total - len(self.entries)


@dataclass(frozen=True)
class Worklist:
    """The sections of the inbox; no conversation is in two of them."""

    mine: Section
    waiting: Section
    others: Section

    @property
    def unread(self) -> int:
        """How many conversations have something new that is for this person to look at."""
        return sum(one.unread for one in (*self.mine.entries, *self.waiting.entries))


@dataclass(frozen=True)
class Search:
    """What a list of conversations is narrowed down to; what is empty matches all. `person`: a staff id, or `-`: nobody."""

    status: ConversationStatus | CaseState | None = None
    person: str = ""
    bot: str = ""
    text: str = ""

    @property
    def query(self) -> dict[str, str]:
        """As it stands in the address."""
        asked = {"status": self.status or "", "person": self.person, "bot": self.bot, "q": self.text}
        return {name: value for name, value in asked.items() if value}


def display_name(conversation: ConversationSummary) -> str:
    """What to call a contact: by name, or by how to reach them, or by the conversation."""
    contact = conversation.contact
    return contact.name or contact.email or contact.phone or f"Visitor {conversation.conversation_id[-6:]}"


async def names_of_staff(parts: Services) -> dict[str, str]:
    """The team's names by staff id, for what is shown of a person."""
    return {person.id: person.name for person in await parts.admin.team()}


async def worklist(parts: Services, me: Me) -> Worklist:
    """Everything that waits for a person, the most pressing first."""
    mine, waiting, others, names = await asyncio.gather(
        parts.reads.work("mine", me.staff_id, SHOWN),
        parts.reads.work("waiting", me.staff_id, SHOWN),
        parts.reads.work("others", me.staff_id, SHOWN) if me.manages else _nothing(),
        names_of_staff(parts),
    )
    ids = [one.conversation_id for work in (mine, waiting, others) for one in work.items]
    news = await parts.desk.news(me.staff_id, ids)
    return Worklist(*(_section(work, me, names, news) for work in (mine, waiting, others)))


async def search(
    parts: Services, me: Me, asked: Search, names: Mapping[str, str], after: str | None
) -> tuple[list[Entry], str | None]:
    """A part of the conversations that match, newest first, and where the part behind it begins."""
    found = await parts.reads.conversations(
        status=asked.status,
        assignee=None if not asked.person else asked.person.removeprefix("-"),
        bot_id=asked.bot or None,
        text=asked.text or None,
        after=after,
        limit=SHOWN,
    )
    return await _entries(parts, me, found.items, names), found.next


async def _entries(
    parts: Services, me: Me, conversations: Sequence[ConversationSummary], names: Mapping[str, str]
) -> list[Entry]:
    news = await parts.desk.news(me.staff_id, [one.conversation_id for one in conversations])
    return [_entry(one, me, names, news) for one in conversations]


async def _nothing() -> Work:
    return Work()


def _section(work: Work, me: Me, names: Mapping[str, str], news: Mapping[str, News]) -> Section:
    return Section([_entry(one, me, names, news) for one in work.items], work.total)


def _entry(conversation: ConversationSummary, me: Me, names: Mapping[str, str], news: Mapping[str, News]) -> Entry:
    """One conversation as a list shows it."""
    current = conversation.handover
    open_ = current if current is not None and not current.status.ended else None
    assignee = open_.assignee if open_ else None
    return Entry(
        conversation=conversation,
        open=open_,
        assignee=names.get(assignee, assignee) if assignee else "",
        is_mine=assignee == me.staff_id,
        news=news.get(conversation.conversation_id, News()),
    )
