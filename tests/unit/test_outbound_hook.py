"""The way to a receiver of signed webhooks: what its answers mean, what is told, and that what is sent again is the same."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook

from channels.webhook import WebhookChannel
from handover.errors import TryAgain, Undeliverable
from handover.hook_settings import HookSettings
from handover.hooks import message_event
from handover.messages import Author, Contact, ConversationStatus, HandoverStatus
from handover.outside import Followed, Parcel
from outbound import AddressRefused, Unreached
from tests.unit.hook_world import OLDER, SECRET
from tests.unit.make import case
from tests.vendors.messenger import Fault, Messenger


@pytest.fixture
async def receiving() -> AsyncIterator[Messenger]:
    async with Messenger.opened(SECRET) as messenger:
        messenger.chats["42"] = []
        yield messenger


def channel_to(messenger: Messenger, secrets: list[str] | None = None, **more: Any) -> WebhookChannel:
    first, *others = [SecretStr(one) for one in secrets or [SECRET]]
    settings = {"secret": first, "secrets": others, "url": messenger.url, "allow_private": True} | more
    return WebhookChannel("messenger", HookSettings.model_validate(settings))


def parcel(text: str = "Hello", key: str = "answer/1", of: str = "messenger:42", **more: Any) -> Parcel:
    given = {"author": Author.person, "label": "Sarah from Northwind"} | more
    return Parcel(row=1, conversation_id=of, channel="messenger", key=key, text=text, contact=Contact(), **given)


def followed(status: str = "escalated", told: dict[str, Any] | None = None, has_case: bool = True) -> Followed:
    return Followed(
        conversation_id="messenger:42",
        channel="messenger",
        status=ConversationStatus(status),
        contact=Contact(),
        case=case() if has_case else None,
        told=told or {},
    )


# ---- messages --------------------------------------------------------------------------------------------------------


async def test_what_a_message_says(receiving: Messenger) -> None:
    channel = channel_to(receiving)
    assert await channel.send(parcel("Grüße 🙂 <b>\x00")) == "42/1"
    assert await channel.send(parcel("I am the bot", key="answer/2", author=Author.bot, label="")) == "42/2"
    first, second = receiving.chats["42"]
    assert (first["author"], first["label"], first["text"]) == ("person", "Sarah from Northwind", "Grüße 🙂 <b>\x00")
    assert (second["author"], second["label"], second["text"]) == ("bot", "", "I am the bot")
    assert [first["message_id"], second["message_id"]] == receiving.tries
    assert receiving.refused == []


async def test_what_is_sent_again_is_the_same_delivery(receiving: Messenger) -> None:
    channel = channel_to(receiving)
    receiving.faults = ["loses its answer", "down"]
    for _ in range(2):
        with pytest.raises((TryAgain, Unreached)):
            await channel.send(parcel())
    assert await channel.send(parcel()) == "42/1"
    assert receiving.texts("42") == ["Hello"]
    assert (len(receiving.tries), len(set(receiving.tries))) == (3, 1)
    await channel.send(parcel(key="answer/2"))
    receiving.chats["43"] = []
    await channel.send(parcel(of="messenger:43"))
    assert len(set(receiving.tries)) == 3, "other messages are other deliveries"


async def test_a_receiver_without_ids_calls_messages_as_we_do(receiving: Messenger) -> None:
    receiving.names = False
    assert await channel_to(receiving).send(parcel()) == receiving.chats["42"][0]["message_id"]


async def test_all_secrets_sign_while_they_are_changed(receiving: Messenger) -> None:
    for secrets in ([SECRET, OLDER], [OLDER, SECRET]):
        await channel_to(receiving, secrets).send(parcel(key=secrets[0]))
    assert len(receiving.chats["42"]) == 2
    with pytest.raises(TryAgain, match="messenger answered 401"):
        await channel_to(receiving, [OLDER]).send(parcel(key="3"))


def test_what_is_signed_is_what_the_library_signs(receiving: Messenger) -> None:
    event = message_event("42", parcel("Grüße"))
    headers = channel_to(receiving)._signed(event)
    Webhook(SECRET).verify(event.body, headers)
    assert event.body.decode().startswith('{"type":"message.created","data":{"conversation_id":"42","message_id":"msg_')


@pytest.mark.parametrize(
    ("fault", "words", "after"),
    [
        ("down", "messenger answered 503", None),
        ("busy", "messenger answered 429", timedelta(seconds=1)),
        ("locked out", "messenger answered 401", None),
        ("moved", "messenger answered 308, redirects are not followed", None),
    ],
)
async def test_what_may_pass_is_tried_again(
    receiving: Messenger, fault: Fault, words: str, after: timedelta | None
) -> None:
    receiving.faults = [fault]
    with pytest.raises(TryAgain, match=words) as raised:
        await channel_to(receiving).send(parcel())
    assert raised.value.after == after
    assert receiving.chats["42"] == []


async def test_what_will_never_be_taken_says_why(receiving: Messenger) -> None:
    channel = channel_to(receiving)
    receiving.blocked.add("42")
    with pytest.raises(Undeliverable, match="messenger does not take it: 410, the contact or the receiver is gone"):
        await channel.send(parcel())
    with pytest.raises(Undeliverable, match="messenger does not take it: 404, there is nobody at this address"):
        await channel.send(parcel(of="messenger:unknown"))
    receiving.blocked.clear()
    with pytest.raises(Undeliverable, match="messenger does not take it: 422"):
        await channel.send(parcel("x" * 5000))
    with pytest.raises(Undeliverable, match="This conversation did not come in by messenger"):
        await channel.send(parcel(of="web-42"))


async def test_a_private_address_needs_the_settings_word(receiving: Messenger) -> None:
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1 is not public"):
        await channel_to(receiving, allow_private=False).send(parcel())
    assert receiving.tries == []


# ---- how the conversation stands -------------------------------------------------------------------------------------


async def test_each_change_is_told_once(receiving: Messenger) -> None:
    channel = channel_to(receiving)
    told: dict[str, Any] = {}
    for status in ("bot", "escalated", "escalated", "human", "escalated", "bot"):
        told = await channel.follow(followed(status, told, has_case=status != "bot" or bool(told)))
    assert [one["status"] for one in receiving.shown["42"]] == ["escalated", "human", "escalated", "bot"]
    assert len(set(receiving.tries)) == 4, "what comes back is a delivery of its own"
    assert receiving.refused == []


async def test_what_a_change_says(receiving: Messenger) -> None:
    await channel_to(receiving).follow(followed(status="human"))
    [shown] = receiving.shown["42"]
    assert shown["conversation_id"] == "42"
    assert shown["handover"] == {
        "number": 1,
        "status": HandoverStatus.open,
        "reason": "human_requested",
        "priority": "medium",
        "assignee": "Support Agent",
    }


async def test_a_change_that_could_not_be_told_is_told_later_as_the_same(receiving: Messenger) -> None:
    channel = channel_to(receiving)
    receiving.faults = ["loses its answer", "down"]
    for _ in range(2):
        with pytest.raises((TryAgain, Unreached)):
            await channel.follow(followed())
    told = await channel.follow(followed())
    assert len(receiving.shown["42"]) == 1
    assert await channel.follow(followed(told=told)) == told


async def test_who_does_not_want_to_hear_of_changes_is_not_told_again(receiving: Messenger) -> None:
    channel = channel_to(receiving)
    receiving.chats.clear()
    told = await channel.follow(followed())
    assert await channel.follow(followed(told=told)) == told
    assert len(receiving.tries) == 1
