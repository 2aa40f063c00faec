"""What happens to a case: each act of a person, and each step that comes by itself."""

from datetime import timedelta
from typing import Any

import pytest

from handover import case as story
from handover.bot import FinalMessages, Priority
from handover.casefile import ActionState, Assigned, Case, Holder, OpenRequest, Policy
from handover.escalation import due_at, next_step
from handover.lifecycle import Event
from handover.messages import CompleteTask, Contact, HandoverStatus, Outcome
from tests.unit.make import BEN, OMAR, SARAH, START, after, bot, case, opened, trigger

OPEN, ACKNOWLEDGED, SCHEDULED, COMPLETED, CANCELLED = HandoverStatus


def found(holder: Holder | None) -> Assigned:
    return Assigned(holder=holder, target="role:support")


def claimed(by: Holder = SARAH, hours: float = 1, **values: Any) -> Case:
    made = case(**values)
    story.taken(made, Event.claimed, by, after(hours))
    return made


def done(outcome: Outcome, **values: Any) -> CompleteTask:
    return CompleteTask.model_validate({"staff_id": "sarah", "outcome": outcome, **values})


def completed(made: Case, outcome: Outcome, hours: float = 3, **values: Any) -> Case:
    """The case after its task was completed, with the next task where it goes on."""
    story.complete(made, done(outcome, **values), after(hours))
    if not made.status.ended:
        story.next_task(made, after(hours))
    return made


# ---- opening ---------------------------------------------------------------------------------------------------------


def begun(settings: dict[str, Any] | None = None, **values: Any) -> Case:
    why = trigger(**values)
    request = OpenRequest(
        conversation_id="c1", bot_id=None, channel="sms", contact=Contact(), trigger=why, turn=4, opened_at=START
    )
    return story.begin_case(request, opened(bot(settings), why, name="Jamie"))


def test_a_case_begins_open_with_everything_counting_from_the_trigger() -> None:
    made = begun()
    assert (made.status, made.holder, made.task, made.reasons) == (OPEN, None, None, ["human_requested"])
    assert made.opened_at == made.armed_at == made.silent_since == START
    assert (str(made.id), made.bot_id, made.channel, made.contact.name) == ("c1~1", "hvac", "sms", "Jamie")


@pytest.mark.parametrize(
    ("settings", "values", "priority"),
    [
        ({}, {}, Priority.medium),
        ({}, {"urgent": True, "priority": "high"}, Priority.high),
        ({"task": {"priority": "low"}}, {}, Priority.low),
        ({"task": {"priority": "urgent"}}, {}, Priority.urgent),
    ],
)
def test_the_priority_is_the_one_of_the_policy(
    settings: dict[str, Any], values: dict[str, Any], priority: Priority
) -> None:
    assert begun(settings, **values).priority is priority


def test_the_first_task_is_due_24_hours_after_the_trigger() -> None:
    made = case()
    assert made.task is not None
    assert (made.task.number, made.task.status, made.task_id) == (1, "open", "c1~1~1")
    assert made.task.title == "Follow up: My furnace is cold — human requested"
    assert due_at(made) == after(24)


def test_without_a_title_there_is_no_task() -> None:
    made = case({"task": False})
    assert (made.task, made.task_id, due_at(made)) == (None, None, after(24))


def test_a_person_who_steps_in_is_the_evidence() -> None:
    why = story.stepped_in("sarah", "take-over/1")
    assert (why.reason, why.key) == ("taken_over", "take-over/1")
    assert [(one.kind, one.matched) for one in why.evidence] == [("person", "sarah")]


# ---- assigning -------------------------------------------------------------------------------------------------------


def test_whoever_is_found_holds_the_case_and_was_asked_once() -> None:
    made = case(holder=None)
    for hours, person in [(1, SARAH), (2, SARAH), (3, BEN)]:
        story.assigned(made, found(person), after(hours))
    assert (made.holder, made.held_since, made.asked) == (BEN, after(3), ["sarah", "ben"])
    assert (made.status, made.acted_at) == (OPEN, None)


def test_the_same_holder_again_holds_it_since_the_first_time() -> None:
    made = case(holder=None)
    story.assigned(made, found(SARAH), after(1))
    story.assigned(made, found(SARAH), after(2))
    assert made.held_since == after(1)


