"""What the contact said: once, in order, with what is known of them."""

import asyncio

from handover.messages import Author, Contact, ContactStatus, ConversationStatus
from handover.turns import BeginRequest
from store import Store
from tests.unit.store_world import BOT, begin, open_one, said, take, told

pytest_plugins = ["tests.unit.store_fixtures"]


async def test_messages_are_recorded_in_their_order(store: Store) -> None:
    recorded = await store.transcripts.record(said("m1", "m2"))
    assert recorded.fresh
    assert recorded.rows == sorted(recorded.rows)
    lines = await store.transcripts.transcript("c1")
    assert [(line.author, line.text) for line in lines] == [(Author.contact, "m1"), (Author.contact, "m2")]


async def test_the_same_turn_again_is_a_retry(store: Store) -> None:
    first = await store.transcripts.record(said("m1", "m2"))
    assert await store.transcripts.record(said("m1", "m2")) == first
    assert len(await store.transcripts.transcript("c1")) == 2
    assert await store.reads.newest_event() == len(await store.reads.events("c1")) == 2


async def test_a_message_of_another_turn_is_a_duplicate(store: Store) -> None:
    await store.transcripts.record(said("m1"))
    mixed = await store.transcripts.record(said("m1", "m2", turn=2))
    assert len(mixed.rows) == 1
    assert mixed.fresh
    assert not (await store.transcripts.record(said("m1", turn=3))).fresh
    assert (await store.transcripts.record(said(turn=4))).fresh


async def test_what_a_sender_learns_of_the_contact_is_added_and_overwrites_nothing(store: Store) -> None:
    first = said("m1")
    first.messages[0].contact = Contact(name="Jamie", tags=["new"], fields={"plan": "gold"})
    await store.transcripts.record(first)
    second = said("m2", turn=2)
    second.messages[0].contact = Contact(
        name="J. Rivera",
        email="jamie@example.org",
        tags=["vip", "new"],
        owner="sarah",
        fields={"plan": "silver", "city": "Chicago"},
        status=ContactStatus.follow_up,
    )
    known = (await store.transcripts.record(second)).contact
    assert (known.name, known.email, known.owner) == ("Jamie", "jamie@example.org", "sarah")
    assert (known.tags, known.status) == (["new", "vip"], ContactStatus.follow_up)
    assert known.fields == {"plan": "gold", "city": "Chicago"}
    third = said("m3", turn=3)
    third.messages[0].contact = Contact(owner="omar", status=ContactStatus.done)
    known = (await store.transcripts.record(third)).contact
    assert (known.owner, known.status) == ("sarah", ContactStatus.follow_up)


async def test_who_is_known_already_gets_what_another_conversation_begins_with(store: Store) -> None:
    request = BeginRequest(conversation_id="c1", bot_id=None, channel="web", contact=Contact(id="jamie"))
    await store.transcripts.begin(request, BOT.id)
    more = Contact(id="jamie", tags=["vip"], owner="sarah")
    begun = await store.transcripts.begin(request.model_copy(update={"conversation_id": "c2", "contact": more}), BOT.id)
    assert (begun.contact.tags, begun.contact.owner) == (["vip"], "sarah")


async def test_text_that_a_database_refuses_is_kept_readable(store: Store) -> None:
    keep = said("m1")
    keep.messages[0].text = "a\x00b\ud800"
    await store.transcripts.record(keep)
    assert [line.text for line in await store.transcripts.transcript("c1")] == ["a\ufffdb?"]


async def test_recording_at_once_writes_a_message_once(store: Store, other: Store) -> None:
    records = [one.transcripts.record(said("m1", turn=turn)) for turn in range(1, 6) for one in (store, other)]
    fresh = {tuple(recorded.rows) for recorded in await asyncio.gather(*records) if recorded.fresh}
    assert len(fresh) == 1
    assert len(await store.transcripts.transcript("c1")) == 1


