"""What somebody sees who looks from outside: the same picture, once of the model and once of the real thing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from handover.errors import NotFound
from handover.messages import ContactStatus, ConversationStatus
from handover.views import HandoverDetail, LogView
from tests.model.spec import CLOSED, Entry, Model, Said, Step, StepKind
from tests.model.stage import TEAM, Stage

SLACK = timedelta(seconds=4)
"""The server's clock runs on while something is done, so a time is only known that well."""

Fact = tuple[object, ...]


@dataclass
class Picture:
    """Empty where the conversation has not begun. What staff are told at the same time has no order."""

    conversation: ConversationStatus | None = None
    contact: ContactStatus = ContactStatus.new
    tags: set[str] = field(default_factory=set)
    said: list[Said] = field(default_factory=list)
    unanswered: int = 0
    inbox: dict[str, list[str]] = field(default_factory=dict)
    handovers: list[Fact] = field(default_factory=list)
    tasks: list[Fact] = field(default_factory=list)
    log: list[Fact] = field(default_factory=list)
    next: Fact = ()


def differences(expected: Picture, seen: Picture) -> list[str]:
    """Where the two pictures differ, a line for each; times may lie apart by the slack."""
    lines = []
    for one in fields(Picture):
        wanted, found = getattr(expected, one.name), getattr(seen, one.name)
        if not _same(wanted, found):
            lines.append(f"{one.name}:\n    the spec:  {_shown(wanted)}\n    in truth:  {_shown(found)}")
    return lines


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs(one - other) < SLACK
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%d.%H:%M:%S}"
    if isinstance(value, tuple):
        return " ".join(map(_shown, value))
    if isinstance(value, list):
        return "".join(f"\n        {_shown(one)}" for one in value) or "nothing"
    return value.value if hasattr(value, "value") else str(value)


# ---- of the model ----------------------------------------------------------------------------------------------------


def expected(model: Model) -> Picture:
    if not model.begun:
        return Picture()
    case = model.case
    return Picture(
        conversation=model.conversation,
        contact=model.contact_status,
        tags=model.tags,
        said=model.said,
        unanswered=0 if model.conversation is CLOSED else len(model.unanswered),
        inbox={staff_id: sorted(events) for staff_id, events in model.inbox.items() if events},
        handovers=[(one.number, one.status, one.reason, one.priority, one.holder) for one in model.cases],
        tasks=[
            (task.number, task.status, task.outcome, task.priority, task.due_at, task.completed_by)
            for task in (case.tasks if case else [])
        ],
        log=[_fact(entry) for entry in case.log] if case else [],
        next=_next_fact(model.next_step_of_the_case()),
    )


def _fact(entry: Entry) -> Fact:
    return (entry.kind, entry.at, entry.rung, entry.who, entry.time)


def _next_fact(step: Step | None) -> Fact:
    return (step.kind.name, step.at) if step else ()


# ---- of the real thing -----------------------------------------------------------------------------------------------


async def seen(stage: Stage) -> Picture:
    reads = stage.store.reads
    try:
        conversation = await reads.conversation(stage.conversation_id)
    except NotFound:
        return Picture()
    messages = await reads.messages(stage.conversation_id, notes=True, limit=1000)
    handovers = await reads.handovers(conversation_id=stage.conversation_id)
    return Picture(
        conversation=conversation.status,
        contact=conversation.contact.status,
        tags=set(conversation.contact.tags),
        said=[Said(one.author, one.text) for one in messages.items],
        unanswered=await _unanswered(stage, conversation.status),
        inbox={one.id: events for one in TEAM if (events := await _inbox(stage, one.id))},
        handovers=[
            (one.number, one.status, one.reason, one.priority, one.assignee) for one in reversed(handovers.items)
        ],
        tasks=_tasks(conversation.detail),
        log=[_fact(_entry(line)) for line in conversation.detail.log] if conversation.detail else [],
        next=_next(conversation.detail),
    )


async def _unanswered(stage: Stage, status: ConversationStatus) -> int:
    return 0 if status is CLOSED else (await stage.client.view(stage.conversation_id)).kept


async def _inbox(stage: Stage, staff_id: str) -> list[str]:
    page = await stage.store.notifications.inbox(staff_id, limit=200)
    return sorted(one.event for one in page.items if one.conversation_id == stage.conversation_id)


def _tasks(detail: HandoverDetail | None) -> list[Fact]:
    tasks = detail.tasks if detail else []
    return [
        (number, task.status, task.outcome, task.priority, task.due_at, task.completed_by)
        for number, task in enumerate(tasks, start=1)
    ]


# ---- the product's words for people, read back -------------------------------------------------------------------------

_IDS = {person.name: person.id for person in TEAM}
_LINES = (
    re.compile(r"Rung (?P<rung>\d+): now with (?P<who>.+) \(.+?\)(, time (?P<time>\d+))?"),
    re.compile(r"Reminded (?P<who>.+?)(, time (?P<time>\d+))?"),
    re.compile(r"Rung (?P<rung>\d+): nobody is left to ask \(.+\)"),
    re.compile(r"Rung (?P<rung>\d+) passed over( (?P<time>\d+) times)? for rung \d+"),
)
_STEPS: Sequence[tuple[str, StepKind]] = (
    ("The follow-up's time has come", StepKind.resume),
    ("The bot comes back unless the contact is answered", StepKind.idle),
    ("The task is overdue unless", StepKind.due),
    ("The bot comes back unless a person acts", StepKind.reactivate),
    ("", StepKind.rung),
)


def _entry(line: LogView) -> Entry:
    if not line.kind.startswith("rung"):
        return Entry(line.kind, line.at)
    match = next(match for pattern in _LINES if (match := pattern.fullmatch(line.text)))
    found = match.groupdict()
    return Entry(
        kind=line.kind,
        at=line.at,
        rung=int(found["rung"]) if found.get("rung") else None,
        who=_IDS[found["who"]] if found.get("who") else None,
        time=int(found.get("time") or 1),
    )


def _next(detail: HandoverDetail | None) -> Fact:
    if detail is None or detail.next_at is None:
        return ()
    kind = next(kind for words, kind in _STEPS if detail.next_step.startswith(words))
    return (kind.name, detail.next_at)
