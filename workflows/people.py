"""What people do with a case: one function an act. The caller holds the lock and has checked that it is allowed."""

from datetime import datetime, timedelta

from temporalio import workflow

from handover import case as story
from handover.casefile import Holder
from handover.errors import Refused
from handover.escalation import bring_forward, rung_above
from handover.ids import TaskId, parse_task_id
from handover.lifecycle import SPEAKER, Event
from handover.messages import (
    Acted,
    Author,
    Cancel,
    CompleteTask,
    ContactStatus,
    ConversationStatus,
    HandoverStatus,
    Note,
    Outcome,
    Reassign,
    Reopen,
    Reply,
    Snooze,
)
from workflows.desk import Desk
from workflows.hours import look_ahead, look_up
from workflows.opening import assign, create_task, mark, own_key, say
from workflows.steps import climb

_CONTACT_STATUS = {
    Outcome.closed: ContactStatus.done,
    Outcome.scheduled: ContactStatus.follow_up,
    Outcome.needs_escalation: ContactStatus.in_progress,
}


async def claim(desk: Desk, person: Holder) -> Acted:
    """The case is theirs; from the answer on nothing of the bot leaves any more."""
    if _speaks_already(desk, person):
        return desk.acted()
    story.taken(desk.case, Event.claimed, person, workflow.now())
    desk.note("claimed", f"{person.name} claimed the case", person.staff_id)
    settled = await desk.settle(f"{person.name} claims the case", SPEAKER[Event.claimed])
    await introduce(desk)
    return desk.acted(settled)


async def reply(desk: Desk, person: Holder, act: Reply) -> Acted:
    """Write to the contact; who was not on the case yet is from now on."""
    settled = None
    if not _speaks_already(desk, person):
        story.taken(desk.case, Event.replied, person, workflow.now())
        desk.note("claimed", f"{person.name} took the case by answering", person.staff_id)
        settled = await desk.settle(f"{person.name} takes the case", SPEAKER[Event.replied])
        await introduce(desk)
    key = f"reply/{person.staff_id}/{act.message_id}"
    label = story.label(desk.case)
    sent = await say(desk.case, key, act.text, Author.person, staff_id=person.staff_id, label=label)
    story.answered(desk.case, sent.row, workflow.now())
    desk.note("replied", f"{person.name} wrote to the contact", person.staff_id)
    await desk.settle(f"{person.name} wrote to the contact")
    return desk.acted(settled)


async def note(desk: Desk, person: Holder, act: Note) -> Acted:
    """Write something down for colleagues."""
    key = f"note/{person.staff_id}/{act.message_id}"
    await say(desk.case, key, act.text, Author.note, staff_id=person.staff_id, label=person.name)
    desk.note("noted", f"{person.name} wrote a note", person.staff_id)
    await desk.settle(f"{person.name} wrote a note")
    return desk.acted()


async def reassign(desk: Desk, person: Holder, act: Reassign) -> Acted:
    """Give the case to somebody else, who is asked anew."""
    before = desk.case.holder
    found = await assign(desk.case, [act.to], asked=[before.staff_id] if before else [])
    if found.holder is None:
        raise Refused("nobody_available", f"Nobody could be found for {act.to}; the case stays where it is.")
    story.reassigned(desk.case, found, workflow.now())
    desk.note("reassigned", f"{person.name} gave the case to {found.holder.name}", person.staff_id)
    text = f"{person.name} gave this case to {found.holder.name}: {desk.case.trigger.request}"
    await desk.tell_both(found.holder, before, "conversation_assigned", text)
    waits = desk.case.status is HandoverStatus.open
    settled = await desk.settle(f"Now with {found.holder.name}", SPEAKER[Event.reassigned] if waits else None)
    return desk.acted(settled)


async def snooze(desk: Desk, person: Holder, act: Snooze) -> Acted:
    """No rung and no idle time before then; the due time stands."""
    desk.case.snoozed_until = act.until
    desk.note("snoozed", f"{person.name} snoozed the case until {act.until:%Y-%m-%d %H:%M} UTC", person.staff_id)
    await desk.settle(f"{person.name} snoozed the case")
    return desk.acted()


async def hand_back(desk: Desk, person: Holder) -> Acted:
    """The bot answers again at once; the task stays with its holder."""
    story.handed_back(desk.case, person, workflow.now())
    desk.note("handed_back", f"{person.name} handed the conversation back to the bot", person.staff_id)
    settled = await desk.settle(f"{person.name} hands back to the bot", SPEAKER[Event.handed_back])
    return desk.acted(settled)