async def test_what_is_known_of_a_contact_is_filled_in_and_never_erased(store: Store) -> None:
    await store.transcripts.record(said("m1", contact=Contact(name="Joe", tags=["vip"], fields={"size": "L"})))
    later = Contact(name="Jim", phone="123", tags=["x"], owner="ann", fields={"size": "S", "city": "Rome"})
    contact = (await store.transcripts.record(said("m2", turn=2, contact=later))).contact
    assert (contact.id, contact.name, contact.phone) == ("c1", "Joe", "123")
    assert (contact.tags, contact.owner, contact.status) == (["vip"], None, ContactStatus.new)
    assert contact.fields == {"size": "L", "city": "Rome"}


async def test_two_conversations_share_a_contact(store: Store) -> None:
    await begin(store, "c1", id="joe", name="Joe")
    await begin(store, "c2", id="joe", email="joe@example.com")
    contact = (await store.transcripts.record(said("m1"))).contact
    assert (contact.id, contact.name, contact.email) == ("joe", "Joe", "joe@example.com")


async def test_collected_fields_are_learned(store: Store) -> None:
    await begin(store, name="J.")
    contact = await store.transcripts.learn("c1", {"name": "Joe", "phone": "1" * 60, "size": "L"})
    assert (contact.name, contact.phone, contact.fields) == ("Joe", "1" * 40, {"size": "L"})
    assert await store.transcripts.learn("c1", {"city": "Rome"}) == contact.model_copy(
        update={"fields": {"size": "L", "city": "Rome"}}
    )


async def test_a_conversation_begins_where_it_stood(store: Store) -> None:
    request = BeginRequest(conversation_id="c1", bot_id=None, channel="sms", contact=Contact(name="Joe"))
    first = await store.transcripts.begin(request, BOT.id)
    assert (first.turn, first.bot_id, first.standing.epoch) == (0, BOT.id, 0)
    await store.transcripts.record(said("m1", turn=7))
    await open_one(store)
    again = await store.transcripts.begin(request, "another")
    assert (again.turn, again.bot_id, again.standing.epoch) == (7, BOT.id, 1)
    assert again.standing.status is ConversationStatus.escalated


async def test_a_turn_of_which_only_a_handover_is_left_counts(store: Store) -> None:
    await begin(store)
    await open_one(store, turn=4)
    request = BeginRequest(conversation_id="c1", bot_id=None, channel="web", contact=Contact())
    assert (await store.transcripts.begin(request, BOT.id)).turn == 4


async def test_a_closed_conversation_is_the_bots_again(store: Store) -> None:
    await begin(store)
    await store.transcripts.take(take("close", status="closed", handover=None, assignee=None))
    request = BeginRequest(conversation_id="c1", bot_id=None, channel="web", contact=Contact())
    begun = await store.transcripts.begin(request, BOT.id)
    assert (begun.standing.status, begun.standing.epoch) == (ConversationStatus.bot, 2)
    assert await store.transcripts.begin(request, BOT.id) == begun


async def test_what_waits_in_the_outbox_is_not_seen(store: Store) -> None:
    await store.transcripts.record(said("m1"))
    delivered = await store.transcripts.put(told())
    await store.transcripts.put(told("note", author=Author.note))
    assert delivered.row is not None
    assert [line.text for line in await store.transcripts.transcript("c1")] == ["m1", "note"]
    assert await store.reads.replies("c1", 1) == []
    await store.transcripts.mark_left(delivered.row)
    assert [line.text for line in await store.transcripts.transcript("c1")] == ["m1", "answer", "note"]
    assert [reply.message_id for reply in await store.reads.replies("c1", 1)] == ["answer"]


async def test_a_message_leaves_once(store: Store) -> None:
    await begin(store)
    delivered = await store.transcripts.put(told())
    assert delivered.row is not None
    await store.transcripts.mark_left(delivered.row)
    await store.transcripts.mark_left(delivered.row)
    await store.transcripts.mark_left(delivered.row + 1000)
    assert [(event.kind, event.data["row"]) for event in await store.reads.events("c1")] == [("message", delivered.row)]


async def test_the_transcript_ends_with_the_last_words(store: Store) -> None:
    await store.transcripts.record(said("m1", "m2", "m3"))
    assert [line.text for line in await store.transcripts.transcript("c1", limit=2)] == ["m2", "m3"]
    assert await store.transcripts.transcript("unknown") == []
