"""The whole story of a handover, with the defaults of hours as they are."""

from datetime import timedelta

import pytest

from handover.casefile import AssignRequest
from handover.errors import NotFound, Refused
from handover.ids import HandoverId, parse_task_id
from handover.messages import (
    Author,
    ByStaff,
    Cancel,
    Claim,
    CompleteTask,
    Contact,
    ContactStatus,
    ConversationStatus,
    HandBack,
    HandoverStatus,
    Note,
    Outcome,
    Reassign,
    Reply,
    RequestHuman,
    Snooze,
    TaskCompleted,
)
from handover.staff import Staff
from handover.views import HandoverView
from tests.workflows.town import Town

FINAL = "Thank you! Someone from the team will get back to you."
HOURS = timedelta(hours=1)
PATIENT_LADDER = [{"after": "due", "to": "manager", "repeat": "24h"}]


def acted_by(staff_id: str, message_id: str = "r1", text: str = "Hello, how can I help?") -> Reply:
    return Reply(staff_id=staff_id, message_id=message_id, text=text)


async def complete(town: Town, staff_id: str, outcome: Outcome = Outcome.closed, **more: object) -> None:
    task = (await town.detail()).tasks[-1]
    act = CompleteTask.model_validate({"staff_id": staff_id, "outcome": outcome, **more})
    await town.client.complete(parse_task_id(task.task_id), act)


async def test_everything_that_a_handover_does_at_once(town: Town) -> None:
    await town.hand_over(Contact(name="Jamie Rivera", phone="+13125550142", email="jamie@example.org"))
    detail, conversation = await town.detail(), await town.conversation()
    [task] = detail.tasks
    assert conversation.status is ConversationStatus.escalated
    assert detail.reason == "human_requested"
    assert detail.evidence[0].score >= detail.evidence[0].threshold
    assert await town.said_by(Author.system) == [FINAL]
    assert "human_handover" in conversation.contact.tags
    assert conversation.contact.status is ContactStatus.in_progress
    assert task.title == "Follow up: I want to talk to a human — human requested"
    assert task.due_at - detail.opened_at == timedelta(hours=24)
    for known in ("Jamie Rivera", "+13125550142", "jamie@example.org", "I want to talk to a human"):
        assert known in task.description
    assert sorted(await town.told(detail.assignee or "")) == ["conversation_assigned", "task_assigned"]
    assert [one.text for one in await town.log("opened")] == ["Handed over: human requested"]
    assert {name: state.status for name, state in detail.actions.items()} == {
        "tags": "done",
        "notify": "done",
        "task": "done",
        "message": "done",
    }


async def test_both_views_say_what_happens_next_and_when(town: Town) -> None:
    await town.hand_over()
    detail = await town.detail()
    assert detail.next_at is not None
    comes = (detail.next_step, detail.next_at)

    async def conversation_says_so() -> bool:
        seen = (await town.client.view(town.conversation_id)).handover
        return seen is not None and (seen.next_step, seen.next_at) == comes

    await town.until(conversation_says_so)
    seen = HandoverView.model_validate(await town.handover_run().query("view"))
    assert (seen.next_step, seen.next_at) == comes


async def test_the_bot_is_silent_and_nothing_is_lost(town: Town) -> None:
    await town.hand_over()
    await town.say("Hello? Is anybody there?")
    assert await town.said_by(Author.bot) == []
    assert (await town.client.view(town.conversation_id)).kept == 1


async def test_nobody_acts_for_8_hours_and_the_bot_answers_what_was_written_meanwhile(town: Town) -> None:
    await town.change_bot(actions={"follow_up": {}, "urgent": {}, "specialist": {}})
    await town.hand_over()
    await town.say("What are your opening hours?")
    await town.pass_time(7 * HOURS + timedelta(minutes=59))
    assert (await town.conversation()).status is ConversationStatus.escalated
    await town.pass_time(timedelta(minutes=2))
    await town.until(lambda: _has_said(town, Author.bot, 1))
    assert (await town.conversation()).status is ConversationStatus.bot
    assert (await town.detail()).status is HandoverStatus.open
    assert len(await town.said_by(Author.bot)) == 1


