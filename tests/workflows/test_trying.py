"""A bot is tried in a chat: everything happens that the settings say, and nobody hears of it."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters import Outside
from handover.messages import Author, Claim, CompleteTask, ConversationStatus, Outcome, Reply, RequestHuman
from handover.subscriptions import CARRIER
from handover.triggers import BUTTON
from handover.trying import TEST_CHANNEL
from integrations.events import EventAudience, EventSender
from integrations.letters import Letter
from integrations.zendesk import ZendeskTickets
from integrations.zendesk_api import ZendeskAccount, ZendeskApi
from store import Store
from tests.vendors import zendesk_wire as vendor
from tests.vendors.subscriber import Subscriber
from tests.vendors.zendesk import Zendesk
from tests.workflows.town import Town

HOUR = timedelta(hours=1)


class Post:
    """Everything that somebody was sent."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []

    async def send(self, address: str, letter: Letter) -> None:
        self.sent.append(letter)


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with Subscriber.opened() as subscriber:
        yield subscriber


@pytest.fixture
async def zendesk() -> AsyncIterator[Zendesk]:
    async with Zendesk.opened() as zendesk:
        yield zendesk


@pytest.fixture
def mail() -> Post:
    return Post()


@pytest.fixture
async def town(
    server: object, tmp_path: Path, zendesk: Zendesk, subscriber: Subscriber, mail: Post
) -> AsyncIterator[Town]:
    """A town with mail, tickets and a subscriber, and a conversation that is a test."""
    own = Store.at(f"sqlite+aiosqlite:///{tmp_path / 'handover.db'}")
    account = ZendeskAccount(zendesk.url, vendor.EMAIL, SecretStr(vendor.TOKEN))
    outside = Outside(
        senders={"email": mail},
        ticketing={"zendesk": ZendeskTickets(ZendeskApi(account))},
        audiences={CARRIER: EventAudience(own.subscriptions, EventSender(allow_private=True))},
    )
    async with Town.with_people(server, tmp_path, outside=outside) as town:
        subscriber.secret = (await town.store.subscriptions.add(subscriber.url, [], "omar")).secret
        town.channel = TEST_CHANNEL
        yield town
    await own.close()


async def with_tickets(town: Town, **handover: Any) -> None:
    await town.change_bot(actions={"follow_up": {"ticket": "zendesk"}, "urgent": {}, "specialist": {}}, **handover)


async def everybody_told(town: Town) -> list[str]:
    return [event for person in await town.store.settings.team() for event in await town.told(person.id)]


async def test_the_whole_ladder_is_climbed_and_nobody_hears_of_it(
    town: Town, zendesk: Zendesk, subscriber: Subscriber, mail: Post
) -> None:
    await with_tickets(town)
    await town.hand_over()
    opened = await town.detail()
    assert {name: one.status for name, one in opened.actions.items()} == {
        "task": "done",
        "tags": "done",
        "message": "done",
        "notify": "skipped",
        "ticket": "skipped",
    }
    assert opened.actions["notify"].text == f"in a test nobody is told; otherwise told {opened.assignee}"
    await town.pass_time(26 * HOUR)
    climbed = await town.detail()
    assert (len(await town.log("rung")) >= 2, climbed.assignee != opened.assignee) == (True, True)
    assert await town.log("reactivated") != []
    assert await everybody_told(town) == []
    assert (mail.sent, zendesk.tickets, subscriber.tries) == ([], {}, 0)
    assert await town.store.people.loads() == {}


async def test_people_work_on_it_as_in_earnest_and_it_does_not_count(town: Town, subscriber: Subscriber) -> None:
    before = await town.store.reads.numbers()
    await town.hand_over()
    await town.client.claim(town.handover, Claim(staff_id="sarah"))
    await town.client.reply(town.handover, Reply(staff_id="sarah", message_id="1", text="Hello, Sarah here."))
    assert "Hello, Sarah here." in await town.said_by(Author.person)
    await town.client.complete(town.handover, CompleteTask(staff_id="sarah", outcome=Outcome.closed, converted=True))
    assert (await town.detail()).converted is True
    assert (await town.conversation()).status is ConversationStatus.bot
    assert await town.store.reads.numbers() == before
    assert (await everybody_told(town), subscriber.tries) == ([], 0)


async def test_the_button_is_where_a_visitor_of_the_page_has_it(town: Town) -> None:
    await town.change_bot(trigger_mode="button")
    await town.say("I want to talk to a human")

    async def answered() -> bool:
        return await town.said_by(Author.bot) == [BUTTON]

    await town.until(answered)
    await town.client.request_human(town.conversation_id, RequestHuman())
    assert (await town.detail()).evidence[0].kind == "button"


async def test_in_earnest_all_of_them_hear_of_it(
    town: Town, zendesk: Zendesk, subscriber: Subscriber, mail: Post
) -> None:
    """The same town, and another channel: what was silent above can be heard."""
    town.channel = "web"
    await with_tickets(town)
    await town.hand_over()
    actions = (await town.detail()).actions
    assert {actions[name].status for name in ("notify", "ticket")} == {"done"}

    async def heard() -> bool:
        return bool(subscriber.taken)

    await town.until(heard)
    assert (await everybody_told(town) != [], mail.sent != [], len(zendesk.tickets)) == (True, True, 1)
