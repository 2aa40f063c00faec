"""What happens to a case by itself when its time has come: one function a kind of step."""

from collections import Counter

from temporalio import workflow

from handover import case as story
from handover.brief import reason_in_words
from handover.case import joined
from handover.casefile import Assigned, Case, Join
from handover.escalation import Occurrence, Step, StepKind, bring_forward, mark_fired, pause_ends, rung_above
from handover.lifecycle import SPEAKER, Event
from handover.messages import Contact, ConversationStatus, HandoverStatus
from handover.wording import in_words
from workflows.desk import Desk
from workflows.hours import look_up
from workflows.opening import assign, create_task, mark, send_final_message


async def take(desk: Desk, step: Step) -> None:
    """Do what the step says, and settle it."""
    match step.kind:
        case StepKind.resume:
            await resume(desk)
        case StepKind.idle:
            await go_idle(desk)
        case StepKind.due:
            await pass_due(desk)
        case StepKind.rung:
            await climb(desk, step)
        case StepKind.reactivate:
            await reactivate(desk)


async def resume(desk: Desk) -> None:
    """The follow-up's time has come: its holder is told, and the ladder counts from now."""
    story.resumed(desk.case, workflow.now())
    desk.note("resumed", "The follow-up's time has come")
    if desk.case.holder and desk.case.task:
        await desk.tell(desk.case.holder.staff_id, "reminder", f"Now: {desk.case.task.title}")
    await desk.settle("The follow-up's time has come")


async def go_idle(desk: Desk) -> None:
    """The person left the contact waiting: the bot comes back, not before its pause ends, and the ladder starts anew."""
    case, now = desk.case, workflow.now()
    waited = in_words(now - (case.waiting_since or now))
    story.went_idle(case, now)
    desk.note("went_idle", f"The contact waited {waited} for an answer")
    if case.holder:
        await desk.tell(case.holder.staff_id, "reminder", f"The contact has waited {waited} for your answer")
    paused = now < pause_ends(case)
    await desk.settle("Nobody answered", ConversationStatus.escalated if paused else SPEAKER[Event.went_idle])


async def pass_due(desk: Desk) -> None:
    """The task is overdue from now on. Where a person has the case no rung fires, so they and their manager are told."""
    case = desk.case
    case.due_passed_at = workflow.now()
    what = "The task is overdue" if case.task else "The handover is overdue"
    desk.note("overdue", what)
    if case.status is HandoverStatus.acknowledged and case.holder is not None:
        for staff_id in filter(None, [case.holder.staff_id, case.holder.manager]):
            await desk.tell(staff_id, "escalation", f"{what}, with {case.holder.name}: {case.trigger.request}")
    await desk.settle("Overdue")


async def reactivate(desk: Desk) -> None:
    """Nobody acted in time: the bot answers again, first what the contact wrote meanwhile."""
    story.reactivated(desk.case, workflow.now())
    desk.note("reactivated", "Nobody acted in time; the bot answers again, and the task stays")
    await desk.settle("The bot comes back: nobody acted", SPEAKER[Event.reactivated])


async def climb(desk: Desk, step: Step, speaker: ConversationStatus | None = None) -> None:
    """Take a rung of the ladder: remind the holder, or ask the next person and tell both."""
    assert step.occurrence is not None
    case, occurrence = desk.case, step.occurrence
    mark_fired(case, step)
    _note_skipped(desk, step, occurrence)
    to = case.policy.ladder[occurrence.rung].to
    if to == "assignee":
        await _remind(desk, occurrence)
    else:
        await _ask(desk, to, occurrence.rung, occurrence.repeat)
    await desk.settle(f"Rung {occurrence.rung + 1} of the ladder: {to}", speaker)


def _note_skipped(desk: Desk, step: Step, occurrence: Occurrence) -> None:
    for rung, times in sorted(Counter(skipped.rung for skipped in step.skipped).items()):
        number = f" {times} times" if times > 1 else ""
        desk.note("rung_skipped", f"Rung {rung + 1} passed over{number} for rung {occurrence.rung + 1}")


