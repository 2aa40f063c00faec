"""Handovers: one at a time, and never overwritten by what is older."""

import asyncio
from datetime import timedelta

import pytest

from handover.errors import NotFound
from handover.messages import ContactStatus, ConversationStatus, HandoverStatus, Outcome
from store import Store
from tests.unit.store_world import START, begin, case_of, entry, open_one, policy, said, save, take, task

pytest_plugins = ["tests.unit.store_fixtures"]


async def test_opening_gives_a_number_and_raises_the_fence(store: Store) -> None:
    opened = await open_one(store)
    assert (opened.number, opened.adopted, opened.policy) == (1, False, policy())
    assert (opened.standing.epoch, opened.standing.handover) == (1, 1)
    assert opened.standing.status is ConversationStatus.escalated
    assert opened.contact.status is ContactStatus.in_progress


async def test_the_same_trigger_again_is_the_same_handover(store: Store) -> None:
    first = await open_one(store)
    assert await open_one(store) == first
    assert len((await store.reads.handovers()).items) == 1


async def test_the_same_trigger_is_the_same_handover_even_when_that_has_ended(store: Store) -> None:
    first = await open_one(store)
    await save(store, case_of(first, seq=1, status=HandoverStatus.completed))
    assert (await open_one(store)).number == 1
    assert (await open_one(store, key="turn/2")).number == 2
    again = await open_one(store)
    assert (again.number, again.adopted) == (1, False)


async def test_another_trigger_adopts_the_open_handover(store: Store) -> None:
    first = await open_one(store)
    second = await open_one(store, key="button", reason="negative_sentiment")
    assert second == first.model_copy(update={"adopted": True})


async def test_fifty_triggers_at_once_open_one(store: Store, other: Store) -> None:
    both = (store, other)
    opened = await asyncio.gather(*[open_one(both[number % 2], key=f"turn/{number}") for number in range(50)])
    assert {one.number for one in opened} == {1}
    assert [one.adopted for one in opened].count(False) == 1
    assert {one.standing.epoch for one in opened} == {1}


async def test_one_that_has_ended_is_followed_by_the_next(store: Store) -> None:
    opened = await open_one(store)
    await save(store, case_of(opened, seq=1, status=HandoverStatus.completed))
    assert (await open_one(store, key="turn/2")).number == 2


async def test_the_fence_says_that_one_has_ended_before_its_record_does(store: Store) -> None:
    await open_one(store)
    await store.transcripts.take(take("completed", status="bot", handover=None, assignee=None))
    opened = await open_one(store, key="turn/2")
    assert (opened.number, opened.adopted) == (2, False)


async def test_stepping_in_makes_it_the_persons_at_once(store: Store) -> None:
    opened = await open_one(store, staff_id="ann")
    assert (opened.standing.status, opened.standing.assignee) == (ConversationStatus.human, "ann")
    [shown] = (await store.reads.handovers()).items
    assert (shown.status, shown.assignee, shown.acknowledged_at) == (HandoverStatus.acknowledged, "ann", START)


async def test_without_a_bot_the_default_one_is_meant(store: Store) -> None:
    with pytest.raises(NotFound):
        await open_one(store, bot_id="")


async def test_an_older_case_never_overwrites_a_newer_one(store: Store) -> None:
    opened = await open_one(store)
    await save(store, case_of(opened, seq=5, holder="ann", next_step="remind ann", task=task(status="completed")))
    await save(store, case_of(opened, seq=4, holder="bob", next_step="older", task=task()), entry("late"))
    detail = await store.reads.handover("c1~1")
    assert (detail.assignee, detail.next_step, detail.tasks[0].status) == ("ann", "remind ann", "completed")
    assert [line.text for line in detail.log] == ["It happened: late"]


async def test_saves_at_once_end_with_the_newest(store: Store, other: Store) -> None:
    opened = await open_one(store)
    cases = [case_of(opened, seq=seq, next_step=str(seq)) for seq in range(20)]
    await asyncio.gather(*[save((store, other)[case.seq % 2], case, entry(str(case.seq))) for case in cases])
    detail = await store.reads.handover("c1~1")
    assert detail.next_step == "19"
    assert len(detail.log) == 20