def test_where_nobody_is_found_the_case_stays_with_whom_it_was() -> None:
    made = case()
    story.assigned(made, found(None), after(1))
    assert (made.holder, made.held_since) == (SARAH, START)


# ---- claiming and answering ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [Event.claimed, Event.replied])
@pytest.mark.parametrize("status", [OPEN, SCHEDULED])
def test_a_person_who_claims_or_answers_holds_the_case_from_then_on(event: Event, status: HandoverStatus) -> None:
    made = case(status=status, handed_back=True)
    story.taken(made, event, BEN, after(2))
    assert (made.status, made.holder, made.held_since, made.acted_at) == (ACKNOWLEDGED, BEN, after(2), after(2))
    assert (made.handed_back, made.asked) == (False, ["sarah", "ben"])


def test_a_claim_leaves_task_and_due_time_as_they_are() -> None:
    assert (claimed().task, due_at(claimed())) == (case().task, after(24))


def test_claiming_again_does_not_count_anew_since_when() -> None:
    made = claimed(hours=1)
    story.taken(made, Event.claimed, SARAH, after(5))
    assert made.held_since == after(1)


def test_the_contact_waits_from_the_first_unanswered_message() -> None:
    made = claimed()
    story.contact_wrote(made, after(2))
    story.contact_wrote(made, after(3))
    assert made.waiting_since == after(2)


def test_an_answer_ends_the_waiting_and_the_first_one_is_remembered() -> None:
    made = claimed(waiting_since=after(2))
    story.answered(made, 12, after(4))
    story.answered(made, 9, after(5))
    assert (made.waiting_since, made.answered, made.first_response_at) == (None, 12, after(4))


def test_a_contact_who_waited_long_before_the_claim_does_not_end_it_at_once() -> None:
    made = case()
    story.contact_wrote(made, after(0.5))
    story.taken(made, Event.claimed, SARAH, after(11))
    step = next_step(made, after(11))
    assert step is not None
    assert (step.kind.name, step.at) == ("idle", after(19))


# ---- back to the bot -------------------------------------------------------------------------------------------------


def test_handing_back_keeps_holder_task_and_due_time() -> None:
    made = claimed()
    story.contact_wrote(made, after(2))
    story.handed_back(made, SARAH, after(3))
    assert (made.status, made.holder, made.handed_back, made.waiting_since) == (ACKNOWLEDGED, SARAH, True, None)
    assert (made.task, made.acted_at) == (case().task, after(1))


def test_handing_back_unclaimed_is_acting_too() -> None:
    made = case()
    story.handed_back(made, SARAH, after(3))
    assert (made.status, made.acted_at) == (ACKNOWLEDGED, after(3))


def test_who_hands_back_a_case_of_nobody_has_it() -> None:
    made = case(holder=None)
    story.handed_back(made, SARAH, after(3))
    assert (made.holder, made.held_since) == (SARAH, after(3))


def test_an_idle_person_gives_the_case_back_and_the_ladder_counts_from_now() -> None:
    made = claimed()
    made.fired = {0: 1}
    story.contact_wrote(made, after(2))
    story.went_idle(made, after(10))
    assert (made.status, made.holder, made.acted_at, made.waiting_since) == (OPEN, SARAH, None, None)
    assert (made.armed_at, made.fired, made.asked) == (after(10), {}, ["sarah"])


def test_reactivation_leaves_ladder_and_task_and_answers_the_contact() -> None:
    made = case(fired={0: 1})
    story.contact_wrote(made, after(2))
    story.reactivated(made, after(8))
    assert (made.status, made.reactivated_at, made.waiting_since) == (OPEN, after(8), None)
    assert (made.armed_at, made.fired, made.task) == (START, {0: 1}, case().task)


# ---- somebody else ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [case(), claimed()])
def test_a_reassigned_case_is_open_for_its_new_holder(made: Case) -> None:
    made.fired = {0: 1}
    story.contact_wrote(made, after(2))
    story.reassigned(made, found(BEN), after(5))
    assert (made.status, made.holder, made.held_since, made.acted_at) == (OPEN, BEN, after(5), None)
    assert (made.armed_at, made.fired, made.asked, made.waiting_since) == (after(5), {}, ["ben"], after(2))
    assert due_at(made) == after(24)


