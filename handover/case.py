"""What happens to a handover's case: pure transitions, each with the time passed in."""

from datetime import datetime, timedelta

from handover import brief
from handover.bot import FinalMessages, Priority
from handover.casefile import Assigned, Case, Holder, LogEntry, OpenedCase, OpenRequest, TaskState
from handover.escalation import arm, due_at, later, waits_for_opening
from handover.hours import after_working, is_online, is_open, open_time
from handover.lifecycle import Event, move
from handover.messages import CompleteTask, Contact, Evidence, HandoverStatus, Outcome, Trigger
from handover.wording import agent_label, fill, first_name, in_words, keepable, placeholders, written_promise

OUTCOME_EVENTS = {
    Outcome.closed: Event.completed,
    Outcome.scheduled: Event.scheduled,
    Outcome.needs_escalation: Event.escalated,
}


def begin_case(request: OpenRequest, opened: OpenedCase) -> Case:
    """The case of a handover that has just been opened."""
    trigger = request.trigger.model_copy(update={"request": opened.request or request.trigger.request})
    return Case(
        conversation_id=request.conversation_id,
        number=opened.number,
        bot_id=opened.bot_id,
        channel=request.channel,
        contact=opened.contact,
        trigger=trigger,
        policy=opened.policy,
        turn=request.turn,
        opened_at=request.opened_at,
        standing=opened.standing,
        reasons=[trigger.reason],
        priority=opened.policy.priority,
        armed_at=request.opened_at,
        silent_since=request.opened_at,
        stepped_in=request.staff_id,
        calendar=opened.calendar,
        urgent=trigger.urgent,
    )


def start_clock(case: Case) -> None:
    """From when on the first due time and the ladder count, once it is known who has the case.

    While nobody is there the case waits for the opening, unless it is urgent. The due time does so only where the team would
    not be there for long enough before it: what can be kept is kept.
    """
    case.armed_at = waits_for_opening(case, case.opened_at)
    due = later(case, case.opened_at, case.policy.due)
    in_time = open_time(case.calendar, case.opened_at, due) >= work_ahead(case)
    case.due_from = case.opened_at if in_time else case.armed_at
    if not case.policy.working_time:
        case.due_length = case.due_from + case.policy.due - case.armed_at


def work_ahead(case: Case) -> timedelta:
    """How long it takes whoever has the case to deal with what they have already, and then with this case."""
    return (case.ahead + 1) * case.policy.handling_time


def stepped_in(staff_id: str, key: str) -> Trigger:
    """The trigger of a person who takes over without one."""
    evidence = Evidence(scenario="taken_over", score=1.0, threshold=1.0, matched=staff_id, kind="person")
    return Trigger(key=key, reason="taken_over", evidence=[evidence])


def apply(case: Case, event: Event, now: datetime) -> None:
    """Move the case. The caller has checked that the move is allowed."""
    status = move(case.status, event)
    assert status is not None, f"{event} is not allowed in {case.status}"
    case.status = status


def assigned(case: Case, found: Assigned, now: datetime) -> None:
    """Somebody was found for the case, who has not acted yet."""
    if found.holder is None:
        return
    if case.holder is None or case.holder.staff_id != found.holder.staff_id:
        case.held_since = now
    case.holder, case.ahead = found.holder, found.ahead
    if found.holder.staff_id not in case.asked:
        case.asked.append(found.holder.staff_id)


def taken(case: Case, event: Event, person: Holder, now: datetime) -> None:
    """A person claims the case, or answers: they hold it, and what would have happened by itself is off."""
    apply(case, event, now)
    if case.holder is None or case.holder.staff_id != person.staff_id or case.acted_at is None:
        case.held_since = now
    case.holder = person
    if person.staff_id not in case.asked:
        case.asked.append(person.staff_id)
    case.acted_at = now
    case.handed_back = False
    case.catch_up_at = case.follow_up_at = None


def answered(case: Case, row: int | None, now: datetime) -> None:
    """A person's reply has left: the contact waits no longer."""
    case.answered = max(case.answered, row or 0)
    case.waiting_since = None
    case.first_response_at = case.first_response_at or now


def contact_wrote(case: Case, now: datetime) -> None:
    """The contact waits from now on, unless they already do."""
    case.waiting_since = case.waiting_since or now


def handed_back(case: Case, person: Holder, now: datetime) -> None:
    """The bot answers again; the task and its due time run on, with whoever handed back where nobody had the case."""
    apply(case, Event.handed_back, now)
    if case.holder is None:
        case.holder, case.held_since = person, now
    case.acted_at = case.acted_at or now
    case.handed_back = True
    case.waiting_since = case.catch_up_at = None