async def test_a_silent_contact_is_told_nothing_when_the_bot_comes_back(town: Town) -> None:
    await town.hand_over()
    await town.pass_time(9 * HOURS)
    assert (await town.conversation()).status is ConversationStatus.bot
    assert await town.said_by(Author.bot) == []


async def test_the_ladder_goes_to_the_manager_when_the_task_is_due_and_again_every_day(town: Town) -> None:
    await town.hand_over()
    first = (await town.detail()).assignee
    await town.pass_time(4 * HOURS + timedelta(minutes=1))
    second = (await town.detail()).assignee
    assert {first, second} == {"sarah", "ben"}
    await town.pass_time(20 * HOURS)
    detail = await town.detail()
    assert detail.assignee == "omar"
    assert detail.tasks[0].priority == "urgent"
    assert detail.tasks[0].overdue or await town.log("overdue")
    assert "escalation" in await town.told("omar")
    assert "escalation" in await town.told(second or "")
    await town.pass_time(48 * HOURS)
    rungs = [one.text for one in await town.log("rung")]
    assert rungs[0].startswith("Rung 1: now with")
    assert rungs[1:] == [f"Rung 2: now with Omar Haddad (manager){number}" for number in ("", ", time 2", ", time 3")]


async def test_a_claim_stops_reactivation_and_ladder_but_not_the_due_time(town: Town) -> None:
    await town.hand_over()
    acted = await town.client.claim(town.handover, Claim(staff_id="sarah"))
    assert acted.status is HandoverStatus.acknowledged
    assert not acted.still_leaving
    assert (await town.conversation()).status is ConversationStatus.human
    await town.pass_time(30 * HOURS)
    assert (await town.conversation()).status is ConversationStatus.human
    assert await town.log("rung") == []
    assert len(await town.log("overdue")) == 1
    assert "Sarah from Northwind joined the conversation." in await town.said_by(Author.system)


async def test_the_second_claim_is_told_who_was_first(town: Town) -> None:
    await town.hand_over()
    first = await town.client.claim(town.handover, Claim(staff_id="sarah"))
    with pytest.raises(Refused) as refusal:
        await town.client.claim(town.handover, Claim(staff_id="mei"))
    assert (refusal.value.code, refusal.value.holder) == ("already_claimed", "sarah")
    assert refusal.value.since == first.since


async def test_claiming_twice_changes_nothing(town: Town) -> None:
    await town.hand_over()
    first = await town.client.claim(town.handover, Claim(staff_id="sarah"))
    assert await town.client.claim(town.handover, Claim(staff_id="sarah")) == first
    assert len(await town.log("claimed")) == 1


async def test_somebody_who_is_not_on_the_team_cannot_claim(town: Town) -> None:
    await town.hand_over()
    with pytest.raises(Refused, match="nobody"):
        await town.client.claim(town.handover, Claim(staff_id="nobody"))
    assert (await town.detail()).status is HandoverStatus.open


async def test_a_reply_reaches_the_contact_under_the_agent_label(town: Town) -> None:
    await town.hand_over()
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.client.reply(town.handover, acted_by("sarah", text="A technician comes tomorrow."))
    page = await town.store.reads.messages(town.conversation_id)
    assert (page.items[-1].text, page.items[-1].label) == ("A technician comes tomorrow.", "Sarah from Northwind")
    assert (await town.detail()).first_response_at is not None


async def test_the_same_reply_sent_twice_arrives_once(town: Town) -> None:
    await town.hand_over()
    for _ in range(2):
        await town.client.reply(town.handover, acted_by("omar"), key=None)
    assert len(await town.said_by(Author.person)) == 1


async def test_replying_to_somebody_elses_case_is_refused_with_the_holder(town: Town) -> None:
    await town.hand_over()
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    with pytest.raises(Refused) as refusal:
        await town.client.reply(town.handover, acted_by("mei"))
    assert (refusal.value.code, refusal.value.holder) == ("not_yours", "sarah")
    assert await town.said_by(Author.person) == []


