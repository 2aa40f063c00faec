"""The measures, on cases that can be counted by hand. Each is lived through by the transitions that its workflow uses."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from handover.week import Week
from store import Store
from store.counting import percentile
from store.tables import HandoverRow
from tests.unit.store_lives import Handover
from tests.unit.store_world import START, Clock, begin, case_of, open_one, said, save, trigger

pytest_plugins = ["tests.unit.store_fixtures"]

W47 = Week(2026, 47, "UTC")


async def some_cases(store: Store, clock: Clock) -> None:
    """Nine conversations, eight of them handed over on Monday; it is Wednesday 02:00, 41 hours after the first."""
    await begin(store, "quiet")
    in_time = await Handover.opened(store, "in-time")
    await (await in_time.answered(0.5)).completed(3, converted=True)
    late = await Handover.opened(store, "late", holder="bob")
    await (await (await late.answered(2)).overdue()).completed(30, unnecessary=True)
    await (await Handover.opened(store, "cancelled-in-time")).cancelled(5)
    at_two = START + timedelta(hours=5)
    cancelled_late = await Handover.opened(
        store, "cancelled-late", at=at_two, holder="bob", reason="negative_sentiment"
    )
    await (await cancelled_late.overdue()).cancelled(30)
    await Handover.opened(store, "running", at=START + timedelta(hours=20), holder=None)
    await Handover.opened(store, "running-late")  # its workflow has not noted it: no worker was there
    without = await Handover.opened(store, "no-task", bot_id="billing", has_task=False)
    await (await without.answered(1)).completed(10, converted=True)
    without_late = await Handover.opened(store, "no-task-late", holder="bob", bot_id="billing", has_task=False)
    await without_late.completed(26)
    clock.forward(hours=41)


async def test_nothing_to_count(store: Store) -> None:
    numbers = await store.reads.numbers()
    assert (numbers.handovers, numbers.conversations, numbers.breaches) == (0, 0, 0)
    assert numbers.handover_share is numbers.completion_rate is numbers.conversion_rate is None
    assert numbers.first_response_median is numbers.first_response_p90 is numbers.sla_compliance is None
    assert (numbers.per_bot, numbers.per_person, sum(numbers.breaches_by_hour)) == ([], [], 0)


async def test_how_many_and_what_came_of_them(store: Store, clock: Clock) -> None:
    await some_cases(store, clock)
    numbers = await store.reads.numbers()
    # All but "quiet" were handed over.
    assert (numbers.handovers, numbers.conversations, numbers.handover_share) == (8, 9, 8 / 9)
    # Completed: in-time, late, no-task, no-task-late. The two cancelled ones are no longer to be done, two are running.
    assert (numbers.completed, numbers.completion_rate) == (4, 4 / 6)
    # Converted: in-time and no-task. Unnecessary: late.
    assert (numbers.converted, numbers.conversion_rate, numbers.unnecessary) == (2, 2 / 8, 1)
    assert numbers.reasons == {"human_requested": 7, "negative_sentiment": 1}


async def test_how_quickly_people_answered(store: Store, clock: Clock) -> None:
    await some_cases(store, clock)
    numbers = await store.reads.numbers()
    # Answered after 30, 60 and 120 minutes. Nine tenths of the way from the first to the last: 60 + 0.8 * 60 minutes.
    assert numbers.first_response_median == 60 * 60
    assert numbers.first_response_p90 == pytest.approx(108 * 60)


async def test_how_many_missed_their_due_time(store: Store, clock: Clock) -> None:
    await some_cases(store, clock)
    numbers = await store.reads.numbers()
    # Missed: late, running-late and no-task-late at Tuesday 09:00, cancelled-late at Tuesday 14:00.
    assert numbers.breaches == 4
    assert {hour: count for hour, count in enumerate(numbers.breaches_by_hour) if count} == {9: 3, 14: 1}
    assert len(numbers.breaches_by_hour) == 24
    # In time: in-time and no-task. Not judged: what was cancelled in time, and what has time until 05:00.
    assert numbers.sla_compliance == 2 / 6


async def test_each_person_apart(store: Store, clock: Clock) -> None:
    await some_cases(store, clock)
    ann, bob, nobody = (await store.reads.numbers()).per_person
    # Ann: in-time, cancelled-in-time, running-late, no-task.
    assert (ann.id, ann.handovers, ann.completed, ann.completion_rate) == ("ann", 4, 2, 2 / 3)
    assert (ann.breaches, ann.sla_compliance, ann.converted, ann.conversion_rate) == (1, 2 / 3, 2, 2 / 4)
    assert ann.first_response_median == 45 * 60
    # Bob: late, cancelled-late, no-task-late.
    assert (bob.id, bob.handovers, bob.completed, bob.completion_rate) == ("bob", 3, 2, 1)
    assert (bob.breaches, bob.sla_compliance, bob.unnecessary, bob.first_response_p90) == (3, 0, 1, 120 * 60)
    assert (nobody.id, nobody.handovers, nobody.completion_rate, nobody.sla_compliance) == (None, 1, 0, None)


async def test_each_bot_apart(store: Store, clock: Clock) -> None:
    await some_cases(store, clock)
    support, billing = (await store.reads.numbers()).per_bot
    assert (support.id, support.handovers, support.breaches, support.sla_compliance) == ("support", 6, 3, 1 / 4)
    assert (billing.id, billing.handovers, billing.breaches, billing.sla_compliance) == ("billing", 2, 1, 1 / 2)
    # The same as when only that bot is asked for.
    alone = (await store.reads.numbers(bot_id="billing")).model_dump()
    assert billing.model_dump(exclude={"id"}).items() <= alone.items()


async def test_a_handover_counts_once_however_many_tasks_it_had(store: Store, clock: Clock) -> None:
    handover = await Handover.opened(store, "c1")
    follow_up_at = START + timedelta(hours=48)
    await handover.completed(30, "scheduled", follow_up_at=follow_up_at, converted=True)  # 6 hours late
    await handover.completed(70)  # 2 hours early: the follow-up was due 24 hours after its time
    numbers = await store.reads.numbers()
    assert (numbers.handovers, numbers.converted, numbers.breaches, numbers.sla_compliance) == (1, 1, 1, 0)
    assert numbers.completion_rate == 1
    assert numbers.breaches_by_hour[9] == 1  # of the first one: Tuesday 09:00


async def test_a_follow_up_that_waits_for_its_time_is_not_judged(store: Store, clock: Clock) -> None:
    handover = await Handover.opened(store, "c1")
    await handover.completed(3, "scheduled", follow_up_at=START + timedelta(hours=48))
    clock.forward(hours=60)
    numbers = await store.reads.numbers()
    assert (numbers.completed, numbers.breaches, numbers.sla_compliance) == (0, 0, None)
    assert numbers.completion_rate == 1 / 2  # two tasks, one done


async def test_without_a_task_a_missed_due_time_stays_missed(store: Store, clock: Clock) -> None:
    handover = await Handover.opened(store, "c1", has_task=False)
    await (await handover.overdue()).completed(30, "scheduled", follow_up_at=START + timedelta(hours=48))
    await handover.completed(50)
    numbers = await store.reads.numbers()
    assert (numbers.completed, numbers.breaches, numbers.sla_compliance, numbers.completion_rate) == (1, 1, 0, 1)


@pytest.mark.parametrize(
    ("outcome", "values"),
    [("scheduled", {"follow_up_at": START + timedelta(hours=48)}), ("needs_escalation", {}), ("closed", {})],
)
@pytest.mark.parametrize("has_task", [False, True])
@pytest.mark.parametrize(("hours", "breaches"), [(24, 0), (30, 1)])
async def test_a_due_time_that_nobody_noted_is_missed_whatever_the_late_completion_says(
    store: Store, outcome: str, values: dict[str, Any], has_task: bool, hours: float, breaches: int
) -> None:
    """No worker was there at the due time; the completion is the first that it hears of."""
    handover = await Handover.opened(store, "c1", has_task=has_task)
    await handover.completed(hours, outcome, **values)
    numbers = await store.reads.numbers()
    assert (numbers.breaches, numbers.breaches_by_hour[9]) == (breaches, breaches)


async def test_reopening_late_what_was_completed_in_time_misses_nothing(store: Store) -> None:
    handover = await (await Handover.opened(store, "c1", has_task=False)).completed(3)
    await handover.reopened(100)
    assert (await store.reads.numbers()).breaches == 0
    await handover.completed(101, "scheduled", follow_up_at=START + timedelta(hours=120))
    assert (await store.reads.numbers()).breaches == 0


async def test_what_was_said_of_a_case_is_taken_back_when_it_is_reopened(store: Store) -> None:
    handover = await (await Handover.opened(store, "c1")).completed(30, converted=True, unnecessary=True)
    await handover.reopened(31)
    numbers, [one] = await store.reads.numbers(), (await store.reads.handovers()).items
    assert (numbers.completed, numbers.converted, numbers.unnecessary, one.outcome) == (0, 0, 0, None)
    assert numbers.breaches == 1  # it was late all the same
    await handover.completed(32)
    assert (await store.reads.handovers()).items[0].outcome == "closed"


async def test_completed_at_its_due_time_is_in_time(store: Store) -> None:
    await (await Handover.opened(store, "c1")).completed(24)
    assert (await store.reads.numbers()).breaches == 0


async def test_weeks_are_those_of_the_iso_calendar(store: Store) -> None:
    for name, day in (("c1", 0), ("c2", 6.5), ("c3", 7), ("c4", 46.5)):
        await Handover.opened(store, name, at=START + timedelta(days=day))
    assert (await store.reads.numbers()).per_week == {"2026-W47": 2, "2026-W48": 1, "2026-W53": 1}


async def test_each_week_apart(store: Store, clock: Clock) -> None:
    await some_cases(store, clock)
    await Handover.opened(store, "later", at=START + timedelta(days=7), reason="high_value")
    numbers = await store.reads.numbers()
    assert numbers.reasons_per_week == {
        "2026-W47": {"human_requested": 7, "negative_sentiment": 1},
        "2026-W48": {"high_value": 1},
    }
    # Completed and cancelled as above; running and running-late are open.
    assert numbers.tasks_per_week == {
        "2026-W47": {"completed": 4, "cancelled": 2, "open": 2},
        "2026-W48": {"open": 1},
    }


async def test_first_responses_against_the_promise(store: Store, clock: Clock) -> None:
    for name, hours in (("quick", 0.25), ("quarter", 0.26), ("at-its-due-time", 24), ("late", 24.5)):
        await (await Handover.opened(store, name)).answered(hours)
    await Handover.opened(store, "overdue")
    await Handover.opened(store, "has-time", at=START + timedelta(hours=20))
    await (await Handover.opened(store, "ended-without-a-word")).completed(3)
    clock.forward(hours=41)
    counted = (await store.reads.numbers()).first_responses
    assert (counted.in_time, counted.late, counted.overdue) == (3, 1, 1)
    assert [(one.up_to, one.in_time, one.late) for one in counted.by_wait] == [
        (15 * 60, 1, 0),
        (60 * 60, 1, 0),
        (4 * 60 * 60, 0, 0),
        (8 * 60 * 60, 0, 0),
        (24 * 60 * 60, 1, 0),
        (None, 0, 1),
    ]


async def test_the_promise_is_the_first_due_time_whatever_follows(store: Store) -> None:
    handover = await Handover.opened(store, "c1")
    await handover.completed(3, "scheduled", follow_up_at=START + timedelta(hours=48))
    await handover.answered(50)  # the follow-up is due at 72
    counted = (await store.reads.numbers()).first_responses
    assert (counted.in_time, counted.late) == (0, 1)


async def test_weeks_and_hours_are_those_of_the_time_zone(store: Store, clock: Clock) -> None:
    await Handover.opened(store, "c1", at=START - timedelta(hours=9, minutes=30))  # Sunday 23:30 in Greenwich
    clock.forward(hours=41)
    in_greenwich = await store.reads.numbers()
    in_berlin = await store.reads.numbers(time_zone="Europe/Berlin")
    assert (list(in_greenwich.per_week), list(in_berlin.per_week)) == (["2026-W46"], ["2026-W47"])
    assert list(in_berlin.reasons_per_week) == list(in_berlin.tasks_per_week) == ["2026-W47"]
    assert (in_greenwich.breaches_by_hour[23], in_berlin.breaches_by_hour[0]) == (1, 1)


async def test_the_measures_of_one_reason(store: Store, clock: Clock) -> None:
    await some_cases(store, clock)
    numbers = await store.reads.numbers(reason="negative_sentiment")
    assert (numbers.handovers, numbers.reasons) == (1, {"negative_sentiment": 1})
    assert (numbers.conversations, numbers.handover_share) == (9, 1 / 9)


async def test_what_the_bot_could_not_answer_and_where_it_was_asked(store: Store) -> None:
    gap, bitcoin = "lack_of_information", "Do you take bitcoin?"
    for hour, (name, request) in enumerate([("c1", bitcoin), ("c2", "Do you take bitcoins"), ("c3", bitcoin)]):
        await Handover.opened(store, name, reason=gap, request=request, at=START + timedelta(hours=hour))
    await Handover.opened(store, "c4", reason=gap, request="Are you open on Sunday?", holder="bob", bot_id="billing")
    await Handover.opened(store, "c5", request=bitcoin)
    first, second = await store.reads.unanswered()
    assert (first.count, first.examples, first.conversations) == (
        3,
        [bitcoin, "Do you take bitcoins"],
        ["c3", "c2", "c1"],
    )
    assert (second.count, second.conversations) == (1, ["c4"])
    assert await store.reads.unanswered(assignee="bob") == await store.reads.unanswered(bot_id="billing") == [second]
    assert await store.reads.unanswered(reason="human_requested") == []
    assert await store.reads.unanswered(until=START) == []


async def test_the_measures_of_a_time_a_bot_and_a_person(store: Store, clock: Clock) -> None:
    await Handover.opened(store, "c1")
    clock.forward(days=1)
    await Handover.opened(store, "c2", at=clock.now, holder="bob")
    assert (await store.reads.numbers(since=clock.now)).handovers == 1
    before = await store.reads.numbers(until=clock.now)
    assert (before.handovers, before.conversations) == (1, 1)
    by_bob = await store.reads.numbers(assignee="bob")
    assert (by_bob.handovers, by_bob.conversations, by_bob.handover_share) == (1, 2, 1 / 2)
    await Handover.opened(store, "c3", at=clock.now, holder=None)
    of_nobody = await store.reads.numbers(assignee="")
    assert (of_nobody.handovers, of_nobody.conversations, of_nobody.handover_share) == (1, 3, 1 / 3)
    assert [one.id for one in of_nobody.per_person] == [None]
    assert (await store.reads.numbers(bot_id="support")).conversations == 3
    assert (await store.reads.numbers(bot_id="another")).conversations == 0


async def test_the_review_of_a_week(store: Store, clock: Clock) -> None:
    gap, heat_pump, sunday = "lack_of_information", "Do you service heat pumps?", START + timedelta(days=6, hours=14)
    await Handover.opened(store, "c1", reason=gap, request=heat_pump)
    await Handover.opened(store, "c2", reason=gap, request="Can you service a heat pump", at=sunday)
    await Handover.opened(store, "c3", reason=gap, request="Do you take bitcoin?")
    await Handover.opened(store, "c4", request="A refund")  # not a question that the bot had no answer to
    await Handover.opened(store, "next-monday", reason=gap, request=heat_pump, at=sunday + timedelta(hours=1))
    review = await store.reads.review(W47)
    assert (review.week, review.since, review.until) == ("2026-W47", W47.begins, W47.ends)
    assert review.numbers == await store.reads.numbers(since=W47.begins, until=W47.ends)
    assert review.numbers.handovers == 4
    assert [group.count for group in review.questions] == [2, 1]
    assert review.questions[1].example == "Do you take bitcoin?"
    assert "2 times: " in review.text


async def test_the_week_is_that_of_the_time_zone(store: Store) -> None:
    in_berlin = Week(2026, 47, "Europe/Berlin")
    await Handover.opened(store, "c1", at=W47.begins - timedelta(minutes=30))  # Monday 00:30 in Berlin
    assert (await store.reads.review(in_berlin)).numbers.handovers == 1
    assert (await store.reads.review(W47)).numbers.handovers == 0


async def test_the_request_of_a_trigger_without_words_is_what_was_said_last(store: Store) -> None:
    await store.transcripts.record(said("My furnace is cold", "Hello?", conversation_id="pressed"))
    opened = await open_one(store, "pressed", request="")
    [before] = (await store.reads.handovers()).items
    wordless = trigger().model_copy(update={"request": ""})
    await save(store, case_of(opened, "pressed", seq=1, trigger=wordless))
    [after] = (await store.reads.handovers()).items
    assert (before.request, after.request) == ("Hello?", "Hello?")


async def test_the_due_time_belongs_to_the_handover_itself_where_it_has_no_task(store: Store) -> None:
    with_task = await Handover.opened(store, "with")
    await Handover.opened(store, "without", has_task=False)
    due = START + timedelta(hours=24)
    assert {one.due_at for one in (await store.reads.handovers()).items} == {due}
    await with_task.completed(3, "scheduled", follow_up_at=START + timedelta(hours=48))
    assert (await store.reads.handover("with~1")).due_at == START + timedelta(hours=72)


async def test_what_an_older_version_wrote_without_a_due_time_is_counted(store: Store, clock: Clock) -> None:
    await Handover.opened(store, "c1")
    async with store.database.write() as session:
        await session.execute(update(HandoverRow).values(due_at=None))
    clock.forward(hours=100)
    numbers = await store.reads.numbers()
    assert (numbers.handovers, numbers.breaches) == (1, 0)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, None), ([7.0], 0.9, 7.0), ([1.0, 2.0], 0.5, 1.5), ([3.0, 1.0, 2.0], 0.5, 2.0), ([0.0, 10.0], 0.9, 9.0)],
)
def test_percentiles(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected
