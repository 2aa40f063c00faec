"""From rows to what readers and workflows see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from handover.casefile import Case
from handover.messages import Contact, Trigger
from handover.turns import Standing
from handover.views import (
    AuditView,
    CannedReply,
    EventView,
    HandoverDetail,
    HandoverSummary,
    KeyView,
    LogView,
    MessageView,
    MissedView,
    NotificationView,
    TaskView,
)
from store.tables import (
    AuditRow,
    Base,
    CannedReplyRow,
    ContactRow,
    ConversationRow,
    EventRow,
    FenceMoveRow,
    HandoverRow,
    KeyRow,
    LogRow,
    MessageRow,
    MissedRow,
    NotificationRow,
    TaskRow,
)


def contact(row: ContactRow) -> Contact:
    return Contact(**_shared(row, Contact))


def standing(row: ConversationRow | FenceMoveRow) -> Standing:
    return Standing(**_shared(row, Standing))


def message(row: MessageRow) -> MessageView:
    state = "failed" if row.failed else "sent" if row.left_at else "sending"
    return MessageView(**_shared(row, MessageView), state=state)


def event(row: EventRow) -> EventView:
    return EventView(**_shared(row, EventView))


def notification(row: NotificationRow) -> NotificationView:
    return NotificationView(**_shared(row, NotificationView))


def missed(row: MissedRow) -> MissedView:
    return MissedView(**_shared(row, MissedView))


def canned(row: CannedReplyRow) -> CannedReply:
    return CannedReply(**_shared(row, CannedReply))


def key(row: KeyRow) -> KeyView:
    return KeyView(**_shared(row, KeyView))


def audit(row: AuditRow) -> AuditView:
    return AuditView(**_shared(row, AuditView))


def task(row: TaskRow, now: datetime) -> TaskView:
    return TaskView(**_shared(row, TaskView), overdue=row.status == "open" and row.due_at < now)


def handover(row: HandoverRow) -> HandoverSummary:
    return HandoverSummary(**_shared(row, HandoverSummary))


def handover_detail(row: HandoverRow, tasks: Sequence[TaskRow], log: Sequence[LogRow], now: datetime) -> HandoverDetail:
    """A handover with everything that belongs to it; before its workflow's first save, what it was opened with."""
    trigger = Trigger.model_validate(row.trigger)
    case = Case.model_validate(row.case) if row.case else None
    return HandoverDetail(
        **_shared(row, HandoverSummary),
        evidence=trigger.evidence,
        bot_version=trigger.bot_version,
        tags=row.policy["tags"],
        actions=case.actions if case else {},
        tasks=[task(one, now) for one in tasks],
        log=[LogView(**_shared(one, LogView)) for one in log],
    )


def _shared(row: Base, model: type[BaseModel]) -> dict[str, Any]:
    """The values of a row that a model has by the same name."""
    return {name: getattr(row, name) for name in model.model_fields if hasattr(row, name)}
