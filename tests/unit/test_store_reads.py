"""What readers see: lists in parts, one thing in full, and nothing that has not left yet."""

import asyncio
from datetime import timedelta

import pytest

from handover.errors import NotFound, Refused
from handover.messages import Author, HandoverStatus
from store import Store
from store.events import emit, publish
from tests.unit.store_lives import Handover
from tests.unit.store_world import START, Clock, begin, case_of, entry, open_one, said, save, take, task, told

pytest_plugins = ["tests.unit.store_fixtures"]


async def test_conversations_the_newest_first_in_parts(store: Store, clock: Clock) -> None:
    for number in range(5):
        await store.transcripts.record(said("m1", conversation_id=f"c{number}"))
        clock.forward(seconds=number % 2)  # some in the same instant: their ids decide
    seen, after = [], None
    while True:
        page = await store.reads.conversations(after=after, limit=2)
        seen += [one.conversation_id for one in page.items]
        after = page.next
        if after is None:
            break
    assert seen == ["c4", "c3", "c2", "c1", "c0"]


async def test_a_part_that_is_just_full_is_the_last(store: Store) -> None:
    await begin(store, "c1")
    await begin(store, "c2")
    assert (await store.reads.conversations(limit=2)).next is None
    assert (await store.reads.conversations(limit=1)).next is not None


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "bnVsbA",
        "WzEsMl0",
        "WyIyMDI2LTExLTE2VDA5OjAwOjAwIiwgImMxIl0",
        "WyIyMDI2LTExLTE2VDA5OjAwOjAwKzAwOjAwIiwgMV0",
        "ü",
    ],
)
async def test_a_cursor_that_no_list_gave_out_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(Refused) as refusal:
        await store.reads.conversations(after=cursor)
    assert refusal.value.code == "bad_cursor"


async def test_a_cursor_of_another_list_is_refused(store: Store) -> None:
    await begin(store, "c1")
    await begin(store, "c2")
    cursor = (await store.reads.conversations(limit=1)).next
    with pytest.raises(Refused):
        await store.reads.handovers(after=cursor)


async def test_conversations_by_status_and_person(store: Store) -> None:
    for name in ("c1", "c2", "c3"):
        await begin(store, name)
    await store.transcripts.take(take("one", of="c1"))
    await store.transcripts.take(take("two", of="c2", status="escalated", assignee=None))
    assert await _found(store, status="human") == ["c1"]
    assert await _found(store, assignee="ann") == ["c1"]
    assert await _found(store, assignee="", status="escalated") == ["c2"]


async def _found(store: Store, status: str | None = None, assignee: str | None = None) -> list[str]:
    page = await store.reads.conversations(status=status, assignee=assignee)
    return [one.conversation_id for one in page.items]


async def test_a_conversation_in_full(store: Store, clock: Clock) -> None:
    await store.transcripts.record(said("m1"))
    await store.transcripts.put(told("waiting"))
    await store.transcripts.put(told("note", author=Author.note))
    opened = await open_one(store)
    at = START + timedelta(hours=1)
    await save(store, case_of(opened, seq=1, task=task(), next_step="remind ann", next_at=at), entry("one"))
    shown = await store.reads.conversation("c1")
    assert (shown.last_text, shown.last_author, shown.last_at) == ("m1", Author.contact, clock.now)
    assert (shown.next_step, shown.next_at) == ("remind ann", at)
    assert shown.handover is not None
    assert shown.detail is not None
    assert (shown.handover.number, len(shown.detail.tasks), len(shown.detail.log)) == (1, 1, 1)
    assert shown.detail.tags == ["human_handover"]
    with pytest.raises(NotFound):
        await store.reads.conversation("unknown")


