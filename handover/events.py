"""Every change of a handover as other programs are told of it: its type, when it was, and how the case stands after it.

The shape is that of Standard Webhooks: `{type, timestamp, data}` (https://www.standardwebhooks.com). docs/events.md is the
contract.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel

from handover.bot import Priority
from handover.casefile import Case, CaseRecord, LogEntry
from handover.escalation import due_at
from handover.messages import HandoverStatus, Outcome, Payload
from handover.wording import shortened

MAX_EVENT_TEXT = 1000
"""How much of a log line is told, in characters."""


class EventType(StrEnum):
    """What can happen to a handover and its follow-ups. The set is closed; a newer version may add to it."""

    opened = "handover.opened"
    assigned = "handover.assigned"
    claimed = "handover.claimed"
    replied = "handover.replied"
    noted = "handover.noted"
    reassigned = "handover.reassigned"
    snoozed = "handover.snoozed"
    handed_back = "handover.handed_back"
    went_idle = "handover.went_idle"
    reactivated = "handover.reactivated"
    escalated = "handover.escalated"
    rung_skipped = "handover.rung_skipped"
    overdue = "handover.overdue"
    triggered_again = "handover.triggered_again"
    contact_details = "handover.contact_details"
    scheduled = "handover.scheduled"
    resumed = "handover.resumed"
    completed = "handover.completed"
    cancelled = "handover.cancelled"
    reopened = "handover.reopened"
    action_failed = "handover.action_failed"
    signal_refused = "handover.signal_refused"
    changed = "handover.changed"
    task_created = "task.created"
    task_completed = "task.completed"
    task_cancelled = "task.cancelled"


LOG_EVENTS = {
    "opened": EventType.opened,
    "assigned": EventType.assigned,
    "claimed": EventType.claimed,
    "replied": EventType.replied,
    "noted": EventType.noted,
    "reassigned": EventType.reassigned,
    "snoozed": EventType.snoozed,
    "handed_back": EventType.handed_back,
    "went_idle": EventType.went_idle,
    "reactivated": EventType.reactivated,
    "rung": EventType.escalated,
    "rung_skipped": EventType.rung_skipped,
    "overdue": EventType.overdue,
    "joined": EventType.triggered_again,
    "contact_details": EventType.contact_details,
    "resumed": EventType.resumed,
    "cancelled": EventType.cancelled,
    "reopened": EventType.reopened,
    "action_failed": EventType.action_failed,
    "signal_refused": EventType.signal_refused,
    "task_completed": EventType.task_completed,
}
"""The event of each kind of log line. A kind that is not here is `handover.changed`."""


class ChangeData(Payload):
    """How the case stands after the change. `text`: the line of the handover log, in plain words, with no message in it.

    actor: a staff id, `contact`, `bot`, `outside` or `handover`. tags: those of the handover's action. task_id: the task
    of this moment. outcome, converted, unnecessary: what came of the case so far.
    """

    conversation_id: str
    handover_id: str
    number: int
    status: HandoverStatus
    reason: str
    priority: Priority
    assignee: str | None
    bot_id: str
    channel: str
    tags: list[str]
    due_at: AwareDatetime
    task_id: str | None
    outcome: Outcome | None
    converted: bool
    unnecessary: bool
    actor: str
    text: str


class Change(BaseModel):
    """One change: the body that is sent."""

    type: EventType
    timestamp: AwareDatetime
    data: ChangeData

    def stored(self) -> dict[str, Any]:
        """As it is kept, and sent whenever it is: the same bytes each time."""
        return self.model_dump(mode="json")


def changes(before: Case | None, record: CaseRecord, now: datetime) -> list[Change]:
    """What a record tells, in its order: its log lines, then what has become of the status and of the task.

    before: the case as it was written down last; None where it is written for the first time.
    """
    case, entries = record.case, record.entries
    at = entries[-1].at if entries else now
    derived = [*_of_status(before, case), *_of_task(before, case)]
    told = [_change(case, entry.at, LOG_EVENTS.get(entry.kind, EventType.changed), entry) for entry in entries]
    return told + [_change(case, at, kind, _line(case, at, text)) for kind, text in derived]


def _of_status(before: Case | None, case: Case) -> Iterator[tuple[EventType, str]]:
    """What no log line says by itself. That a handover was cancelled or reopened, one does."""
    was = before.status if before else None
    if case.status is HandoverStatus.completed and was is not HandoverStatus.completed:
        yield EventType.completed, f"The handover is completed, by {case.ended_by}"
    at = case.follow_up_at
    if case.status is HandoverStatus.scheduled and at is not None and (was, _follow_up(before)) != (case.status, at):
        yield EventType.scheduled, f"It goes on at {at:%Y-%m-%d %H:%M} UTC"


def _follow_up(before: Case | None) -> datetime | None:
    return before.follow_up_at if before else None


def _of_task(before: Case | None, case: Case) -> Iterator[tuple[EventType, str]]:
    task, former = case.task, before.task if before else None
    if task is None:
        return
    if former is None or former.number != task.number:
        yield EventType.task_created, f"A task was put on the list, due {task.due_at:%Y-%m-%d %H:%M} UTC"
    elif task.status == "cancelled" and former.status != "cancelled":
        yield EventType.task_cancelled, "The task was cancelled with its handover"


def _line(case: Case, at: datetime, text: str) -> LogEntry:
    return LogEntry(key="", kind="", text=text, actor=case.ended_by or "handover", at=at)


def _change(case: Case, at: datetime, kind: EventType, entry: LogEntry) -> Change:
    return Change(type=kind, timestamp=at, data=_data(case, entry))


def _data(case: Case, entry: LogEntry) -> ChangeData:
    return ChangeData(
        conversation_id=case.conversation_id,
        handover_id=str(case.id),
        number=case.number,
        status=case.status,
        reason=case.trigger.reason,
        priority=case.priority,
        assignee=case.holder_id,
        bot_id=case.bot_id,
        channel=case.channel,
        tags=case.policy.tags,
        due_at=due_at(case),
        task_id=case.task_id,
        outcome=case.outcome,
        converted=case.converted,
        unnecessary=case.unnecessary,
        actor=entry.actor,
        text=shortened(entry.text, MAX_EVENT_TEXT),
    )