async def cancel(desk: Desk, act: Cancel) -> Acted:
    """Take the case back: by the contact, or by a manager."""
    by = act.staff_id or "contact"
    story.cancelled(desk.case, by, workflow.now())
    desk.note("cancelled", f"Cancelled by {by}" + (f": {act.reason}" if act.reason else ""), by)
    settled = await desk.settle(f"Cancelled by {by}", SPEAKER[Event.cancelled])
    return desk.acted(settled)


async def reopen(desk: Desk, act: Reopen) -> None:
    """The case goes on with whoever had it, and with a task of its own."""
    case = desk.case
    case.calendar = await look_up(case, workflow.now())
    story.reopened(case, workflow.now())
    desk.note("reopened", f"Reopened by {act.staff_id}" + (f": {act.reason}" if act.reason else ""), act.staff_id)
    await mark(case, status=ContactStatus.in_progress)
    await desk.settle(f"Reopened by {act.staff_id}", SPEAKER[Event.reopened])
    if case.holder is not None:
        await desk.tell(case.holder.staff_id, "conversation_assigned", f"Reopened: {case.trigger.request}")
    await _put_next_task(desk)


async def complete(desk: Desk, act: CompleteTask) -> Acted:
    """The task is done, with an outcome that says what becomes of the case."""
    case, done = desk.case, desk.case.task_id
    above = rung_above(case)
    await look_ahead(case, act.follow_up_at or workflow.now())
    story.complete(case, act, workflow.now())
    desk.note("task_completed", f"Task completed by {act.staff_id}: {act.outcome}", act.staff_id, note=act.note)
    await mark(case, status=_CONTACT_STATUS[act.outcome])
    if act.outcome is Outcome.needs_escalation:
        assert above is not None
        await climb(desk, bring_forward(case, above, workflow.now()), SPEAKER[Event.escalated])
        settled = None
    else:
        settled = await desk.settle(f"Task completed: {act.outcome}", SPEAKER[story.OUTCOME_EVENTS[act.outcome]])
    if not case.status.ended:
        await _put_next_task(desk)
    return desk.acted(settled).model_copy(update={"task_id": done})


async def _put_next_task(desk: Desk) -> None:
    """The case goes on, so there is something to do again; the task that was done is written down by now."""
    story.next_task(desk.case, workflow.now())
    if desk.case.task is not None:
        await create_task(desk.case)
        await desk.settle(f"Next task: {desk.case.task.title}")


def check_completion(desk: Desk, act: CompleteTask) -> None:
    """Raise Refused where this task cannot be completed like this now."""
    case = desk.case
    if act.task_id is not None and act.task_id != case.task_id:
        raise _other_task(desk, parse_task_id(act.task_id))
    if act.outcome is Outcome.scheduled:
        check_ahead("follow_up_at", act.follow_up_at)
    if act.outcome is Outcome.needs_escalation and rung_above(case) is None:
        text = "The ladder has nobody above the holder."
        raise Refused("last_rung", text, holder=case.holder_id, since=case.held_since)


def check_ahead(key: str, at: datetime | None) -> None:
    """Raise Refused where a time is missing, past, or further away than a year."""
    if at is None or not timedelta(0) < at - workflow.now() <= timedelta(days=366):
        raise Refused("time_out_of_range", f"{key}: allowed is a time from now to a year ahead.")


def _other_task(desk: Desk, task: TaskId) -> Refused:
    current = desk.case.task
    if current is not None and task.handover == desk.case.id and task.number < current.number:
        return Refused("already_completed", f"Task {task} was completed before; the open one is {desk.case.task_id}.")
    return Refused("not_found", f"There is no task {str(task)!r}.")


def _speaks_already(desk: Desk, person: Holder) -> bool:
    case = desk.case
    mine = case.holder is not None and case.holder.staff_id == person.staff_id and case.acted_at is not None
    return mine and case.standing.status is ConversationStatus.human


async def introduce(desk: Desk) -> None:
    """Tell the contact that a person is here."""
    assert desk.case.holder is not None
    text = f"{story.label(desk.case)} joined the conversation."
    await say(
        desk.case, own_key(desk.case, f"joined/{desk.case.seq}"), text, Author.system, staff_id=desk.case.holder_id
    )