def went_idle(case: Case, now: datetime) -> None:
    """The person left the contact waiting: the bot is back, and the ladder starts anew."""
    apply(case, Event.went_idle, now)
    case.acted_at = case.waiting_since = None
    case.catch_up_at = waits_for_opening(case, now)
    arm(case, now)


def reassigned(case: Case, found: Assigned, now: datetime) -> None:
    """The case has gone to somebody else, who has not acted yet."""
    apply(case, Event.reassigned, now)
    case.acted_at = None
    case.holder = None
    assigned(case, found, now)
    arm(case, case.follow_up_at if case.status is HandoverStatus.scheduled and case.follow_up_at else now)


def reactivated(case: Case, now: datetime) -> None:
    """Nobody acted in time: the bot answers again, while the task and its ladder run on.

    A contact who is asleep while the team is not there either is not woken by an answer to what they wrote earlier.
    """
    apply(case, Event.reactivated, now)
    case.reactivated_at, case.catch_up_at = now, waits_for_opening(case, now)
    case.waiting_since = None


def joined(case: Case, trigger: Trigger) -> None:
    """One more reason: the priority only ever rises."""
    if trigger.reason not in case.reasons:
        case.reasons.append(trigger.reason)
    case.urgent = case.urgent or trigger.urgent
    prioritise(case, max(case.priority, trigger.priority, key=lambda priority: priority.rank))


def prioritise(case: Case, priority: Priority) -> None:
    """Give the case a priority, and its task where that is still open."""
    case.priority = priority
    if case.task is not None and case.task.status == "open":
        case.task = case.task.model_copy(update={"priority": priority})


def new_task(case: Case, now: datetime, due: datetime) -> None:
    """Put the case's next task in its place; without a title in the settings there is none."""
    if case.policy.task_title is None:
        return
    number = case.task.number + 1 if case.task else 1
    title = brief.title(case, case.policy.task_title)
    case.task = TaskState(number=number, title=title, priority=case.priority, due_at=due, created_at=now)


def next_task(case: Case, now: datetime) -> None:
    """The task after one that was completed without ending the case; due as long after it starts as the first one was."""
    new_task(case, now, due=later(case, case.follow_up_at or now, case.policy.due))


def complete(case: Case, act: CompleteTask, now: datetime) -> None:
    """The task is done; the case ends, waits for its follow-up, or goes up the ladder (the caller fires the rung)."""
    _end_task(case, act, now)
    _note_what_came_of_it(case, act)
    apply(case, OUTCOME_EVENTS[act.outcome], now)
    case.acted_at = case.acted_at or now
    if act.outcome is not Outcome.needs_escalation:
        case.waiting_since = case.catch_up_at = None
    match act.outcome:
        case Outcome.closed:
            _end(case, act.staff_id, now)
        case Outcome.scheduled:
            _schedule(case, act.follow_up_at or now)
        case Outcome.needs_escalation:
            _escalate(case, now)


def resumed(case: Case, now: datetime) -> None:
    """The follow-up's time has come."""
    apply(case, Event.resumed, now)
    case.acted_at = None
    case.follow_up_at = None


def called_back(case: Case, now: datetime) -> None:
    """The contact wants a person before the follow-up's time: whoever agreed on it is asked anew, from now on."""
    resumed(case, now)
    arm(case, now)


def cancelled(case: Case, by: str, now: datetime) -> None:
    """The case is taken back; so is its task."""
    apply(case, Event.cancelled, now)
    if case.task and case.task.status == "open":
        case.task = case.task.model_copy(update={"status": "cancelled", "completed_at": now, "completed_by": by})
    _end(case, by, now)


def reopened(case: Case, now: datetime) -> None:
    """The case was ended wrongly: whoever had it is asked anew, all times count from now, and what was said to have come of
    it is taken back."""
    apply(case, Event.reopened, now)
    case.completed_at = case.ended_by = case.acted_at = case.due_passed_at = None
    case.waiting_since = case.follow_up_at = case.snoozed_until = case.catch_up_at = None
    case.handed_back = case.converted = case.unnecessary = False
    case.outcome = None
    case.due_from = now
    arm(case, now)


def log(case: Case, kind: str, text: str, actor: str, now: datetime, **details: object) -> LogEntry:
    """A line of the handover log; numbered by the case, so that writing it twice leaves one."""
    case.entries += 1
    return LogEntry(key=f"{case.id}:{case.entries}", kind=kind, text=text, actor=actor, at=now, details=details)


