"""A messenger outside, connected by signed webhooks in both directions: a whole Handover, and the messenger over real HTTP."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator

import pytest
from rich.console import Console

from console.api import Api
from console.demo import play
from console.server import api_key
from console.stage import Stage
from console.story import Story
from engine.stack import Stack
from tests.example import put_example_bot
from tests.integration.conftest import started
from tests.integration.test_story import everything_is_done, kill_worker
from tests.vendors.messenger import Json, Messenger

SECRET = "whsec_" + "A" * 43 + "="
BOT = {"bot_id": "hvac"}


@pytest.fixture(scope="module")
async def messenger() -> AsyncIterator[Messenger]:
    async with Messenger.opened(SECRET) as messenger:
        yield messenger


@pytest.fixture(scope="module")
async def hooked(messenger: Messenger, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A Handover that the messenger is connected to, and another system that reads its answers from the API."""
    url = {"url": messenger.url, "allow_private": True}
    inbound = {"messenger": {"secret": SECRET, **url, **BOT}, "mailbox": {"secret": SECRET, **BOT}}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HANDOVER_INBOUND", json.dumps(inbound))
        async with started(tmp_path_factory.mktemp("hooked")) as stack:
            yield stack


@pytest.fixture
async def chat(hooked: Stack, messenger: Messenger) -> AsyncIterator["Chat"]:
    """A chat that nobody has written in yet, and a messenger without troubles. The bot is as in the example."""
    await put_example_bot(hooked)
    messenger.faults.clear()
    async with Api.at(hooked.url, api_key(hooked.plan)) as api:
        yield Chat(hooked, messenger, api)


class Chat:
    """One contact's chat in the messenger, and the conversation that it is in Handover."""

    def __init__(self, stack: Stack, messenger: Messenger, api: Api) -> None:
        self.id = uuid.uuid4().hex[:8]
        self.stack, self.messenger = stack, messenger
        self.stage = Stage(api, Console(quiet=True), f"messenger:{self.id}")
        self.door = f"{stack.url}/webhooks/inbound/messenger"

    async def writes(self, text: str, message_id: str = "", webhook_id: str | None = None) -> Json:
        """The contact writes; sent again, as the same, until Handover has taken it."""
        message_id, webhook_id = message_id or uuid.uuid4().hex, webhook_id or f"evt_{uuid.uuid4().hex}"
        for _ in range(200):
            answer = await self.messenger.writes(self.door, self.id, text, message_id, webhook_id=webhook_id)
            if answer.status_code != 503:
                break
            await asyncio.sleep(0.1)
        assert answer.status_code == 202, answer.text
        taken: Json = answer.json()
        return taken

    async def acts(self, act: str, **body: str) -> None:
        path = f"/handovers/{self.stage.detail['handover_id']}/{act}"
        await self.stage.patiently(lambda: self.stage.api.post(path, {"staff_id": "omar", **body}))

    @property
    def read(self) -> list[str]:
        """What the contact got to read."""
        return self.messenger.texts(self.id)

    @property
    def said(self) -> list[str]:
        """What was said to the contact, as Handover's history has it."""
        return [one["text"] for one in self.stage.messages if one["author"] not in ("contact", "note")]

    @property
    def shown(self) -> list[str]:
        """The states that the messenger showed, one after the other."""
        return [one["status"] for one in self.messenger.shown.get(self.id, [])]

    async def until_all_is_read(self, seconds: float = 60) -> None:
        arrived = await self.stage.until(lambda: bool(self.said) and self.read == self.said, seconds)
        assert arrived, f"{self.read} was read, {self.said} was said"


class ChatStory(Story):
    """The walkthrough, with a visitor who writes in the messenger."""

    def __init__(self, chat: Chat) -> None:
        super().__init__(chat.stage)
        self.chat = chat

    async def _say(self, text: str) -> None:
        self._heard = len(self._bot_words())
        await self.chat.writes(text)
        await self._expect(lambda: self.stage.said("contact", text), f"the message is recorded: {text}")


async def test_the_story_over_a_messenger(chat: Chat) -> None:
    """From the first question to the bot's return; whatever was said stands in the messenger, once and in its order."""
    await play(chat.stage.api, ChatStory(chat))
    await chat.until_all_is_read()
    authors = [one["author"] for one in chat.messenger.chats[chat.id]]
    assert {"bot", "system", "person"} == set(authors)
    [omar] = [one for one in chat.messenger.chats[chat.id] if "tomorrow at 9:30" in one["text"] and one["label"]]
    assert (omar["author"], omar["label"]) == ("person", "Omar from Northwind")
    assert await chat.stage.until(lambda: chat.shown[-1:] == ["bot"], 30)
    handovers = [one["handover"]["status"] for one in chat.messenger.shown[chat.id]]
    assert (chat.shown[0], handovers[0], handovers[-1]) == ("escalated", "open", "completed")
    assert "human" in chat.shown
    assert (chat.stage.conversation["channel"], chat.messenger.refused) == ("messenger", [])