async def join(desk: Desk, request: Join) -> None:
    """A new trigger while the handover is open: never a second one, but a louder one."""
    case, trigger = desk.case, request.trigger
    silent = case.standing.status is not ConversationStatus.bot
    if silent and trigger.reason in case.reasons:
        desk.note("joined", f"Asked again: {reason_in_words(trigger.reason)}")
        return
    joined(case, trigger)
    desk.note("joined", f"Another trigger: {trigger.reason}", evidence=[one.model_dump() for one in trigger.evidence])
    if trigger.tags:
        await mark(case, trigger.tags)
    if case.holder:
        await desk.tell(case.holder.staff_id, "update", f"Another trigger in your case: {trigger.reason}")
    if silent:
        await desk.settle(f"Another trigger: {trigger.reason}")
        return
    case.turn = request.turn
    await _call_people_back(desk)
    if case.policy.hours is not None:
        case.calendar = await look_up(case, workflow.now())
    await send_final_message(case)


async def learn(desk: Desk, contact: Contact) -> None:
    """The contact said how to be reached: whoever reads the task should see it."""
    case = desk.case
    if (contact.email, contact.phone) == (case.contact.email, case.contact.phone):
        return
    case.contact = contact
    desk.note(
        "contact_details", f"The contact left {' and '.join(filter(None, [contact.email, contact.phone]))}", "contact"
    )
    if case.task is not None and case.task.status == "open":
        await create_task(case)


async def _call_people_back(desk: Desk) -> None:
    """The bot had been back: with nobody on the case it goes one rung up, otherwise its holder speaks again."""
    case = desk.case
    if case.status is HandoverStatus.scheduled:
        await _call_back(desk)
        return
    if case.status is not HandoverStatus.open:
        case.handed_back, case.waiting_since = False, workflow.now()
        await desk.settle("The contact wants a person again", ConversationStatus.human)
        return
    case.reactivated_at, case.silent_since = None, workflow.now()
    above = rung_above(case)
    if above is None:
        await desk.settle("The contact wants a person again", ConversationStatus.escalated)
    else:
        await climb(desk, bring_forward(case, above, workflow.now()), ConversationStatus.escalated)


async def _call_back(desk: Desk) -> None:
    """A follow-up was agreed on, but the contact wants a person now: its holder is told, and the ladder begins anew."""
    story.called_back(desk.case, workflow.now())
    desk.note("resumed", "The contact wants a person before the follow-up's time")
    if desk.case.holder is not None:
        await desk.tell(desk.case.holder.staff_id, "reminder", f"Asks for a person now: {desk.case.trigger.request}")
    await desk.settle("The contact wants a person again", SPEAKER[Event.escalated])


async def _remind(desk: Desk, occurrence: Occurrence) -> None:
    """Remind the holder; one who is away, or nobody at all, is passed over for the next rung."""
    case = desk.case
    there = await _is_there(case)
    if there.holder is None:
        await _nobody_left(desk, "assignee", occurrence.rung, there)
        return
    number = f", time {occurrence.repeat + 1}" if occurrence.repeat else ""
    desk.note("rung", f"Reminded {there.holder.name}{number}")
    await desk.tell(there.holder.staff_id, "reminder", f"Still waiting for you: {case.trigger.request}")


async def _is_there(case: Case) -> Assigned:
    """The holder, where they can be reminded; otherwise whom to tell instead."""
    if case.holder is not None:
        return await assign(case, [f"user:{case.holder.staff_id}"])
    return await assign(case, []) if workflow.patched("nobody-to-remind") else Assigned()


async def _ask(desk: Desk, to: str, rung: int, repeat: int) -> None:
    """Ask somebody who was not asked yet; a repeat may ask the same person again. With nobody left, the next rung fires."""
    case = desk.case
    found = await assign(case, [to], asked=[] if repeat else case.asked)
    if found.holder is None:
        await _nobody_left(desk, to, rung, found)
        return
    before = case.holder
    story.prioritise(case, case.priority.raised())
    story.assigned(case, found, workflow.now())
    number = f", time {repeat + 1}" if repeat else ""
    desk.note("rung", f"Rung {rung + 1}: now with {found.holder.name} ({to}){number}", to=found.holder.staff_id)
    text = f"Nobody has acted; the case is now with {found.holder.name}: {case.trigger.request}"
    await desk.tell_both(found.holder, before, "escalation", text)


async def _nobody_left(desk: Desk, to: str, rung: int, found: Assigned) -> None:
    case = desk.case
    desk.note("rung", f"Rung {rung + 1}: nobody is left to ask ({to})")
    above = rung_above(case)
    if above is None:
        for staff_id in found.tell:
            await desk.tell(staff_id, "escalation", f"Nobody is left to ask: {case.trigger.request}")
        return
    step = bring_forward(case, above, workflow.now())
    mark_fired(case, step)
    _note_skipped(desk, step, Occurrence(workflow.now(), above, 0))
    await _ask(desk, case.policy.ladder[above].to, above, 0)
