"""The handover's states, and the one table that says which event may happen in which of them."""

from enum import StrEnum

from handover.casefile import Case, Holder
from handover.errors import Refused
from handover.messages import ConversationStatus, HandoverStatus


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
    resumed = "resumed"
    completed = "completed"
    scheduled = "scheduled"
    cancelled = "cancelled"
    reopened = "reopened"


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
    (_SCHEDULED, Event.resumed): _OPEN,
    (_SCHEDULED, Event.completed): _DONE,
    (_SCHEDULED, Event.scheduled): _SCHEDULED,
    (_SCHEDULED, Event.cancelled): _CANCELLED,
    (_DONE, Event.reopened): _OPEN,
    (_CANCELLED, Event.reopened): _OPEN,
}
"""Every allowed move. What is not here is refused."""


SPEAKER: dict[Event, ConversationStatus] = {
    Event.claimed: ConversationStatus.human,
    Event.replied: ConversationStatus.human,
    Event.reassigned: ConversationStatus.escalated,
    Event.handed_back: ConversationStatus.bot,
    Event.went_idle: ConversationStatus.bot,
    Event.reactivated: ConversationStatus.bot,
    Event.escalated: ConversationStatus.escalated,
    Event.completed: ConversationStatus.bot,
    Event.scheduled: ConversationStatus.bot,
    Event.cancelled: ConversationStatus.bot,
    Event.reopened: ConversationStatus.escalated,
}
"""Who speaks to the contact from an event on: the conversation's status. What is not here leaves it as it is, and so does
reassigning a case that waits for its follow-up; a case that goes idle within its pause leaves the bot silent."""


def move(status: HandoverStatus, event: Event) -> HandoverStatus | None:
    """The status after an event, or None where the event is not allowed."""
    return MOVES.get((status, event))


def check_reopen(case: Case, person: Holder) -> None:
    """Raise Refused where the case has not ended, or a person who is no manager reopens it."""
    if move(case.status, Event.reopened) is None:
        held = f", held by {case.holder.name}" if case.holder else ""
        raise Refused(
            "not_ended",
            f"Handover {case.id} is {case.status}{held}; only one that has ended can be reopened.",
            holder=case.holder_id,
            since=case.held_since,
        )
    if not person.manages:
        raise Refused("managers_only", f"Reopening is for managers; {person.name} is none.")


def check(case: Case, event: Event, staff_id: str | None) -> None:
    """Raise Refused, naming who and since when, where this may not happen to the case now, whoever asks."""
    if move(case.status, event) is None:
        by = f" by {case.ended_by}" if case.ended_by else ""
        text = f"Handover {case.id} was already {case.status}{by}."
        raise Refused(f"already_{case.status}", text, holder=case.ended_by, since=case.completed_at)
    held_by_another = case.holder is not None and case.holder.staff_id != staff_id
    if event is Event.claimed and case.status in (_ACK, _SCHEDULED) and held_by_another:
        raise _held("already_claimed", "was already claimed", case)


def check_person(case: Case, event: Event, person: Holder) -> None:
    """Raise Refused where this is for the holder or a manager to do (spec §5), and the person is neither."""
    if event not in HOLDER_ONLY or case.holder is None or person.manages:
        return
    if person.staff_id not in (case.holder.staff_id, case.holder.manager):
        raise _held("not_yours", "is held", case)


def check_cancel(case: Case, person: Holder) -> None:
    """Raise Refused where a person who is no manager cancels."""
    if not person.manages:
        raise Refused(
            "managers_only", f"Cancelling is for managers; {person.name} may complete handover {case.id} instead."
        )


HOLDER_ONLY = frozenset(
    {
        Event.replied,
        Event.completed,
        Event.scheduled,
        Event.escalated,
        Event.handed_back,
        Event.snoozed,
        Event.reassigned,
    }
)
"""What only the holder or a manager may do; where nobody holds the case, anybody may."""


def _held(code: str, what: str, case: Case) -> Refused:
    assert case.holder is not None
    text = f"Handover {case.id} {what} by {case.holder.name} ({case.holder.staff_id})."
    return Refused(code, text, holder=case.holder.staff_id, since=case.held_since)