async def test_saving_again_changes_nothing(store: Store) -> None:
    opened = await open_one(store)
    case = case_of(opened, seq=1, task=task())
    await save(store, case, entry("one"))
    newest = await store.reads.newest_event()
    await save(store, case, entry("one"))
    assert await store.reads.newest_event() == newest
    assert len((await store.reads.handover("c1~1")).log) == 1


async def test_saving_what_was_never_opened_is_refused(store: Store) -> None:
    opened = await open_one(store)
    with pytest.raises(NotFound):
        await save(store, case_of(opened.model_copy(update={"number": 2}), seq=1))


async def test_the_times_of_firsts_stay(store: Store) -> None:
    opened = await open_one(store)
    held, answered, done = (START + timedelta(minutes=minutes) for minutes in (5, 6, 90))
    claimed = case_of(
        opened, seq=1, status=HandoverStatus.acknowledged, holder="ann", held_since=held, first_response_at=answered
    )
    await save(store, claimed)
    again = claimed.model_copy(update={"seq": 2, "held_since": done, "first_response_at": done})
    await save(store, again)
    ended = {"seq": 3, "status": HandoverStatus.completed, "completed_at": done, "ended_by": "ann"}
    ended |= {"outcome": Outcome.closed, "task": task(status="completed", completed_at=done, completed_by="ann")}
    await save(store, again.model_copy(update=ended))
    shown = (await store.reads.handovers()).items[0]
    assert (shown.acknowledged_at, shown.first_response_at) == (held, answered)
    assert (shown.completed_at, shown.completed_by, shown.outcome) == (done, "ann", Outcome.closed)


async def test_each_task_of_a_handover_is_kept(store: Store) -> None:
    opened = await open_one(store)
    await save(
        store, case_of(opened, seq=1, outcome="scheduled", task=task(1, status="completed", outcome="scheduled"))
    )
    await save(store, case_of(opened, seq=2, outcome="scheduled", task=task(2)))
    detail = await store.reads.handover("c1~1")
    assert [(one.task_id, one.status) for one in detail.tasks] == [("c1~1~1", "completed"), ("c1~1~2", "open")]
    assert detail.outcome is Outcome.scheduled


async def test_a_task_gets_its_description_whatever_comes_first(store: Store) -> None:
    opened = await open_one(store)
    early = case_of(opened, seq=1, task=task())
    await store.handovers.put_task(early, "first words")
    await save(store, case_of(opened, seq=2, holder="ann", task=task(status="completed")))
    await store.handovers.put_task(early, "better words")
    shown = await store.reads.task("c1~1~1")
    assert (shown.description, shown.status, shown.assignee) == ("better words", "completed", "ann")


async def test_putting_a_task_again_tells_nothing_new(store: Store) -> None:
    case = case_of(await open_one(store), seq=1, task=task())
    await store.handovers.put_task(case, "words")
    newest = await store.reads.newest_event()
    await store.handovers.put_task(case, "words")
    assert await store.reads.newest_event() == newest


async def test_tags_are_added_once_and_the_status_stays_unless_given(store: Store) -> None:
    await begin(store, tags=["vip"])
    await store.handovers.tag("c1", ["human_handover", "vip"], ContactStatus.done)
    await store.handovers.tag("c1", ["human_handover"], None)
    contact = (await store.transcripts.record(said("m1"))).contact
    assert (contact.tags, contact.status) == (["vip", "human_handover"], ContactStatus.done)
    with pytest.raises(NotFound):
        await store.handovers.tag("unknown", [], None)


async def test_what_happens_is_told_in_its_order(store: Store) -> None:
    await store.transcripts.record(said("m1"))
    opened = await open_one(store)
    await save(store, case_of(opened, seq=1, holder="ann", task=task()), entry("assigned"))
    await store.transcripts.take(take())
    events = await store.reads.events_since(0)
    kinds = ["message", "status", "handover", "log", "task", "handover", "change", "change", "status"]
    assert [event.kind for event in events] == kinds
    assert events[5].data == {"number": 1, "status": "open", "next_step": "", "assignee": "ann"}
    assert await store.reads.newest_event() == events[-1].id
    assert [event.id for event in await store.reads.events("c1", after=events[4].id)] == [
        event.id for event in events[5:]
    ]
