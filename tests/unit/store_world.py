"""What the tests put into a store: a bot, conversations, messages and cases, each as plain as it can be."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from handover.bot import Bot
from handover.casefile import (
    AssignRequest,
    Case,
    CaseRecord,
    Holder,
    LogEntry,
    OpenedCase,
    OpenRequest,
    Policy,
    Take,
    TaskState,
)
from handover.messages import Author, Contact, ConversationStatus, PostedMessage, Trigger
from handover.policy import resolve
from handover.staff import Staff
from handover.turns import BeginRequest, Delivery, Keep
from store import Store

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
"""When every test begins: the Monday of 2026-W47."""

BOT = Bot(id="support", name="Support")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **length: float) -> datetime:
        self.now += timedelta(**length)
        return self.now


async def begin(store: Store, conversation_id: str = "c1", channel: str = "web", **contact: Any) -> None:
    """A conversation of the bot's."""
    request = BeginRequest(
        conversation_id=conversation_id, bot_id=BOT.id, channel=channel, contact=Contact.model_validate(contact)
    )
    await store.transcripts.begin(request, BOT.id)


def said(*ids: str, turn: int = 1, conversation_id: str = "c1", contact: Contact | None = None) -> Keep:
    """What the contact wrote, each message with its id as its text."""
    return Keep(
        conversation_id=conversation_id,
        bot_id=BOT.id,
        channel="web",
        contact=contact or Contact(),
        handover=None,
        turn=turn,
        messages=[PostedMessage(message_id=one, text=one) for one in ids],
    )


def told(
    key: str = "answer",
    *,
    conversation_id: str = "c1",
    author: Author = Author.bot,
    turn: int = 1,
    epoch: int | None = None,
) -> Delivery:
    """A message on its way to the contact, its key as its text."""
    return Delivery(conversation_id=conversation_id, key=key, author=author, text=key, turn=turn, epoch=epoch)


def take(
    key: str = "claim", status: str = "human", handover: int | None = 1, assignee: str | None = "ann", of: str = "c1"
) -> Take:
    return Take(key=key, conversation_id=of, status=ConversationStatus(status), handover=handover, assignee=assignee)


def trigger(key: str = "turn/1", reason: str = "human_requested") -> Trigger:
    return Trigger(key=key, reason=reason, request="A refund")


def policy(reason: str = "human_requested") -> Policy:
    return resolve(BOT, 1, trigger(reason=reason))


async def open_one(
    store: Store,
    conversation_id: str = "c1",
    *,
    key: str = "turn/1",
    reason: str = "human_requested",
    request: str = "A refund",
    at: datetime = START,
    staff_id: str | None = None,
    bot_id: str = BOT.id,
    turn: int = 1,
    channel: str = "web",
) -> OpenedCase:
    """Open a handover as the activity does."""
    why = trigger(key, reason).model_copy(update={"request": request})
    opening = OpenRequest(
        conversation_id=conversation_id,
        bot_id=bot_id,
        channel=channel,
        contact=Contact(),
        trigger=why,
        turn=turn,
        opened_at=at,
        staff_id=staff_id,
    )
    return await store.handovers.open(opening, policy(reason))


def case_of(opened: OpenedCase, conversation_id: str = "c1", *, holder: str | None = None, **values: Any) -> Case:
    """The state of an opened handover."""
    at = values.pop("opened_at", START)
    return Case(
        conversation_id=conversation_id,
        number=opened.number,
        bot_id=opened.bot_id,
        channel=values.pop("channel", "web"),
        contact=opened.contact,
        trigger=values.pop("trigger", trigger()),
        policy=opened.policy,
        turn=1,
        opened_at=at,
        standing=opened.standing,
        holder=Holder(staff_id=holder, name=holder.title()) if holder else None,
        armed_at=at,
        silent_since=at,
        **values,
    )


def task(
    number: int = 1, *, due: timedelta = timedelta(hours=24), created: datetime = START, **values: Any
) -> TaskState:
    return TaskState(
        number=number, title="Follow up", priority="medium", created_at=created, due_at=created + due, **values
    )


def entry(key: str) -> LogEntry:
    return LogEntry(key=key, kind="assigned", text=f"It happened: {key}", actor="handover", at=START)


async def save(store: Store, case: Case, *entries: LogEntry) -> None:
    await store.handovers.save(CaseRecord(case=case, entries=list(entries)))


async def staff(store: Store, *people: Staff) -> None:
    for person in people:
        await store.settings.put_staff(person)


def wanted(number: int, targets: Sequence[str] = ("role:agent",), **values: Any) -> AssignRequest:
    """A request of the case `c{number}~1` for somebody."""
    conversation_id = f"c{number}"
    values.setdefault("key", f"{conversation_id}/assign")
    return AssignRequest(conversation_id=conversation_id, number=1, targets=list(targets), **values)
