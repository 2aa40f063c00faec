"""What waits for a system outside that is away: of which kind, how much, and since when."""

from datetime import timedelta

from handover.messages import Author
from handover.views import Backlog
from store import Store
from tests.unit.store_world import START, Clock, begin, case_of, entry, open_one, save, staff, task, told
from tests.unit.test_held import ANN, OMAR, in_a_window
from tests.unit.test_held import told as notified

pytest_plugins = ["tests.unit.store_fixtures"]

A_MINUTE = timedelta(minutes=1, seconds=1)


async def test_what_is_on_its_way_is_no_backlog(store: Store, clock: Clock) -> None:
    await begin(store)
    await store.transcripts.put(told("first"), waits=True)
    clock.now += timedelta(seconds=59)
    assert await store.reads.backlog() == []


async def test_messages_that_their_channel_does_not_take(store: Store, clock: Clock) -> None:
    await begin(store)
    for key in ("first", "second", "third"):
        await store.transcripts.put(told(key), waits=True)
        clock.now += timedelta(minutes=1)
    await store.transcripts.put(told("note", author=Author.note))
    clock.now += A_MINUTE
    assert await store.reads.backlog() == [Backlog(kind="messages", name="web", waiting=3, since=START)]
    for _ in range(2):
        parcel = await store.transcripts.next_waiting("c1")
        assert parcel is not None
        await store.transcripts.mark_left(parcel.row)
    assert [(one.waiting, one.since) for one in await store.reads.backlog()] == [(1, START + timedelta(minutes=2))]
    parcel = await store.transcripts.next_waiting("c1")
    assert parcel is not None
    await store.transcripts.mark_failed(parcel.row, "They are gone")
    assert await store.reads.backlog() == []


async def test_notifications_but_not_those_that_are_held_on_purpose(store: Store, clock: Clock) -> None:
    await staff(store, ANN, OMAR)
    await store.notifications.put(notified(1))
    assert await store.notifications.place(notified(1), "email", in_a_window) == "now"
    assert await store.notifications.place(notified(2), "email", lambda last, now: START + timedelta(hours=9)) == "held"
    clock.now += A_MINUTE
    assert await store.reads.backlog() == [Backlog(kind="notifications", name="email", waiting=1, since=START)]
    await store.notifications.mark_sent(notified(1), "email")
    assert await store.reads.backlog() == []
    clock.now = START + timedelta(hours=9) + A_MINUTE
    assert [one.since for one in await store.reads.backlog()] == [START + timedelta(hours=9)]


async def test_events_that_a_subscriber_does_not_take(store: Store, clock: Clock) -> None:
    made = await store.subscriptions.add("https://hooks.example.org/", [], "omar")
    await save(store, case_of(await open_one(store), "c1", seq=1, task=task()), entry("assigned"))
    assert await store.subscriptions.next_event(made.id, "c1") is not None
    clock.now += A_MINUTE
    [backlog] = await store.reads.backlog()
    assert (backlog.kind, backlog.name) == ("events", made.id)