async def test_completing_gives_the_conversation_back_to_the_bot(town: Town) -> None:
    await town.hand_over()
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await complete(town, "sarah", note="Visit booked.", converted=True)
    await town.handover_run().result()
    detail, conversation = await town.detail(), await town.conversation()
    assert (detail.status, detail.outcome, detail.completed_by) == (HandoverStatus.completed, Outcome.closed, "sarah")
    assert conversation.status is ConversationStatus.bot
    assert conversation.contact.status is ContactStatus.done
    await town.say("What are your opening hours?")
    await town.until(lambda: _has_said(town, Author.bot, 1))
    assert (await town.client.view(town.conversation_id)).handover is None


async def test_completing_by_signal_does_the_same(town: Town) -> None:
    await town.hand_over()
    await town.client.signal_completed(town.handover, TaskCompleted(outcome="closed", staff_id="mei"))
    await town.handover_run().result()
    detail = await town.detail()
    assert (detail.status, detail.completed_by) == (HandoverStatus.completed, "mei")


@pytest.mark.parametrize(
    "wrong", [{"outcome": "finished"}, {"outcome": "closed", "task_id": "x"}, {"outcome": "scheduled"}]
)
async def test_a_completion_by_signal_that_cannot_be_is_written_down_and_changes_nothing(
    town: Town, wrong: dict[str, str]
) -> None:
    await town.hand_over()
    await town.client.signal_completed(town.handover, TaskCompleted.model_validate(wrong))
    await town.until(lambda: _has_logged(town, "signal_refused"))
    assert (await town.detail()).status is HandoverStatus.open


async def test_a_scheduled_follow_up_waits_for_its_time_and_its_ladder_counts_from_there(town: Town) -> None:
    await town.hand_over()
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    follow_up_at = await town.now() + 72 * HOURS
    await complete(town, "sarah", Outcome.scheduled, follow_up_at=follow_up_at)
    detail, conversation = await town.detail(), await town.conversation()
    assert (detail.status, conversation.status) == (HandoverStatus.scheduled, ConversationStatus.bot)
    assert conversation.contact.status is ContactStatus.follow_up
    assert [task.status for task in detail.tasks] == ["completed", "open"]
    await town.pass_time(71 * HOURS)
    assert await town.log("rung") == []
    await town.pass_time(2 * HOURS)
    assert (await town.detail()).status is HandoverStatus.open
    assert "reminder" in await town.told("sarah")
    await town.pass_time(26 * HOURS)
    assert (await town.detail()).assignee == "omar"


async def test_needs_escalation_takes_the_next_rung_now(town: Town) -> None:
    await town.change_bot(actions={"follow_up": {"ladder": PATIENT_LADDER}, "urgent": {}, "specialist": {}})
    await town.hand_over()
    holder = (await town.detail()).assignee or ""
    await complete(town, holder, Outcome.needs_escalation)
    detail = await town.detail()
    assert (detail.status, detail.assignee) == (HandoverStatus.open, "omar")
    assert [(task.status, task.assignee) for task in detail.tasks][-1] == ("open", "omar")
    with pytest.raises(Refused) as refusal:
        await complete(town, "omar", Outcome.needs_escalation)
    assert refusal.value.code == "last_rung"


async def test_completing_a_completed_task_says_so(town: Town) -> None:
    await town.hand_over()
    task = parse_task_id((await town.detail()).tasks[-1].task_id)
    await complete(town, "omar", Outcome.scheduled, follow_up_at=await town.now() + HOURS)
    with pytest.raises(Refused) as refusal:
        await town.client.complete(task, CompleteTask(staff_id="omar", outcome=Outcome.closed))
    assert refusal.value.code == "already_completed"


async def test_handing_back_lets_the_bot_answer_while_the_task_runs_on(town: Town) -> None:
    await town.hand_over()
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.say("And what are your opening hours?")
    await town.client.hand_back(town.handover, HandBack(staff_id="sarah"))
    await town.until(lambda: _has_said(town, Author.bot, 1))
    detail = await town.detail()
    assert (await town.conversation()).status is ConversationStatus.bot
    assert (detail.status, detail.tasks[-1].status) == (HandoverStatus.acknowledged, "open")