async def test_a_messenger_that_is_down_and_loses_its_answers(chat: Chat) -> None:
    """And a worker that is killed meanwhile: everything arrives once, in its order, and nothing else waits for it."""
    chat.messenger.faults = ["down", "loses its answer", "busy", "down"]
    await chat.writes("I want to talk to a human")
    assert await chat.stage.until(lambda: everything_is_done(chat.stage), 60)
    await chat.acts("claim")
    await chat.acts("reply", message_id="r1", text="Hello, this is Omar.")
    assert chat.messenger.faults, "the person waited for the messenger"
    await kill_worker(chat.stack)
    await chat.acts("reply", message_id="r2", text="Which model is it?")
    assert await chat.stage.until(lambda: len(chat.read) == 5, 90), chat.read
    chat.messenger.faults = ["locked out", "loses its answer"]
    await chat.acts("reply", message_id="r3", text="Are you still there?")
    assert await chat.stage.until(lambda: chat.stage.said("person", "Are you still there?"), 60)
    await chat.until_all_is_read()
    [final, question, joined, *replies] = chat.read
    assert "Someone from the team" in final
    assert question.startswith("How can we reach you?")
    assert "Omar" in joined
    assert replies == ["Hello, this is Omar.", "Which model is it?", "Are you still there?"]
    assert len(chat.messenger.tries) > len(set(chat.messenger.tries)), "nothing was tried again"


async def test_what_comes_twice_and_in_another_order_is_there_once(chat: Chat) -> None:
    """The messenger delivers side by side and again: under the same delivery id, and under a new one."""
    numbers = [5, 1, 4, 2, 3]
    await chat.writes("I want to talk to a human")
    assert await chat.stage.until(lambda: everything_is_done(chat.stage), 60)
    deliveries = [(number, f"evt-{chat.id}-{number}-{again}") for again in (1, 1, 2) for number in numbers]
    texts = {number: f"Part {number} of my story" for number in numbers}
    answers = await asyncio.gather(
        *(chat.writes(texts[number], str(number), webhook_id) for number, webhook_id in deliveries)
    )
    assert [one["duplicate"] for one in answers].count(False) == 5
    assert await chat.stage.until(lambda: all(chat.stage.said("contact", text) for text in texts.values()), 30)
    again = await chat.writes(texts[1], "1")
    assert again == {"conversation_id": f"messenger:{chat.id}", "message_id": "1", "duplicate": True}
    parts = [one["text"] for one in chat.stage.messages if "Part" in one["text"] and one["author"] == "contact"]
    assert sorted(parts) == sorted(texts.values())
    assert chat.stage.detail["number"] == 1


async def test_the_button_of_the_messenger(chat: Chat) -> None:
    asked = {"type": "human.requested", "data": {"conversation_id": chat.id, "contact": {"name": "Jamie"}}}
    for _ in range(2):
        answer = await chat.messenger.tells(chat.door, asked, f"evt-{chat.id}")
        assert answer.status_code == 202, answer.text
    assert await chat.stage.until(lambda: everything_is_done(chat.stage), 60)
    assert chat.stage.detail["reason"] == "human_requested"
    assert chat.stage.conversation["contact"]["name"] == "Jamie"
    await chat.until_all_is_read()
    assert await chat.stage.until(lambda: chat.shown[-1:] == ["escalated"], 30)
    assert [one["kind"] for one in chat.stage.detail["log"]].count("opened") == 1


async def test_what_the_messenger_refuses_and_what_it_could_not_deliver(chat: Chat) -> None:
    """Both are shown to staff with the reason, and what comes behind them is sent."""
    await chat.writes("I want to talk to a human")
    assert await chat.stage.until(lambda: everything_is_done(chat.stage), 60)
    await chat.until_all_is_read()
    await chat.acts("claim")
    await chat.acts("reply", message_id="r1", text="x" * 5000)
    await chat.acts("reply", message_id="r2", text="Is anybody there?")
    assert await chat.stage.until(lambda: "Is anybody there?" in chat.read, 60)
    lost = {"conversation_id": chat.id, "message_id": f"{chat.id}/{len(chat.read)}", "reason": "The phone is off"}
    failure = {"type": "message.undelivered", "data": lost}

    async def is_taken() -> bool:  # the messenger may say so before its answer to the message has been written down
        return (await chat.messenger.tells(chat.door, failure)).status_code == 202

    for _ in range(100):
        if await is_taken():
            break
        await asyncio.sleep(0.1)
    page = await chat.stage.api.get(f"/conversations/{chat.stage.conversation_id}/messages", notes=True)
    failed = [(one["text"], one["failed"]) for one in page["items"] if one.get("failed")]
    assert failed == [
        ("x" * 5000, "messenger does not take it: 422"),
        ("Is anybody there?", "messenger says: The phone is off"),
    ]


async def test_without_a_url_answers_are_read_from_the_api(chat: Chat) -> None:
    door = f"{chat.stack.url}/webhooks/inbound/mailbox"
    answer = await chat.messenger.writes(door, chat.id, "What does error code E4 mean on the NW-200?")
    assert answer.json()["conversation_id"] == f"mailbox:{chat.id}"
    chat.stage.conversation_id = f"mailbox:{chat.id}"
    assert await chat.stage.until(lambda: chat.stage.said("bot"), 60)
    assert chat.read == []
    assert chat.stage.conversation["channel"] == "mailbox"