def final_message(case: Case, now: datetime) -> str:
    """What the contact is told when the handover opens, with every placeholder filled in, and no promise that can't be kept.

    Where no window can be kept, because the due time has passed, the text that promises none stands in.
    """
    template, window = situation_text(case, now), response_window(case, now)
    if "response_window" in placeholders(template) and window is None:
        template = FinalMessages().standard
    return fill(keepable(template, window), message_values(case, window))


def situation_text(case: Case, now: datetime) -> str:
    """The text for the situation: somebody is there, or not.

    While nobody is, the bot's offline message asks how to answer later. Where the team is closed by its hours and there is
    nothing to ask, because the contact can be reached or it is too urgent to wait, the action's text for after hours names
    another way.
    """
    policy = case.policy
    if is_online(case.calendar, now):
        return policy.final_message
    nothing_to_ask = case.urgent or can_be_reached(case.contact)
    return policy.after_hours if nothing_to_ask and not is_open(case.calendar, now) else policy.offline_message


def response_window(case: Case, now: datetime) -> timedelta | None:
    """The time within which a person will have answered: until the due time, or longer where whoever has the case has too
    much before it in the hours that the team is there. None where the due time has passed."""
    due = due_at(case)
    return max(due, after_working(case.calendar, now, work_ahead(case))) - now if due > now else None


def promised(case: Case, now: datetime) -> timedelta | None:
    """How long the final message says at most that it takes; None where it names no length of time."""
    template, window = situation_text(case, now), response_window(case, now)
    if "response_window" in placeholders(template):
        return window
    written = written_promise(template)
    return max(written, window) if written and window else written


def contact_question(case: Case, now: datetime) -> str:
    """How the contact can be reached: asked where nothing is known and the message has not asked for it already."""
    asked = not is_online(case.calendar, now) and situation_text(case, now) == case.policy.offline_message
    return "" if asked or can_be_reached(case.contact) else case.policy.contact_question


def can_be_reached(contact: Contact) -> bool:
    """Whether a person can get back to the contact outside the conversation."""
    return bool(contact.email or contact.phone)


def message_values(case: Case, window: timedelta | None) -> dict[str, str]:
    name = case.holder.name if case.holder else ""
    return {
        "contact_name": case.contact.name or "there",
        "assignee": first_name(name) if name else "the team",
        "agent_label": label(case) or "the team",
        "response_window": in_words(window or timedelta(0)),
        "contact_line": case.policy.contact_line or "the number on our website",
    }


def label(case: Case) -> str:
    """What the contact sees of the person on the case."""
    return agent_label(case.policy.agent_label, case.holder.name) if case.holder else ""


def in_words_for_operators(case: Case) -> str:
    """Status, reason, assignee and next timer in Markdown, for the Temporal UI."""
    holder = case.holder.name if case.holder else "nobody yet"
    reasons = ", ".join(map(brief.reason_in_words, case.reasons))
    lines = [
        f"**{case.status.capitalize()}**: {reasons}, priority {case.priority}",
        f"Assigned to: {holder}",
        f"Task due: {_clock(due_at(case))}" if not case.status.ended else "",
        f"Next: {case.next_step}" + (f", {_clock(case.next_at)}" if case.next_at else "") if case.next_step else "",
    ]
    lines += [f"Failed: {name}: {state.text}" for name, state in case.actions.items() if state.status == "failed"]
    return "\n\n".join(line for line in lines if line)


def _end_task(case: Case, act: CompleteTask, now: datetime) -> None:
    if case.task is None:
        return
    case.task = case.task.model_copy(
        update={
            "status": "completed",
            "outcome": act.outcome,
            "note": act.note,
            "completed_at": now,
            "completed_by": act.staff_id,
            "converted": act.converted,
            "unnecessary": act.unnecessary,
        }
    )


def _note_what_came_of_it(case: Case, act: CompleteTask) -> None:
    """A booking stays one whatever comes after it, and so does what was unnecessary."""
    case.outcome = act.outcome
    case.converted = case.converted or act.converted
    case.unnecessary = case.unnecessary or act.unnecessary


def _end(case: Case, by: str, now: datetime) -> None:
    case.ended_by, case.completed_at = by, now


def _schedule(case: Case, at: datetime) -> None:
    """The ladder counts from the time of the follow-up."""
    case.follow_up_at = case.due_from = at
    case.due_passed_at = None
    arm(case, at)


def _escalate(case: Case, now: datetime) -> None:
    """Nobody has acted for the next rung yet, and the due time starts anew."""
    case.acted_at = case.reactivated_at = None
    case.silent_since = case.due_from = now
    case.due_passed_at = case.due_length = case.follow_up_at = None


def _clock(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
