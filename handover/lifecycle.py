"""The handover's states, and the one table that says which event may happen in which of them."""

from enum import StrEnum

from handover.errors import Refused
from handover.messages import Case, ConversationStatus, HandoverStatus


class Event(StrEnum):
    claimed = "claimed"
    replied = "replied"
    noted = "noted"
    reassigned = "reassigned"
    snoozed = "snoozed"
    handed_back = "handed_back"
    went_idle = "went_idle"
    reactivated = "reactivated"
    escalated = "escalated"
    completed = "completed"
    scheduled = "scheduled"
    cancelled = "cancelled"


_OPEN, _ACK, _SCHEDULED = HandoverStatus.open, HandoverStatus.acknowledged, HandoverStatus.scheduled
_DONE, _CANCELLED = HandoverStatus.completed, HandoverStatus.cancelled

MOVES: dict[tuple[HandoverStatus, Event], HandoverStatus] = {
    (_OPEN, Event.claimed): _ACK,
    (_OPEN, Event.replied): _ACK,
    (_OPEN, Event.noted): _OPEN,
    (_OPEN, Event.reassigned): _OPEN,
    (_OPEN, Event.snoozed): _OPEN,
    (_OPEN, Event.handed_back): _ACK,
    (_OPEN, Event.reactivated): _OPEN,
    (_OPEN, Event.escalated): _OPEN,
    (_OPEN, Event.completed): _DONE,
    (_OPEN, Event.scheduled): _SCHEDULED,
    (_OPEN, Event.cancelled): _CANCELLED,
    (_ACK, Event.claimed): _ACK,
    (_ACK, Event.replied): _ACK,
    (_ACK, Event.noted): _ACK,
    (_ACK, Event.reassigned): _OPEN,
    (_ACK, Event.snoozed): _ACK,
    (_ACK, Event.handed_back): _ACK,
    (_ACK, Event.went_idle): _OPEN,
    (_ACK, Event.escalated): _OPEN,
    (_ACK, Event.completed): _DONE,
    (_ACK, Event.scheduled): _SCHEDULED,
    (_ACK, Event.cancelled): _CANCELLED,
    (_SCHEDULED, Event.claimed): _ACK,
    (_SCHEDULED, Event.replied): _ACK,
    (_SCHEDULED, Event.noted): _SCHEDULED,
    (_SCHEDULED, Event.reassigned): _SCHEDULED,
    (_SCHEDULED, Event.snoozed): _SCHEDULED,
    (_SCHEDULED, Event.handed_back): _SCHEDULED,
    (_SCHEDULED, Event.escalated): _OPEN,
    (_SCHEDULED, Event.completed): _DONE,
    (_SCHEDULED, Event.scheduled): _SCHEDULED,
    (_SCHEDULED, Event.cancelled): _CANCELLED,
    (_DONE, Event.noted): _DONE,
    (_CANCELLED, Event.noted): _CANCELLED,
}
"""Every allowed move. What is not here is refused."""

SPEAKER: dict[Event, ConversationStatus] = {
    Event.claimed: ConversationStatus.human,
    Event.replied: ConversationStatus.human,
    Event.handed_back: ConversationStatus.bot,
    Event.went_idle: ConversationStatus.bot,
    Event.reactivated: ConversationStatus.bot,
    Event.completed: ConversationStatus.bot,
    Event.scheduled: ConversationStatus.bot,
    Event.cancelled: ConversationStatus.bot,
}
"""Who speaks in the conversation after an event; what is not here leaves it as it is."""


def move(status: HandoverStatus, event: Event) -> HandoverStatus | None:
    """The status after an event, or None where the event is not allowed."""
    return MOVES.get((status, event))


def check(case: Case, event: Event, staff_id: str | None) -> None:
    """Raise Refused, naming who and since when, where a person may not do this to the case now."""
    if move(case.status, event) is None:
        by = f" by {case.ended_by}" if case.ended_by else ""
        raise Refused(
            f"already_{case.status}",
            f"Handover {case.id} was already {case.status}{by}.",
            holder=case.ended_by,
            since=case.completed_at,
        )
    if event is Event.claimed and case.status is _ACK and case.holder and case.holder.staff_id != staff_id:
        raise Refused(
            "already_claimed",
            f"Handover {case.id} was already claimed by {case.holder.staff_id}.",
            holder=case.holder.staff_id,
            since=case.held_since,
        )