async def test_a_person_who_leaves_the_contact_waiting_8_hours_gives_the_conversation_back(town: Town) -> None:
    await town.hand_over()
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.client.reply(town.handover, acted_by("sarah"))
    await town.say("What are your opening hours?")
    await town.pass_time(7 * HOURS + timedelta(minutes=50))
    assert (await town.conversation()).status is ConversationStatus.human
    await town.pass_time(timedelta(minutes=20))
    await town.until(lambda: _has_said(town, Author.bot, 1))
    assert (await town.detail()).status is HandoverStatus.open
    assert "reminder" in await town.told("sarah")


async def test_a_claim_long_after_the_contact_wrote_is_not_idle_at_once(town: Town) -> None:
    await town.hand_over()
    await town.say("Hello?")
    await town.pass_time(30 * HOURS)
    await town.client.claim(town.handover, Claim(staff_id="omar"))
    await town.pass_time(HOURS)
    assert (await town.conversation()).status is ConversationStatus.human
    assert await town.log("went_idle") == []


async def test_a_snooze_moves_the_rungs_and_not_the_due_time(town: Town) -> None:
    await town.hand_over()
    until = await town.now() + 48 * HOURS
    await town.client.snooze(town.handover, Snooze(staff_id="omar", until=until))
    await town.pass_time(47 * HOURS)
    assert await town.log("rung") == []
    assert len(await town.log("overdue")) == 1
    await town.pass_time(2 * HOURS)
    [rung] = await town.log("rung")
    assert rung.text.startswith("Rung 2: now with Omar Haddad (manager)")
    assert "Rung 1 passed over for rung 2" in [one.text for one in await town.log("rung_skipped")]


async def test_a_snooze_into_the_past_is_refused(town: Town) -> None:
    await town.hand_over()
    with pytest.raises(Refused, match="from now"):
        await town.client.snooze(town.handover, Snooze(staff_id="omar", until=await town.now() - HOURS))


async def test_reassigning_asks_the_next_person_anew(town: Town) -> None:
    await town.hand_over()
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.client.reassign(town.handover, Reassign(staff_id="sarah", to="user:mei"))
    detail = await town.detail()
    assert (detail.status, detail.assignee) == (HandoverStatus.open, "mei")
    assert (await town.conversation()).status is ConversationStatus.escalated
    assert "conversation_assigned" in await town.told("mei")
    with pytest.raises(Refused, match="Nobody could be found"):
        await town.client.reassign(town.handover, Reassign(staff_id="mei", to="user:ghost"))


async def test_reassigning_again_looks_again_who_is_there(town: Town) -> None:
    mei = await town.store.team.staff("mei")
    await town.hand_over()
    await town.store.settings.put_staff(mei.model_copy(update={"available": False}))
    with pytest.raises(Refused, match="Nobody could be found"):
        await town.client.reassign(town.handover, Reassign(staff_id="omar", to="user:mei"))
    await town.store.settings.put_staff(mei)
    acted = await town.client.reassign(town.handover, Reassign(staff_id="omar", to="user:mei"))
    assert acted.assignee == "mei"


async def test_notes_are_for_colleagues(town: Town) -> None:
    await town.hand_over()
    await town.client.note(town.handover, Note(staff_id="mei", message_id="n1", text="Has called twice."))
    assert await town.said_by(Author.note) == ["Has called twice."]
    page = await town.store.reads.messages(town.conversation_id)
    assert "Has called twice." not in [one.text for one in page.items]


async def test_cancelling_is_for_managers_and_for_the_contact(town: Town) -> None:
    await town.hand_over()
    with pytest.raises(Refused) as refusal:
        await town.client.cancel(town.handover, Cancel(staff_id="sarah"))
    assert refusal.value.code == "managers_only"
    await town.client.cancel(town.handover, Cancel(reason="It works again"))
    await town.handover_run().result()
    detail = await town.detail()
    assert (detail.status, detail.tasks[-1].status) == (HandoverStatus.cancelled, "cancelled")
    assert (await town.conversation()).status is ConversationStatus.bot