async def test_a_list_shows_the_newest_handover_of_each(store: Store) -> None:
    opened = await open_one(store, "c1")
    await save(store, case_of(opened, seq=1, status=HandoverStatus.completed))
    await open_one(store, "c1", key="turn/2")
    await open_one(store, "c2")
    numbers = {one.conversation_id: one.handover for one in (await store.reads.conversations()).items}
    assert {name: one.number for name, one in numbers.items() if one} == {"c1": 2, "c2": 1}


async def test_messages_in_parts_and_notes_for_colleagues_alone(store: Store) -> None:
    await store.transcripts.record(said("m1", "m2"))
    await store.transcripts.put(told("note", author=Author.note))
    await store.transcripts.put(told("waiting"))
    await store.transcripts.record(said("m3", turn=2))
    first = await store.reads.messages("c1", limit=2)
    assert [one.text for one in first.items] == ["m1", "m2"]
    assert first.next is not None
    rest = await store.reads.messages("c1", after=int(first.next))
    assert ([one.text for one in rest.items], rest.next) == (["m3"], None)
    assert [one.text for one in (await store.reads.messages("c1", notes=True)).items] == [
        "m1",
        "m2",
        "note",
        "waiting",
        "m3",
    ]
    with pytest.raises(NotFound):
        await store.reads.messages("unknown")


async def test_the_newest_messages_and_then_those_above_them(store: Store) -> None:
    await store.transcripts.record(said("m1", "m2"))
    await store.transcripts.put(told("note", author=Author.note))
    await store.transcripts.record(said("other", conversation_id="c2"))
    await store.transcripts.put(told("waiting"))
    await store.transcripts.record(said("m3", turn=2))
    seen, before = [], None
    while True:
        part = await store.reads.newest_messages("c1", before=before, limit=2)
        seen.append([one.text for one in part.items])
        if part.next is None:
            break
        before = int(part.next)
    assert seen == [["waiting", "m3"], ["m2", "note"], ["m1"]]
    assert (await store.reads.newest_messages("c1", limit=5)).next is None
    with pytest.raises(NotFound):
        await store.reads.newest_messages("unknown")


async def test_the_turn_of_a_message_and_its_replies(store: Store) -> None:
    await store.transcripts.record(said("m1", turn=3))
    for key, turn in (("a", 3), ("b", 3), ("c", 4)):
        row = (await store.transcripts.put(told(key, turn=turn))).row
        assert row is not None
        await store.transcripts.mark_left(row)
    assert await store.reads.turn_of("c1", "m1") == 3
    assert await store.reads.turn_of("c1", "a") is None
    assert [one.text for one in await store.reads.replies("c1", 3)] == ["a", "b"]


async def test_an_event_is_never_seen_before_one_with_a_lower_number(store: Store, other: Store) -> None:
    async with store.database.write() as session:
        emit(session, "c1", "message", START, {})
        await publish(session)
        writing = asyncio.create_task(other.transcripts.record(said("m1", conversation_id="c2")))
        await asyncio.sleep(0.2)
        assert not writing.done()
    await writing
    assert [event.conversation_id for event in await store.reads.events_since(0)] == ["c1", "c2"]


async def test_handovers_are_found_by_what_they_are(store: Store) -> None:
    for number in range(4):
        at = START + timedelta(days=number)
        await open_one(store, f"c{number}", at=at, reason="negative_sentiment" if number == 2 else "human_requested")
    await save(store, case_of(await open_one(store, "c1"), "c1", seq=1, holder="ann", status="acknowledged"))
    assert await _handovers(store) == ["c3~1", "c2~1", "c1~1", "c0~1"]
    assert await _handovers(store, reason="negative_sentiment") == ["c2~1"]
    assert await _handovers(store, assignee="ann") == await _handovers(store, status="acknowledged") == ["c1~1"]
    assert await _handovers(store, assignee="") == ["c3~1", "c2~1", "c0~1"]
    assert await _handovers(store, status=["open", "acknowledged"]) == ["c3~1", "c2~1", "c1~1", "c0~1"]
    assert await _handovers(store, status=["acknowledged", "scheduled"]) == ["c1~1"]
    assert await _handovers(store, status=[]) == []
    assert await _handovers(store, conversation_id="c3", bot_id="support") == ["c3~1"]
    since, until = START + timedelta(days=1), START + timedelta(days=3)
    assert await _handovers(store, since=since, until=until) == ["c2~1", "c1~1"]
    page = await store.reads.handovers(limit=3)
    assert await _handovers(store, after=page.next) == ["c0~1"]


