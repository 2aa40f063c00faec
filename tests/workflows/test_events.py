"""A program that is told of a handover's changes: each once and in its order, however long it is away, and nothing waits."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters import Outside
from handover.messages import Claim, CompleteTask, Contact, Outcome, Reply
from handover.outside import Errand
from handover.subscriptions import CARRIER, NewSecret, SendAgain, carrier_of
from integrations.events import EventAudience, EventSender
from store import Store
from tests.vendors.subscriber import Subscriber
from tests.workflows.town import Town

HOUR = timedelta(hours=1)


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with Subscriber.opened() as subscriber:
        yield subscriber


@pytest.fixture
async def town(server: object, tmp_path: Path) -> AsyncIterator[Town]:
    own = Store.at(f"sqlite+aiosqlite:///{tmp_path / 'handover.db'}")
    audience = EventAudience(own.subscriptions, EventSender(allow_private=True))
    async with Town.with_people(server, tmp_path, outside=Outside(audiences={CARRIER: audience})) as town:
        yield town
    await own.close()


@pytest.fixture
async def made(town: Town, subscriber: Subscriber) -> NewSecret:
    made = await town.store.subscriptions.add(subscriber.url, [], "omar")
    subscriber.secret = made.secret
    return made


def holds(condition: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return condition()

    return look


async def recorded(town: Town) -> list[dict[str, Any]]:
    """What happened in the conversation, as the store has it: what a subscriber has to be told."""
    events = await town.store.reads.events(town.conversation_id, limit=1000)
    return [dict(one.data) for one in events if one.kind == "change"]


async def works_on_it(town: Town) -> None:
    """A handover from its opening to its end."""
    await town.hand_over(Contact(phone="+15550100"))
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.client.reply(town.handover, Reply(staff_id="sarah", message_id="1", text="Hello, Sarah here."))


async def ends(town: Town) -> None:
    await town.client.complete(town.handover, CompleteTask(staff_id="sarah", outcome=Outcome.closed))


async def test_the_whole_story_is_told(town: Town, made: NewSecret, subscriber: Subscriber) -> None:
    await works_on_it(town)
    await ends(town)
    await town.until(holds(lambda: "handover.completed" in subscriber.types()))
    assert subscriber.types() == [
        "handover.opened",
        "handover.assigned",
        "task.created",
        "handover.claimed",
        "handover.replied",
        "task.completed",
        "handover.completed",
    ]
    statuses = [one["data"]["status"] for one in subscriber.taken]
    assert statuses == ["open"] * 3 + ["acknowledged"] * 2 + ["completed"] * 2
    assert subscriber.taken == await recorded(town)
    assert (subscriber.refused, subscriber.repeats) == ([], [])
    assert not any("15550100" in body.decode() or "Sarah here" in body.decode() for body in subscriber.bodies)


async def test_one_that_is_away_for_an_hour_is_told_everything_once_and_in_its_order(
    town: Town, made: NewSecret, subscriber: Subscriber
) -> None:
    """Meanwhile the handover goes on, and another subscriber hears of it at once."""
    with Subscriber.opened() as well:
        well.secret = (await town.store.subscriptions.add(well.url, [], "omar")).secret
        subscriber.always = 503
        await works_on_it(town)
        await town.until(holds(lambda: "handover.replied" in well.types()))
        await town.pass_time(HOUR)
        await ends(town)
        await town.until(holds(lambda: "handover.completed" in well.types()))
        assert (subscriber.taken, (await town.detail()).status) == ([], "completed")
        subscriber.always = 204
        await town.pass_time(timedelta(minutes=10))
        await town.until(holds(lambda: "handover.completed" in subscriber.types()))
        assert subscriber.taken == well.taken == await recorded(town)
        assert (subscriber.repeats, len(set(subscriber.ids))) == ([], len(subscriber.taken))


async def test_after_a_day_one_is_given_up_and_is_sent_again_on_request(
    town: Town, made: NewSecret, subscriber: Subscriber
) -> None:
    subscriber.always = 503
    await town.hand_over(Contact(phone="+15550100"))
    await town.pass_time(24.5 * HOUR)

    async def failed() -> bool:
        return (await town.store.subscriptions.subscription(made.id)).failed == 1

    await town.until(failed)
    page = await town.store.subscriptions.deliveries(made.id, state="failed")
    assert page.items[0].why == "It was tried for a day: the receiver answered 503"
    subscriber.always = 204
    await town.pass_time(timedelta(minutes=10))
    await town.until(holds(lambda: len(subscriber.taken) > 1))
    assert "handover.opened" not in subscriber.types()
    again = await town.store.subscriptions.resend_since(made.id, SendAgain(page.items[0].at))
    assert again.conversations == [town.conversation_id]
    await town.client.wake(Errand(carrier=carrier_of(made.id), conversation_id=town.conversation_id))
    await town.until(holds(lambda: "handover.opened" in subscriber.types()))
    assert subscriber.ids[-1] == page.items[0].id


async def test_without_subscriptions_no_courier_goes(town: Town) -> None:
    await town.hand_over(Contact(phone="+15550100"))
    found = town.environment.client.get_workflow_handle(f"courier/events/sub_0/{town.conversation_id}")
    assert await town.store.subscriptions.listening() == []
    with pytest.raises(Exception, match="not found"):
        await found.describe()
