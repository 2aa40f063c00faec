"""The outbox of a channel outside: what waits leaves in its order, and what the fence holds back does not."""

import pytest

from handover.errors import NotFound
from handover.messages import Author, ConversationStatus
from handover.views import MessageView
from store import Store
from tests.unit.store_world import begin, case_of, open_one, save, take, told

pytest_plugins = ["tests.unit.store_fixtures"]


async def waiting(store: Store) -> str:
    """The key of the next message that waits."""
    parcel = await store.transcripts.next_waiting("c1")
    return parcel.key if parcel else ""


async def shown(store: Store) -> dict[str, str]:
    """What the team sees: each message with its state."""
    return {one.message_id: one.state for one in (await store.reads.messages("c1", notes=True)).items}


async def one(store: Store, key: str) -> MessageView:
    return next(one for one in (await store.reads.messages("c1", notes=True)).items if one.message_id == key)


async def test_messages_leave_in_their_order(store: Store) -> None:
    await begin(store, name="Jamie", phone="+15550100")
    for key in ("first", "second"):
        await store.transcripts.put(told(key), waits=True)
    parcel = await store.transcripts.next_waiting("c1")
    assert parcel is not None
    assert (parcel.key, parcel.channel, parcel.author, parcel.contact.phone) == (
        "first",
        "web",
        Author.bot,
        "+15550100",
    )
    assert await waiting(store) == "first"
    assert await shown(store) == {"first": "sending", "second": "sending"}
    assert (await store.reads.messages("c1")).items == []
    await store.transcripts.mark_left(parcel.row, "SM1")
    assert await waiting(store) == "second"
    assert await shown(store) == {"first": "sent", "second": "sending"}
    assert [one.text for one in (await store.reads.messages("c1")).items] == ["first"]


async def test_a_failed_message_holds_up_no_other_and_says_why(store: Store) -> None:
    await begin(store)
    for key in ("first", "second"):
        await store.transcripts.put(told(key), waits=True)
    parcel = await store.transcripts.next_waiting("c1")
    assert parcel is not None
    await store.transcripts.mark_failed(parcel.row, "The contact wants no more messages")
    assert await waiting(store) == "second"
    assert (await one(store, "first")).failed == "The contact wants no more messages"
    assert await shown(store) == {"first": "failed", "second": "sending"}
    assert [line.text for line in await store.transcripts.transcript("c1")] == []
    await store.transcripts.mark_failed(999, "there is no such message")


async def test_what_did_not_arrive_after_all_is_told_later(store: Store) -> None:
    await begin(store)
    await store.transcripts.put(told("first"), waits=True)
    parcel = await store.transcripts.next_waiting("c1")
    assert parcel is not None
    await store.transcripts.mark_left(parcel.row, "SM1")
    assert not await store.transcripts.mark_undelivered("c2", "SM1", "of another conversation")
    assert not await store.transcripts.mark_undelivered("c1", "SM2", "unknown")
    assert await store.transcripts.mark_undelivered("c1", "SM1", "The phone is switched off")
    assert await store.transcripts.mark_undelivered("c1", "SM1", "said again")
    assert (await one(store, "first")).failed == "The phone is switched off"
    assert await waiting(store) == ""


async def test_the_fence_withdraws_what_the_bot_wrote_before_a_person_came(store: Store) -> None:
    await begin(store)
    await store.transcripts.put(told("bot", epoch=0), waits=True)
    await store.transcripts.put(told("system", author=Author.system), waits=True)
    await store.transcripts.take(take())
    assert await waiting(store) == "system"
    assert await shown(store) == {"bot": "failed", "system": "sending"}
    assert (await one(store, "bot")).failed.startswith("Held back")


async def test_a_claim_waits_for_what_is_leaving_alone(store: Store) -> None:
    await begin(store)
    await store.transcripts.put(told("bot", epoch=0), waits=True)
    assert await store.transcripts.leaving("c1", 1) == 0
    parcel = await store.transcripts.next_waiting("c1")
    assert parcel is not None
    assert await store.transcripts.leaving("c1", 1) == 1
    await store.transcripts.put_back(parcel.row)
    assert await store.transcripts.leaving("c1", 1) == 0
    await store.transcripts.put(told("web", epoch=0))
    assert await store.transcripts.leaving("c1", 1) == 1


async def test_the_team_hears_of_what_waits_and_of_what_failed(store: Store) -> None:
    await begin(store)
    await store.transcripts.put(told("first"), waits=True)
    parcel = await store.transcripts.next_waiting("c1")
    assert parcel is not None
    await store.transcripts.mark_failed(parcel.row, "no")
    kinds = [(event.kind, event.data.get("failed")) for event in await store.reads.events("c1")]
    assert kinds[-2:] == [("outbox", ""), ("outbox", "no")]


async def test_how_a_conversation_stands_and_what_was_told_of_it(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.transcripts.followed("c1")
    await begin(store, name="Jamie")
    first = await store.transcripts.followed("c1")
    assert (first.status, first.case, first.told, first.contact.name) == (ConversationStatus.bot, None, {}, "Jamie")
    opened = await open_one(store, "c1")
    assert (await store.transcripts.followed("c1")).case is None
    await save(store, case_of(opened, "c1"))
    await store.transcripts.keep_told("c1", {"seq": 1})
    await store.transcripts.keep_told("c1", {"seq": 2, "status": "open"})
    then = await store.transcripts.followed("c1")
    assert then.case is not None
    assert (then.case.number, then.status, then.told) == (1, ConversationStatus.escalated, {"seq": 2, "status": "open"})


async def test_the_channel_that_a_conversation_is_on(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.transcripts.channel("c1")
    await begin(store)
    assert await store.transcripts.channel("c1") == "web"