async def test_acting_on_a_handover_that_is_not_there(town: Town) -> None:
    with pytest.raises(NotFound):
        await town.client.claim(HandoverId("nowhere", 1), Claim(staff_id="sarah"))


async def test_a_second_request_joins_the_open_handover(town: Town) -> None:
    await town.hand_over(Contact(phone="+13125550142"))
    opened = await town.client.request_human(town.conversation_id, RequestHuman())
    assert opened.handover_id == str(town.handover)
    await town.until(lambda: _has_logged(town, "joined"))
    assert [one.text for one in await town.log("joined")] == ["Asked again: human requested"]
    page = await town.store.reads.handovers(conversation_id=town.conversation_id)
    assert len(page.items) == 1
    assert len((await town.detail()).tasks) == 1
    assert await town.said_by(Author.system) == [FINAL]


async def test_asking_again_after_the_bot_came_back_goes_one_rung_up(town: Town) -> None:
    await town.change_bot(actions={"follow_up": {"ladder": PATIENT_LADDER}, "urgent": {}, "specialist": {}})
    await town.hand_over()
    await town.pass_time(9 * HOURS)
    assert (await town.conversation()).status is ConversationStatus.bot
    await town.say("I want to talk to a human")
    await town.until(lambda: _is_assigned_to(town, "omar"))
    assert (await town.conversation()).status is ConversationStatus.escalated
    assert len((await town.store.reads.handovers(conversation_id=town.conversation_id)).items) == 1


async def test_the_button_before_the_first_message(town: Town) -> None:
    opened = await town.client.request_human(town.conversation_id, RequestHuman(text="Call me, please"))
    assert opened.number == 1
    await town.until(lambda: _has_said(town, Author.system, 1))
    assert (await town.detail()).evidence[0].kind == "button"


async def test_a_person_steps_in_without_a_trigger(town: Town) -> None:
    await town.say("What are your opening hours?")
    await town.client.take_over(town.conversation_id, ByStaff(staff_id="mei"))
    await town.until(lambda: _is_assigned_to(town, "mei"))
    detail = await town.detail()
    assert (detail.reason, detail.status) == ("taken_over", HandoverStatus.acknowledged)
    assert (await town.conversation()).status is ConversationStatus.human
    assert FINAL not in await town.said_by(Author.system)
    with pytest.raises(Refused) as refusal:
        await town.client.take_over(town.conversation_id, ByStaff(staff_id="sarah"))
    assert refusal.value.code == "handover_open"


async def test_the_contact_is_told_that_a_person_stepped_in(town: Town) -> None:
    await town.say("What are your opening hours?")
    await town.client.take_over(town.conversation_id, ByStaff(staff_id="mei"))
    await town.until(lambda: _has_said(town, Author.system, 1))
    assert await town.said_by(Author.system) == ["Mei from Northwind joined the conversation."]


async def test_a_handover_without_a_task_is_completed_itself(town: Town) -> None:
    await town.change_bot(actions={"follow_up": {"task": False}, "urgent": {}, "specialist": {}})
    await town.hand_over()
    assert (await town.detail()).tasks == []
    await town.client.complete(town.handover, CompleteTask(staff_id="omar", outcome=Outcome.closed))
    assert (await town.detail()).status is HandoverStatus.completed


async def test_nobody_is_available_so_the_role_and_its_manager_are_told(town: Town) -> None:
    for person in await town.store.settings.team():
        await town.store.settings.put_staff(person.model_copy(update={"available": False}))
    await town.hand_over()
    assert (await town.detail()).assignee is None
    assert [one.text for one in await town.log("assigned")] == ["Nobody could be found"]
    for staff_id in ("sarah", "ben", "omar"):
        assert "escalation" in await town.told(staff_id)
    assert (await town.client.claim(town.handover, Claim(staff_id="mei"))).assignee == "mei"


async def _has_said(town: Town, author: Author, times: int) -> bool:
    return len(await town.said_by(author)) >= times