async def test_handovers_are_found_by_what_went_wrong(store: Store, clock: Clock) -> None:
    """Late with something left to do: completed too late, late and going on; in time, with time left, cancelled are not."""
    await (await Handover.opened(store, "too-late")).completed(30)
    await (await Handover.opened(store, "in-time")).completed(3)
    await Handover.opened(store, "late")
    await (await Handover.opened(store, "cancelled")).cancelled(3)
    clock.forward(hours=31)
    await Handover.opened(store, "new", at=clock.now)
    assert await _handovers(store, breached=True) == ["too-late~1", "late~1"]
    assert await _handovers(store, breached=False) == ["new~1", "in-time~1", "cancelled~1"]
    assert (await store.reads.numbers()).breaches == 2


async def test_handovers_are_found_by_who_was_asked(store: Store) -> None:
    lines = {
        "asked": ("rung", "Rung 2: now with Omar (manager)"),
        "nobody": ("rung", "Rung 2: nobody is left to ask (manager)"),
        "reminded": ("rung", "Reminded Ann"),
        "skipped": ("rung_skipped", "Rung 1 passed over for rung 2"),
    }
    for name, (kind, text) in lines.items():
        line = entry(name).model_copy(update={"kind": kind, "text": text})
        await save(store, case_of(await open_one(store, name), name, seq=1), line)
    assert await _handovers(store, escalated=True) == ["nobody~1", "asked~1"]
    assert await _handovers(store, escalated=False) == ["skipped~1", "reminded~1"]
    further_up = (await store.reads.conversations(status="further_up")).items
    assert {one.conversation_id for one in further_up} == {"asked", "nobody"}


async def _handovers(store: Store, **wanted: object) -> list[str]:
    return [one.handover_id for one in (await store.reads.handovers(**wanted)).items]  # type: ignore[arg-type]


async def test_tasks_by_their_due_time(store: Store, clock: Clock) -> None:
    for number, (hours, status) in enumerate([(5, "open"), (1, "open"), (3, "completed"), (1, "open")]):
        opened = await open_one(store, f"c{number}")
        case = case_of(opened, f"c{number}", holder="ann" if number else None, seq=1)
        await save(store, case.model_copy(update={"task": task(due=timedelta(hours=hours), status=status)}))
    clock.forward(hours=2)
    page = await store.reads.tasks(limit=3)
    assert [(one.task_id, one.overdue) for one in page.items] == [
        ("c1~1~1", True),
        ("c3~1~1", True),
        ("c2~1~1", False),
    ]
    assert [one.task_id for one in (await store.reads.tasks(after=page.next)).items] == ["c0~1~1"]
    assert [one.task_id for one in (await store.reads.tasks(status="overdue")).items] == ["c1~1~1", "c3~1~1"]
    assert [one.task_id for one in (await store.reads.tasks(assignee="ann", status="completed")).items] == ["c2~1~1"]
    assert [one.task_id for one in (await store.reads.tasks(assignee="")).items] == ["c0~1~1"]
    clock.forward(hours=9)
    assert not (await store.reads.task("c2~1~1")).overdue


@pytest.mark.parametrize("name", ["c1~1~2", "c1~1", "nonsense"])
async def test_an_unknown_task_is_not_found(store: Store, name: str) -> None:
    with pytest.raises(NotFound):
        await store.reads.task(name)
    with pytest.raises(NotFound):
        await store.reads.handover(name)
