"""The ownership fence: what the bot may still say, and what not any more."""

import asyncio

import pytest

from handover.errors import NotFound
from handover.messages import Author, ConversationStatus
from store import Store
from tests.unit.store_world import Clock, begin, said, take, told

pytest_plugins = ["tests.unit.store_fixtures"]


async def test_a_take_raises_the_epoch_and_says_who_may_speak(store: Store) -> None:
    await begin(store)
    standing = await store.transcripts.take(take())
    assert standing.epoch == 1
    assert (standing.status, standing.handover, standing.assignee) == (ConversationStatus.human, 1, "ann")


async def test_the_same_take_again_gives_the_standing_that_it_gave(store: Store) -> None:
    await begin(store)
    first = await store.transcripts.take(take("claim"))
    await store.transcripts.take(take("back", status="bot", assignee=None))
    assert await store.transcripts.take(take("claim")) == first
    assert (await store.transcripts.take(take("third"))).epoch == 3


async def test_an_answer_of_an_older_epoch_is_held_back_and_not_stored(store: Store) -> None:
    await begin(store)
    await store.transcripts.take(take())
    held = await store.transcripts.put(told(epoch=0))
    assert (held.left, held.row) == (False, None)
    assert await store.transcripts.leaving("c1", 1) == 0
    assert (await store.transcripts.put(told(epoch=1))).left


async def test_a_message_without_an_epoch_passes_the_fence(store: Store) -> None:
    await begin(store)
    await store.transcripts.take(take())
    assert (await store.transcripts.put(told(author=Author.person))).left


async def test_the_same_put_again_is_the_same_row(store: Store) -> None:
    await begin(store)
    first = await store.transcripts.put(told(epoch=0))
    assert await store.transcripts.put(told(epoch=0)) == first
    assert first.row is not None
    await store.transcripts.mark_left(first.row)
    await store.transcripts.take(take())
    assert await store.transcripts.put(told(epoch=0)) == first.model_copy(update={"before": True})


async def test_what_a_crash_left_in_the_outbox_does_not_leave_after_the_fence_has_moved_on(store: Store) -> None:
    await begin(store)
    assert (await store.transcripts.put(told(epoch=0))).left
    await store.transcripts.take(take())
    assert not (await store.transcripts.put(told(epoch=0))).left
    assert await store.transcripts.leaving("c1", 1) == 0


async def test_a_contact_cannot_stop_an_answer_by_picking_its_key(store: Store) -> None:
    await begin(store)
    recorded = await store.transcripts.record(said("answer"))
    delivered = await store.transcripts.put(told("answer", epoch=0))
    assert delivered.row not in (None, *recorded.rows)


async def test_leaving_counts_the_bots_messages_of_older_epochs_until_they_have_left(store: Store) -> None:
    await begin(store)
    delivered = await store.transcripts.put(told("one", epoch=0))
    await store.transcripts.put(told("two", author=Author.system, epoch=0))
    assert delivered.row is not None
    assert await store.transcripts.leaving("c1", 0) == 0
    assert await store.transcripts.leaving("c1", 1) == 1
    await store.transcripts.mark_left(delivered.row)
    assert await store.transcripts.leaving("c1", 1) == 0


async def test_a_message_that_never_left_is_lost_after_a_minute(store: Store, clock: Clock) -> None:
    await begin(store)
    await store.transcripts.put(told(epoch=0))
    clock.forward(seconds=59)
    assert await store.transcripts.leaving("c1", 1) == 1
    clock.forward(seconds=1)
    assert await store.transcripts.leaving("c1", 1) == 0


async def test_no_answer_gets_past_a_take_from_another_process(store: Store, other: Store) -> None:
    """Whatever was put before the take is seen as leaving; whatever comes after it is held back."""
    for number in range(10):
        name = f"c{number}"
        await begin(store, name)
        puts = [store.transcripts.put(told(f"k{one}", conversation_id=name, epoch=0)) for one in range(4)]
        delivered, leaving = await asyncio.gather(asyncio.gather(*puts), _take_and_count(other, name))
        assert sum(one.left for one in delivered) == leaving
        assert not (await store.transcripts.put(told("late", conversation_id=name, epoch=0))).left


async def _take_and_count(store: Store, name: str) -> int:
    standing = await store.transcripts.take(take(f"{name}/claim", of=name))
    return await store.transcripts.leaving(name, standing.epoch)


async def test_takes_at_once_each_raise_the_epoch(store: Store, other: Store) -> None:
    await begin(store)
    takes = [one.transcripts.take(take(f"k{number}")) for number in range(10) for one in (store, other)]
    epochs = [standing.epoch for standing in await asyncio.gather(*takes)]
    assert sorted(set(epochs)) == list(range(1, 11))


async def test_an_unknown_conversation_has_no_fence(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.transcripts.take(take())
    with pytest.raises(NotFound):
        await store.transcripts.put(told())