def test_a_follow_up_that_is_reassigned_still_waits_for_its_time() -> None:
    made = completed(claimed(), Outcome.scheduled, follow_up_at=after(48))
    story.reassigned(made, found(BEN), after(5))
    assert (made.status, made.holder, made.armed_at, made.follow_up_at) == (SCHEDULED, BEN, after(48), after(48))


@pytest.mark.parametrize(
    ("reason", "priority", "reasons", "becomes"),
    [
        ("high_value", "urgent", ["human_requested", "high_value"], Priority.urgent),
        ("complex_request", "low", ["human_requested", "complex_request"], Priority.medium),
        ("human_requested", "high", ["human_requested"], Priority.high),
    ],
)
def test_another_trigger_adds_its_reason_and_only_ever_raises_the_priority(
    reason: str, priority: str, reasons: list[str], becomes: Priority
) -> None:
    made = case()
    story.joined(made, trigger(reason, priority=priority))
    assert (made.reasons, made.priority, made.status) == (reasons, becomes, OPEN)
    assert made.task is not None
    assert (made.task.number, made.task.priority) == (1, becomes)


def test_a_task_that_is_done_keeps_its_priority() -> None:
    made = claimed()
    story.complete(made, done(Outcome.scheduled, follow_up_at=after(48)), after(3))
    story.joined(made, trigger(priority="urgent"))
    assert made.task is not None
    assert (made.priority, made.task.priority) == (Priority.urgent, Priority.medium)


# ---- completing ------------------------------------------------------------------------------------------------------


def test_closing_ends_the_case_and_remembers_the_outcome() -> None:
    made = completed(claimed(), Outcome.closed, note="Booked", converted=True, unnecessary=True)
    assert (made.status, made.ended_by, made.completed_at) == (COMPLETED, "sarah", after(3))
    assert made.task is not None
    assert (made.task.status, made.task.outcome, made.task.note) == ("completed", Outcome.closed, "Booked")
    assert (made.task.completed_by, made.task.completed_at) == ("sarah", after(3))
    assert (made.task.converted, made.task.unnecessary) == (True, True)
    assert next_step(made, after(3)) is None


def test_an_unclaimed_case_may_be_completed() -> None:
    made = completed(case(), Outcome.closed)
    assert (made.status, made.acted_at) == (COMPLETED, after(3))


def test_a_case_without_a_task_is_completed_itself() -> None:
    made = completed(case({"task": False}), Outcome.closed)
    assert (made.status, made.task, made.ended_by) == (COMPLETED, None, "sarah")


def test_a_follow_up_is_a_new_task_whose_ladder_counts_from_its_time() -> None:
    made = completed(claimed(due_passed_at=after(2)), Outcome.scheduled, follow_up_at=after(48))
    assert (made.status, made.follow_up_at, made.armed_at) == (SCHEDULED, after(48), after(48))
    assert (made.task_id, due_at(made), made.due_passed_at) == ("c1~1~2", after(72), None)
    step = next_step(made, after(3))
    assert step is not None
    assert (step.kind.name, step.at) == ("resume", after(48))


def test_the_follow_ups_time_opens_the_case_for_its_holder_again() -> None:
    made = completed(claimed(), Outcome.scheduled, follow_up_at=after(48))
    story.resumed(made, after(48))
    assert (made.status, made.holder, made.acted_at, made.follow_up_at) == (OPEN, SARAH, None, None)
    assert made.armed_at == after(48)


def test_needing_escalation_ends_this_task_and_begins_the_next_one() -> None:
    made = claimed(due_passed_at=after(2))
    story.contact_wrote(made, after(2))
    completed(made, Outcome.needs_escalation)
    assert (made.status, made.acted_at, made.waiting_since) == (OPEN, None, after(2))
    assert (made.silent_since, made.due_passed_at, made.reactivated_at) == (after(3), None, None)
    assert (made.task_id, due_at(made)) == ("c1~1~2", after(27))


@pytest.mark.parametrize("outcome", [Outcome.closed, Outcome.scheduled])
def test_back_with_the_bot_the_contact_waits_for_nobody(outcome: Outcome) -> None:
    made = claimed()
    story.contact_wrote(made, after(2))
    assert completed(made, outcome, follow_up_at=after(48)).waiting_since is None