async def _has_logged(town: Town, kind: str) -> bool:
    return bool(await town.log(kind))


async def _is_assigned_to(town: Town, staff_id: str) -> bool:
    page = await town.store.reads.handovers(conversation_id=town.conversation_id)
    return bool(page.items) and page.items[0].assignee == staff_id


async def test_reassigning_a_scheduled_case_leaves_the_conversation_with_the_bot(town: Town) -> None:
    await town.hand_over()
    await complete(town, "omar", Outcome.scheduled, follow_up_at=await town.now() + 24 * HOURS)
    await town.client.reassign(town.handover, Reassign(staff_id="omar", to="user:mei"))
    detail = await town.detail()
    assert (detail.status, detail.assignee) == (HandoverStatus.scheduled, "mei")
    assert (await town.conversation()).status is ConversationStatus.bot
    with pytest.raises(Refused) as refusal:
        await town.client.claim(town.handover, Claim(staff_id="sarah"))
    assert refusal.value.holder == "mei"


async def test_an_idle_person_does_not_bring_the_bot_back_inside_its_pause(town: Town) -> None:
    actions = {"follow_up": {"pause": "24h", "person_idle": "1h"}, "urgent": {}, "specialist": {}}
    await town.change_bot(actions=actions)
    await town.hand_over()
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.say("What are your opening hours?")
    await town.pass_time(2 * HOURS)
    assert len(await town.log("went_idle")) == 1
    assert (await town.conversation()).status is ConversationStatus.escalated
    assert await town.said_by(Author.bot) == []


async def test_a_reminder_to_somebody_who_is_away_goes_to_the_next_rung(town: Town) -> None:
    ladder = [{"after": "1h", "to": "assignee"}, {"after": "20h", "to": "manager"}]
    await town.change_bot(actions={"follow_up": {"ladder": ladder}, "urgent": {}, "specialist": {}})
    await town.hand_over()
    holder = await town.store.team.staff((await town.detail()).assignee or "")
    await town.store.settings.put_staff(holder.model_copy(update={"available": False}))
    await town.pass_time(2 * HOURS)
    assert (await town.detail()).assignee == "omar"


async def test_a_last_reminder_that_reaches_nobody_is_told_to_the_managers(town: Town) -> None:
    """Nobody has the case, and the ladder asks nobody else."""
    follow_up = {"assign": {"to": "role:night"}, "ladder": [{"after": "1h", "to": "assignee"}]}
    await town.store.settings.put_staff(Staff(id="nora", name="Nora", roles=["night"], available=False))
    await town.change_bot(actions={"follow_up": follow_up, "urgent": {}, "specialist": {}}, default_assignee=None)
    await town.hand_over()
    assert (await town.detail()).assignee is None
    at_first = (await town.told("omar")).count("escalation")
    await town.pass_time(2 * HOURS)
    assert [one.text for one in await town.log("rung")] == ["Rung 1: nobody is left to ask (assignee)"]
    await town.until(lambda: _told_once_more(town, at_first))


async def _told_once_more(town: Town, before: int) -> bool:
    return (await town.told("omar")).count("escalation") == before + 1


async def test_a_claimed_case_that_is_overdue_is_told_to_its_holder_and_their_manager(town: Town) -> None:
    await town.hand_over()
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.pass_time(25 * HOURS)
    assert "escalation" in await town.told("sarah")
    assert "escalation" in await town.told("omar")


@pytest.mark.parametrize("hours", [-1, 0, 24 * 400])
async def test_a_follow_up_lies_ahead(town: Town, hours: int) -> None:
    await town.hand_over()
    with pytest.raises(Refused, match="follow_up_at"):
        await complete(town, "omar", Outcome.scheduled, follow_up_at=await town.now() + hours * HOURS)
    assert (await town.detail()).status is HandoverStatus.open


