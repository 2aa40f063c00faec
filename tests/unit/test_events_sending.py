"""A subscription's events over real HTTP: signed, in their order, once, given up, switched off, sent again."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from adapters import make_outside
from handover.errors import NotCarried, NotFound, Refused, SettingsError, TryAgain
from handover.events import EventType
from handover.messages import HandoverStatus
from handover.staff import Access, Staff
from handover.subscriptions import FAILURES_IN_A_ROW, MOST_AT_ONCE, NewSecret, SendAgain, SubscriptionChange
from integrations.event_tests import EventTester
from integrations.events import EventAudience, EventCarrier, EventSender
from outbound import Unreached
from settings import AppSettings
from store import Store
from store.events import emit
from tests.unit.store_world import START, Clock, case_of, entry, open_one, save, staff, task
from tests.vendors.subscriber import Subscriber

pytest_plugins = ["tests.unit.store_fixtures"]

SENDER = EventSender(allow_private=True)


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with Subscriber.opened() as subscriber:
        yield subscriber


@pytest.fixture
async def made(store: Store, subscriber: Subscriber) -> NewSecret:
    made = await store.subscriptions.add(subscriber.url, [], "omar")
    subscriber.secret = made.secret
    return made


@pytest.fixture
def carrier(store: Store, made: NewSecret) -> EventCarrier:
    return EventAudience(store.subscriptions, SENDER).carrier(made.id)


async def happens(store: Store, conversation_id: str = "c1", **values: Any) -> None:
    """A handover opens: `handover.assigned` and `task.created`."""
    opened = await open_one(store, conversation_id)
    await save(store, case_of(opened, conversation_id, seq=1, task=task(), **values), entry("assigned"))


async def all_carried(carrier: EventCarrier, conversation_id: str = "c1") -> None:
    while await carrier.carry(conversation_id):
        pass


async def fails(carrier: EventCarrier, conversation_id: str = "c1") -> str:
    return str(await failure(carrier, conversation_id))


async def failure(carrier: EventCarrier, conversation_id: str = "c1") -> NotCarried:
    with pytest.raises(NotCarried) as caught:
        await carrier.carry(conversation_id)
    return caught.value


async def given_up(carrier: EventCarrier, failed: NotCarried, conversation_id: str = "c1") -> bool:
    return await carrier.give_up(conversation_id, failed.item, str(failed))


async def states(store: Store, made: NewSecret) -> list[tuple[str, str, int]]:
    page = await store.subscriptions.deliveries(made.id)
    return [(str(one.type), one.state, one.tries) for one in reversed(page.items)]


BOTH = ["handover.assigned", "task.created"]


async def test_every_event_once_signed_and_in_its_order(
    store: Store, carrier: EventCarrier, subscriber: Subscriber
) -> None:
    await happens(store)
    await all_carried(carrier)
    await all_carried(carrier)
    assert (subscriber.types(), subscriber.tries, subscriber.refused) == (BOTH, 2, [])
    assert subscriber.taken[0]["data"]["handover_id"] == "c1~1"


async def test_what_happened_before_and_what_is_not_chosen_is_not_sent(store: Store, subscriber: Subscriber) -> None:
    await happens(store)
    made = await store.subscriptions.add(subscriber.url, [EventType.task_created, EventType.completed], "omar")
    subscriber.secret = made.secret
    carrier = EventCarrier(made.id, store.subscriptions, SENDER)
    await all_carried(carrier)
    await happens(store, "c2")
    await all_carried(carrier, "c2")
    assert subscriber.types() == ["task.created"]
    await store.subscriptions.change(made.id, SubscriptionChange(events=[]))
    await all_carried(carrier, "c2")
    assert subscriber.types() == ["task.created"], "what was passed over comes when more is chosen"


async def test_writing_a_case_down_twice_tells_once(
    store: Store, carrier: EventCarrier, subscriber: Subscriber
) -> None:
    opened = await open_one(store)
    case = case_of(opened, seq=1, task=task())
    await save(store, case, entry("assigned"))
    await save(store, case, entry("assigned"))
    later = {"seq": 2, "status": HandoverStatus.scheduled, "follow_up_at": START + timedelta(days=2)}
    scheduled = case.model_copy(update=later)
    resumed = case.model_copy(update={"seq": 3})
    for state in (scheduled, scheduled, resumed, scheduled, case):
        await save(store, state)
    await all_carried(carrier)
    assert subscriber.types() == [*BOTH, "handover.scheduled"]
    assert [one["data"]["status"] for one in subscriber.taken] == ["open", "open", "scheduled"]


async def test_none_overtakes_one_that_was_not_taken(
    store: Store, carrier: EventCarrier, made: NewSecret, subscriber: Subscriber
) -> None:
    await happens(store)
    subscriber.answers = [503, 302]
    assert await fails(carrier) == "the receiver answered 503"
    assert "redirects are not followed" in await fails(carrier)
    assert await states(store, made) == [("handover.assigned", "waiting", 2), ("task.created", "waiting", 0)]
    await happens(store, "c2")
    await all_carried(carrier, "c2")
    assert subscriber.types("c2") == BOTH, "another conversation waited"
    await all_carried(carrier)
    assert subscriber.types("c1") == BOTH


async def test_the_receiver_says_how_long_it_wants_to_be_left_alone(
    store: Store, carrier: EventCarrier, subscriber: Subscriber
) -> None:
    await happens(store)
    subscriber.answers, subscriber.retry_after = [429], "120"
    assert (await failure(carrier)).after == timedelta(minutes=2)


async def test_one_that_is_away_holds_up_no_other(store: Store, carrier: EventCarrier, subscriber: Subscriber) -> None:
    with Subscriber.opened() as well:
        other = await store.subscriptions.add(well.url, [], "omar")
        well.secret = other.secret
        await happens(store)
        subscriber.always = 500
        await fails(carrier)
        await all_carried(EventCarrier(other.id, store.subscriptions, SENDER))
        assert (well.types(), subscriber.types()) == (BOTH, [])
        assert sorted(await store.subscriptions.listening()) == sorted([other.id, carrier._subscription_id])


async def test_a_secret_is_replaced_while_both_sign(
    store: Store, clock: Clock, carrier: EventCarrier, made: NewSecret, subscriber: Subscriber
) -> None:
    newer = await store.subscriptions.rotate(made.id)
    assert newer.secret != made.secret
    await happens(store)
    await carrier.carry("c1")
    subscriber.secret = newer.secret
    await carrier.carry("c1")
    assert (subscriber.types(), subscriber.refused) == (BOTH, [])
    assert [len(one.split()) for one in subscriber.signatures] == [2, 2]
    clock.forward(hours=25)
    subscriber.secret = made.secret
    await happens(store, "c2")
    assert await fails(carrier, "c2") == "the receiver answered 401"


async def test_after_a_day_it_has_failed_and_the_next_is_sent(
    store: Store, carrier: EventCarrier, made: NewSecret, subscriber: Subscriber
) -> None:
    await happens(store)
    subscriber.answers = [500]
    failed = await failure(carrier)
    assert await given_up(carrier, failed)
    assert await given_up(carrier, failed), "noting it again must not give up the next one"
    await all_carried(carrier)
    page = await store.subscriptions.deliveries(made.id, state="failed")
    assert [(str(one.type), one.status, one.why) for one in page.items] == [
        ("handover.assigned", 500, "It was tried for a day: the receiver answered 500")
    ]
    assert subscriber.types() == ["task.created"]
    assert (await store.subscriptions.subscription(made.id)).failures == 0, "it is well again"


async def test_giving_up_again_leaves_the_next_one_even_where_that_was_tried_meanwhile(
    store: Store, carrier: EventCarrier, made: NewSecret, subscriber: Subscriber
) -> None:
    await happens(store)
    subscriber.always = 500
    first = await failure(carrier)
    assert first.to == "the subscriber 127.0.0.1"
    await given_up(carrier, first)
    await failure(carrier)
    await given_up(carrier, first)
    assert await states(store, made) == [("handover.assigned", "failed", 1), ("task.created", "waiting", 1)]


async def team_of_managers(store: Store) -> None:
    await staff(
        store,
        Staff(id="ann", name="Ann"),
        Staff(id="gone", name="Gone", access=Access.manager, enabled=False),
        Staff(id="mia", name="Mia", access=Access.admin),
        Staff(id="omar", name="Omar", access=Access.manager),
    )


async def told(store: Store, staff_id: str) -> list[str]:
    return [one.text for one in (await store.notifications.inbox(staff_id)).items]


async def test_too_many_failures_in_a_row_switch_it_off_and_managers_are_told(
    store: Store, carrier: EventCarrier, made: NewSecret, subscriber: Subscriber
) -> None:
    await team_of_managers(store)
    subscriber.always = 500
    for number in range(FAILURES_IN_A_ROW):
        assert (await store.subscriptions.subscription(made.id)).enabled
        await happens(store, f"c{number}")
        failed = await failure(carrier, f"c{number}")
        await given_up(carrier, failed, f"c{number}")
    off = await store.subscriptions.subscription(made.id)
    assert (off.enabled, off.failures, off.failed, off.waiting) == (False, 5, 5, 5)
    assert off.off_because == "5 events in a row failed; the last time, the receiver answered 500"
    text = f"Events to 127.0.0.1 (subscription {made.id}) are switched off: {off.off_because}"
    assert [await told(store, one) for one in ("mia", "omar", "ann", "gone")] == [[text], [text], [], []]
    [audited] = (await store.access.audits()).items
    assert (audited.kind, audited.text) == ("subscription_switched_off", text)
    assert not await carrier.carry("c0")
    assert not await given_up(carrier, failed, "c0")
    assert await store.subscriptions.listening() == []


async def test_a_receiver_that_is_gone_is_switched_off_at_once(
    store: Store, carrier: EventCarrier, made: NewSecret, subscriber: Subscriber
) -> None:
    await team_of_managers(store)
    await happens(store)
    subscriber.answers = [410]
    await all_carried(carrier)
    off = await store.subscriptions.subscription(made.id)
    assert (off.enabled, off.off_because) == (False, "the receiver answered 410: it wants no more events")
    assert len(await told(store, "omar")) == 1
    assert (await states(store, made))[0] == ("handover.assigned", "failed", 1)


async def test_switched_on_again_it_is_sent_what_waited_and_the_rest_on_request(
    store: Store, carrier: EventCarrier, made: NewSecret, subscriber: Subscriber
) -> None:
    await happens(store)
    subscriber.answers = [410]
    await all_carried(carrier)
    await happens(store, "c2")
    with pytest.raises(Refused, match="switch it on first"):
        await store.subscriptions.resend_since(made.id, SendAgain(START))
    on = await store.subscriptions.change(made.id, SubscriptionChange(enabled=True))
    assert (on.off_because, on.failures) == ("", 0)
    assert await store.subscriptions.waiting_conversations(made.id) == ["c1"]
    for one in ("c1", "c2"):
        await all_carried(carrier, one)
    assert subscriber.types() == ["task.created"]
    again = await store.subscriptions.resend_since(made.id, SendAgain(START))
    assert (again.events, sorted(again.conversations)) == (3, ["c1", "c2"])
    for one in ("c1", "c2"):
        await all_carried(carrier, one)
    assert (subscriber.types("c1"), subscriber.types("c2")) == (["task.created", "handover.assigned"], BOTH)


async def test_what_is_sent_again_is_the_same_with_the_same_id(
    store: Store, carrier: EventCarrier, made: NewSecret, subscriber: Subscriber
) -> None:
    await happens(store)
    await all_carried(carrier)
    first = subscriber.ids[0]
    assert (await store.subscriptions.resend(made.id, first)).conversations == ["c1"]
    await all_carried(carrier)
    assert (subscriber.repeats, subscriber.tries) == ([first], 3)
    assert (await store.subscriptions.resend_since(made.id, SendAgain(START))).events == 0
    again = SendAgain(START, START + timedelta(minutes=1), include_sent=True)
    assert (await store.subscriptions.resend_since(made.id, again)).events == 2
    await all_carried(carrier)
    assert subscriber.repeats == [first, *subscriber.ids]
    assert (await store.subscriptions.resend_since(made.id, SendAgain(START + timedelta(minutes=1)))).events == 0


async def test_a_delivery_that_is_not_there(store: Store, made: NewSecret) -> None:
    other = await store.subscriptions.add("https://example.org", [], "omar")
    for delivery in (f"{made.id}-1", f"{other.id}-1", "x"):
        with pytest.raises(NotFound):
            await store.subscriptions.resend(made.id, delivery)
    with pytest.raises(NotFound):
        await store.subscriptions.resend("sub_x", "x")


async def test_too_many_at_once_are_refused_in_words(store: Store, made: NewSecret) -> None:
    change = {"type": "task.created", "data": {"conversation_id": "c1", "number": 1}}
    async with store.database.write() as session:
        for _ in range(MOST_AT_ONCE + 1):
            emit(session, "c1", "change", START, change)
    with pytest.raises(Refused, match="say until"):
        await store.subscriptions.resend_since(made.id, SendAgain(START))
    assert (await store.subscriptions.subscription(made.id)).waiting == 0


async def test_a_removed_subscription_is_sent_nothing(
    store: Store, carrier: EventCarrier, made: NewSecret, subscriber: Subscriber
) -> None:
    await happens(store)
    await carrier.carry("c1")
    await store.subscriptions.remove(made.id)
    assert not await carrier.carry("c1")
    assert not await carrier.give_up("c1", f"{made.id}-1", "")
    assert subscriber.tries == 1
    with pytest.raises(NotFound):
        await store.subscriptions.subscription(made.id)


async def test_private_addresses_are_refused_each_time(store: Store, made: NewSecret, subscriber: Subscriber) -> None:
    await happens(store)
    careful = EventCarrier(made.id, store.subscriptions, EventSender())
    assert "not public" in await fails(careful)
    assert subscriber.tries == 0


@pytest.mark.parametrize("address", ["10.0.0.7", "127.0.0.1", "::1", "169.254.169.254", "::ffff:192.168.0.1"])
async def test_a_name_that_leads_inside_is_refused_when_it_is_entered(store: Store, address: str) -> None:
    async def look_up(host: str, port: int) -> list[str]:
        return ["93.184.216.34", address]

    tester = EventTester(store.subscriptions, EventSender(), look_up)
    with pytest.raises(SettingsError, match="hooks"):
        await tester.check("https://hooks.example.org/x")


async def test_a_name_that_leads_nowhere_yet_may_be_entered(store: Store) -> None:
    async def look_up(host: str, port: int) -> list[str]:
        raise Unreached("no such name")

    await EventTester(store.subscriptions, EventSender(), look_up).check("https://hooks.example.org/x")


async def test_secrets_are_in_no_repr(store: Store, made: NewSecret) -> None:
    await happens(store)
    outgoing = await store.subscriptions.next_event(made.id, "c1")
    assert outgoing is not None
    assert made.secret in outgoing.receiver.secrets
    assert made.secret not in repr(outgoing)
    assert "secret" not in (await store.subscriptions.subscription(made.id)).model_dump()


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_worker_sends_to_this_machine_only_where_that_is_set(
    store: Store, made: NewSecret, subscriber: Subscriber, allowed: bool
) -> None:
    settings = AppSettings(allow_private_subscribers=allowed)
    await happens(store)
    audience = make_outside(settings, store).audiences["events"]
    assert await audience.listening() == [made.id]
    carried = audience.carrier(made.id).carry("c1")
    if allowed:
        assert await carried
    else:
        with pytest.raises(TryAgain, match="not public"):
            await carried
    assert subscriber.tries == int(allowed)
