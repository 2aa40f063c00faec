"""What a handover does when it opens: assign first, then task, tags, message, notifications and ticket side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.assign import AssignActivities
from activities.message import MessageActivities
from activities.notify import NotifyActivities
from activities.tag import TagActivities
from activities.task import TaskActivities
from activities.ticket import TicketActivities
from handover.case import contact_question, final_message
from handover.casefile import (
    ActionState,
    Assigned,
    AssignRequest,
    Case,
    Notification,
    TagRequest,
    TaskRequest,
    TicketRequest,
)
from handover.messages import Author, ContactStatus
from handover.trying import is_test
from handover.turns import Delivered, Delivery
from workflows.options import OUTSIDE, STORE

_SENDS = {
    Author.system: "Tell the contact",
    Author.person: "Send the person's words",
    Author.note: "Keep the note",
}

CONTACT_QUESTION = "handover/contact-question"
"""The key of a message that leaves once in a conversation, however many handovers it has."""

Failed = Callable[[str, str], Awaitable[None]]
"""Told the name of a step that has failed for good, and why."""


async def assign(
    case: Case, targets: list[str], *, owner: str | None = None, asked: list[str] | None = None
) -> Assigned:
    """Find somebody by the first of the targets that works."""
    request = AssignRequest(
        key=f"{case.id}:{workflow.uuid4()}",
        conversation_id=case.conversation_id,
        number=case.number,
        targets=targets,
        skills=case.policy.skills,
        owner=owner,
        asked=asked or [],
        holder=case.holder_id,
    )
    summary = f"Find somebody: {', '.join(targets) or 'nobody is named'}"
    return await workflow.execute_activity_method(AssignActivities.assign, request, summary=summary, **STORE)


def side_by_side(case: Case, found: Assigned, failed: Failed) -> list[asyncio.Task[None]]:
    """Start every step after the assignment. Each is tried again by itself, so that none holds up another."""
    steps: dict[str, Callable[[Case], Awaitable[ActionState]]] = {"tags": tag, "notify": lambda one: tell(one, found)}
    if case.task is not None:
        steps["task"] = create_task
    if not case.policy.silent:
        steps["message"] = send_final_message
    if case.policy.ticket is not None:
        steps["ticket"] = open_ticket
    return [asyncio.create_task(_step(case, name, step, failed)) for name, step in steps.items()]


async def _step(case: Case, name: str, step: Callable[[Case], Awaitable[ActionState]], failed: Failed) -> None:
    case.actions[name] = ActionState()
    try:
        case.actions[name] = await step(case)
    except ActivityError as error:
        reason = str(error.cause or error)
        case.actions[name] = ActionState(status="failed", text=reason)
        await failed(name, reason)


async def create_task(case: Case) -> ActionState:
    """Put the task on its list."""
    assert case.task is not None
    await workflow.execute_activity_method(
        TaskActivities.create_task, TaskRequest(case=case), summary=f"Create the task: {case.task.title}", **STORE
    )
    return ActionState(status="done", text=case.task.title)


async def tag(case: Case) -> ActionState:
    """Tag the contact."""
    tags = list(dict.fromkeys(case.policy.tags))
    await mark(case, tags, ContactStatus.in_progress)
    return ActionState(status="done", text=", ".join(tags))


async def mark(case: Case, tags: Sequence[str] = (), status: ContactStatus | None = None) -> None:
    """Add tags to the contact, and set the contact's status where one is given."""
    request = TagRequest(contact_id=case.contact.id, tags=list(tags), status=status)
    summary = f"Tag the contact: {', '.join(tags)}" if tags else f"The contact is {status}"
    await workflow.execute_activity_method(TagActivities.tag, request, summary=summary, **STORE)


async def send_final_message(case: Case) -> ActionState:
    """Tell the contact that a person is coming; who left no way to be reached is asked for one, once in a conversation."""
    text, question = final_message(case, workflow.now()), contact_question(case, workflow.now())
    await say(case, own_key(case, f"final/{case.turn}"), text, Author.system, turn=case.turn)
    if question:
        await say(case, CONTACT_QUESTION, question, Author.system, turn=case.turn)
    return ActionState(status="done", text=text)


async def open_ticket(case: Case) -> ActionState:
    """Open a ticket in the outside system that the action names."""
    request = TicketRequest(system=case.policy.ticket or "", case=case)
    return await workflow.execute_activity_method(
        TicketActivities.open_ticket, request, summary=f"Open a ticket in {request.system}", **OUTSIDE
    )


async def tell(case: Case, found: Assigned) -> ActionState:
    """Tell those who should hear of it; in a test say who would have, for the activity tells nobody."""
    told = await _tell(case, found)
    if is_test(case.channel):
        return ActionState(status="skipped", text=f"in a test nobody is told; otherwise {told.text}")
    return told


async def _tell(case: Case, found: Assigned) -> ActionState:
    """Tell the assignee of the conversation and of the task; where nobody was found, those who can change that."""
    if found.holder is None:
        text = f"Nobody could be found for {case.trigger.request or case.conversation_id}; anybody may claim it."
        await notify_all([notification(case, staff_id, "escalation", text) for staff_id in found.tell])
        return ActionState(status="done", text=f"told {', '.join(found.tell) or 'nobody: there is no one to tell'}")
    person = found.holder.staff_id
    text = f"A conversation is assigned to you: {case.trigger.request}"
    messages = [notification(case, person, "conversation_assigned", text)]
    if case.task is not None:
        messages.append(notification(case, person, "task_assigned", f"A task is assigned to you: {case.task.title}"))
    await notify_all(messages)
    return ActionState(status="done", text=f"told {person}")


def notification(case: Case, staff_id: str, event: str, text: str) -> Notification:
    """Something that a staff member should hear of this case now."""
    return Notification.model_validate(
        {
            "key": f"{case.id}:{case.seq}:{event}:{staff_id}",
            "staff_id": staff_id,
            "event": event,
            "conversation_id": case.conversation_id,
            "number": case.number,
            "text": text,
            "is_test": is_test(case.channel),
        }
    )


async def notify_all(messages: Sequence[Notification]) -> None:
    """Let staff members know. A message that cannot leave holds up none of the others; fails with the first that did."""
    if workflow.patched("tell-side-by-side"):
        outcomes = await asyncio.gather(*map(notify, messages), return_exceptions=True)
        for failed in filter(None, outcomes):
            raise failed
    else:
        for message in messages:
            await notify(message)


async def notify(message: Notification) -> None:
    """Let a staff member know."""
    summary = f"Tell {message.staff_id}: {message.event.replace('_', ' ')}"
    await workflow.execute_activity_method(NotifyActivities.notify, message, summary=summary, **OUTSIDE)


def own_key(case: Case, key: str) -> str:
    """The key of a message that every handover of a conversation has for itself."""
    return f"handover/{case.number}/{key}"


async def say(
    case: Case,
    key: str,
    text: str,
    author: Author,
    *,
    staff_id: str | None = None,
    label: str = "",
    turn: int | None = None,
) -> Delivered:
    """Send something to the contact, or write a note; with the same `key` nothing is sent twice in a conversation."""
    delivery = Delivery(
        conversation_id=case.conversation_id,
        key=key,
        author=author,
        text=text,
        turn=turn,
        staff_id=staff_id,
        label=label,
        handover=case.number,
        channel=case.channel,
    )
    return await workflow.execute_activity_method(MessageActivities.deliver, delivery, summary=_SENDS[author], **STORE)
