"""What the inbox lists: what waits for somebody, what is mine, and for managers what everybody else has."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from handover.messages import ConversationStatus
from handover.views import ConversationSummary, HandoverSummary, TaskView
from web.pages.guard import Me
from web.services import Services

MOST = 200
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """A conversation in a list."""

    conversation: ConversationSummary
    open: HandoverSummary | None
    task: TaskView | None
    assignee: str
    is_mine: bool

    @property
    def title(self) -> str:
        return display_name(self.conversation)

    @property
    def is_claimed(self) -> bool:
        return self.open is not None and self.open.status == "acknowledged"

    @property
    def rank(self) -> tuple[bool, int, datetime]:
        """The order in a list: what nobody has first, then by priority, then by due time."""
        assert self.open is not None
        due = self.task.due_at if self.task else _END_OF_TIME
        return self.open.assignee is not None, -self.open.priority.rank, due


@dataclass(frozen=True)
class Worklist:
    """The sections of the inbox; no conversation is in two of them."""

    waiting: list[Entry]
    mine: list[Entry]
    others: list[Entry]


def display_name(conversation: ConversationSummary) -> str:
    """What to call a contact: by name, or by how to reach them, or by the conversation."""
    contact = conversation.contact
    return contact.name or contact.email or contact.phone or f"Visitor {conversation.conversation_id[-6:]}"


async def names_of_staff(parts: Services) -> dict[str, str]:
    """The team's names by staff id, for what is shown of a person."""
    return {person.id: person.name for person in await parts.admin.team()}


async def worklist(parts: Services, me: Me) -> Worklist:
    """Everything that waits for a person, the most pressing first."""
    found, tasks, names = await asyncio.gather(
        _conversations_at_work(parts, me), _open_tasks(parts), names_of_staff(parts)
    )
    entries = [entry(one, me, tasks, names) for one in found]
    at_work = sorted((one for one in entries if one.open is not None), key=lambda one: one.rank)
    waiting = [one for one in at_work if _waits(one)]
    rest = [one for one in at_work if not _waits(one)]
    mine = [one for one in rest if one.is_mine]
    return Worklist(waiting, mine, [one for one in rest if not one.is_mine] if me.manages else [])


async def all_conversations(parts: Services, me: Me, after: str | None) -> tuple[list[Entry], str | None]:
    """A part of all conversations, newest first, and where the part behind it begins."""
    found = await parts.reads.conversations(after=after)
    tasks, names = await asyncio.gather(_open_tasks(parts), names_of_staff(parts))
    return [entry(one, me, tasks, names) for one in found.items], found.next


def entry(conversation: ConversationSummary, me: Me, tasks: Mapping[str, TaskView], names: Mapping[str, str]) -> Entry:
    """One conversation as a list shows it."""
    current = conversation.handover
    open_ = current if current is not None and not current.status.ended else None
    assignee = open_.assignee if open_ else None
    return Entry(
        conversation=conversation,
        open=open_,
        task=tasks.get(conversation.conversation_id) if open_ else None,
        assignee=names.get(assignee, assignee) if assignee else "",
        is_mine=assignee == me.staff_id,
    )


def _waits(one: Entry) -> bool:
    """Nobody has it, or the contact waits in silence until somebody acts."""
    unassigned = one.open is not None and one.open.assignee is None
    return unassigned or one.conversation.status is ConversationStatus.escalated


async def _conversations_at_work(parts: Services, me: Me) -> list[ConversationSummary]:
    """Conversations that may have an open handover; each once."""
    reads = parts.reads
    pages = [
        reads.conversations(status="escalated", limit=MOST),
        reads.conversations(assignee=me.staff_id, limit=MOST),
    ]
    if me.manages:
        pages += [reads.conversations(status="human", limit=MOST)]
    pools = await asyncio.gather(*pages)
    found = _by_id(one for page in pools for one in page.items)
    return list((await _with_those_that_the_bot_has(parts, me, found)).values())


async def _with_those_that_the_bot_has(
    parts: Services, me: Me, found: dict[str, ConversationSummary]
) -> dict[str, ConversationSummary]:
    """The bot may speak while a handover is open: handed back, come back by itself, or waiting for a follow-up."""
    whose = None if me.manages else ""
    lists = [
        parts.reads.handovers(assignee=whose, status=status, limit=MOST)
        for status in ("open", "acknowledged", "scheduled")
    ]
    handovers = [one for page in await asyncio.gather(*lists) for one in page.items]
    missing = {one.conversation_id for one in handovers} - found.keys()
    more = await asyncio.gather(*(parts.reads.conversation(one) for one in sorted(missing)[:MOST]))
    return found | _by_id(more)


def _by_id(conversations: Iterable[ConversationSummary]) -> dict[str, ConversationSummary]:
    return {one.conversation_id: one for one in conversations}


async def _open_tasks(parts: Services) -> dict[str, TaskView]:
    """The open task of each conversation."""
    return {one.conversation_id: one for one in (await parts.reads.tasks(status="open", limit=MOST)).items}