@pytest.mark.parametrize(("outcome", "due"), [(Outcome.scheduled, 72), (Outcome.needs_escalation, 27)])
def test_without_a_task_the_due_time_begins_anew_as_well(outcome: Outcome, due: float) -> None:
    made = completed(case({"task": False}), outcome, follow_up_at=after(48))
    assert (made.task, due_at(made)) == (None, after(due))


@pytest.mark.parametrize("holder", [SARAH, None])
def test_cancelling_takes_the_task_back_too(holder: Holder | None) -> None:
    made = case(holder=holder)
    story.cancelled(made, "omar", after(2))
    assert (made.status, made.ended_by, made.completed_at) == (CANCELLED, "omar", after(2))
    assert made.task is not None
    assert (made.task.status, made.task.completed_by, made.task.completed_at) == ("cancelled", "omar", after(2))


def test_cancelling_leaves_a_completed_task_completed() -> None:
    made = claimed()
    story.complete(made, done(Outcome.scheduled, follow_up_at=after(48)), after(3))
    story.cancelled(made, "omar", after(4))
    assert made.task is not None
    assert (made.task.status, made.task.completed_by) == ("completed", "sarah")


# ---- what the contact is told ----------------------------------------------------------------------------------------


def told(text: str, made: Case, hours: float = 0) -> str:
    made.policy = Policy.model_validate(
        made.policy.model_dump() | {"final_message": text, "agent_label": "{first_name} from Northwind"}
    )
    return story.final_message(made, after(hours))


@pytest.mark.parametrize(
    ("holder", "text"),
    [
        (SARAH, "Jamie Rivera: Sarah (Sarah from Northwind) in 24 hours, the number on our website"),
        (None, "Jamie Rivera: the team (the team) in 24 hours, the number on our website"),
    ],
)
def test_every_placeholder_of_the_final_message_is_filled_in(holder: Holder | None, text: str) -> None:
    template = "{contact_name}: {assignee} ({agent_label}) in {response_window}, {contact_line}"
    assert told(template, case(holder=holder)) == text


def test_a_name_with_placeholders_in_it_stays_text() -> None:
    assert told("Hi {contact_name}", case(contact=Contact(name="{assignee}"))) == "Hi {assignee}"
    assert told("Hi {contact_name}", case(contact=Contact())) == "Hi there"


def test_the_window_is_what_is_left_until_the_due_time() -> None:
    assert told("Within {response_window}.", case(), 20.5) == "Within 3 hours 30 minutes."


@pytest.mark.parametrize("hours", [24, 30])
def test_a_window_that_has_passed_is_not_promised(hours: float) -> None:
    assert told("Within {response_window}.", case(), hours) == FinalMessages().standard
    assert told("Somebody comes.", case(), hours) == "Somebody comes."


# ---- the record ------------------------------------------------------------------------------------------------------


def test_log_entries_are_numbered_by_the_case() -> None:
    made = case()
    entries = [story.log(made, "rung", "It happened", "handover", after(1), to=name) for name in ("ben", "omar")]
    assert [entry.key for entry in entries] == ["c1~1:1", "c1~1:2"]
    assert entries[1].details == {"to": "omar"}


def test_operators_read_where_the_case_stands() -> None:
    made = claimed(next_step="Waits for a person", next_at=after(24))
    made.actions["ticket"] = ActionState(status="failed", text="zendesk is down")
    made.actions["tags"] = ActionState(status="done")
    assert story.in_words_for_operators(made).split("\n\n") == [
        "**Acknowledged**: human requested, priority medium",
        "Assigned to: Sarah Lindgren",
        "Task due: 2026-11-17 09:00:00 UTC",
        "Next: Waits for a person, 2026-11-17 09:00:00 UTC",
        "Failed: ticket: zendesk is down",
    ]


@pytest.mark.parametrize(
    "made",
    [
        case(),
        claimed(OMAR),
        completed(claimed(), Outcome.scheduled, follow_up_at=after(48)),
        case(fired={0: 1, 1: 12}, actions={"tags": ActionState(status="done")}),
    ],
)
def test_a_case_that_is_carried_over_keeps_everything(made: Case) -> None:
    assert Case.model_validate_json(made.model_dump_json()) == made


def test_an_event_that_is_not_allowed_never_moves_a_case() -> None:
    with pytest.raises(AssertionError, match="resumed is not allowed in open"):
        story.apply(case(), Event.resumed, START + timedelta(hours=1))