class TestReopening:
    async def test_a_case_that_was_ended_wrongly_goes_on_with_who_had_it(self, town: Town) -> None:
        await _completed_by_sarah(town)
        opened = await town.client.reopen(town.handover, ByStaff(staff_id="omar"), "The furnace is still cold")
        assert opened.handover_id == str(town.handover)
        await town.until(lambda: _has_tasks(town, 2))
        detail = await town.detail()
        assert (detail.status, detail.assignee, detail.completed_at) == (HandoverStatus.open, "sarah", None)
        assert [task.status for task in detail.tasks] == ["completed", "open"]
        assert [one.text for one in await town.log("reopened")] == ["Reopened by omar: The furnace is still cold"]
        assert (await town.conversation()).status is ConversationStatus.escalated
        assert (await town.conversation()).contact.status is ContactStatus.in_progress
        assert (await town.told("sarah"))[-1] == "conversation_assigned"

    async def test_its_ladder_and_its_due_time_begin_anew(self, town: Town) -> None:
        await _completed_by_sarah(town)
        await town.pass_time(100 * HOURS)
        await town.client.reopen(town.handover, ByStaff(staff_id="omar"))
        await town.until(lambda: _has_tasks(town, 2))
        detail = await town.detail()
        reopened = (await town.log("reopened"))[0].at
        assert abs(detail.tasks[1].due_at - reopened - 24 * HOURS) < timedelta(minutes=1)
        await town.pass_time(5 * HOURS)
        assert [one.text.partition(":")[0] for one in await town.log("rung")] == ["Rung 1"]
        await town.client.claim(town.handover, Claim(staff_id="omar"))
        await complete(town, "omar")
        assert (await town.detail()).status is HandoverStatus.completed

    async def test_the_bot_is_silent_again_at_once(self, town: Town) -> None:
        await _completed_by_sarah(town)
        await town.client.reopen(town.handover, ByStaff(staff_id="omar"))
        await town.until(lambda: _has_tasks(town, 2))
        before = await town.said_by(Author.bot)
        await town.say("What are your opening hours?")
        assert await town.said_by(Author.bot) == before

    async def test_it_holds_a_place_again(self, town: Town) -> None:
        await _completed_by_sarah(town)
        await town.client.reopen(town.handover, ByStaff(staff_id="omar"))
        await town.until(lambda: _has_tasks(town, 2))
        found = await town.store.team.assign(
            AssignRequest(key="load", conversation_id="other", number=1, targets=["user:sarah"])
        )
        assert found.ahead == 1

    async def test_reopening_is_for_managers_and_for_what_has_ended(self, town: Town) -> None:
        await town.hand_over()
        with pytest.raises(Refused) as open_still:
            await town.client.reopen(town.handover, ByStaff(staff_id="omar"))
        assert open_still.value.code == "handover_open"
        await _completed_by_sarah(town, opened=True)
        with pytest.raises(Refused) as no_manager:
            await town.client.reopen(town.handover, ByStaff(staff_id="sarah"))
        assert no_manager.value.code == "managers_only"
        with pytest.raises(NotFound):
            await town.client.reopen(HandoverId(town.conversation_id, 7), ByStaff(staff_id="omar"))
        with pytest.raises(NotFound):
            await town.client.reopen(town.handover, ByStaff(staff_id="nobody"))

    async def test_a_cancelled_case_in_a_closed_conversation_can_be_reopened(self, town: Town) -> None:
        await town.hand_over()
        await town.client.cancel(town.handover, Cancel(staff_id="omar"))
        await town.client.close(town.conversation_id, ByStaff(staff_id="omar"))
        await town.client.reopen(town.handover, ByStaff(staff_id="omar"))
        await town.until(lambda: _has_tasks(town, 2))
        assert (await town.conversation()).status is ConversationStatus.escalated


async def _completed_by_sarah(town: Town, opened: bool = False) -> None:
    if not opened:
        await town.hand_over()
    await town.client.reassign(town.handover, Reassign(staff_id="omar", to="user:sarah"))
    await complete(town, "sarah")
    await town.until(lambda: _bot_speaks(town))


async def _has_tasks(town: Town, number: int) -> bool:
    return len((await town.detail()).tasks) == number


async def _bot_speaks(town: Town) -> bool:
    return (await town.client.view(town.conversation_id)).status is ConversationStatus.bot
