"""The HVAC story over Chatwoot: everything real on our side, a stand-in that behaves as Chatwoot does on the other."""

import os
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from console.api import Api, ApiRefused, Json
from console.server import api_key
from engine.process import wait_until
from engine.stack import Stack
from settings import AppSettings
from store import Store
from tests.example import example_bot, put_example_bot
from tests.integration.conftest import attachment, started
from tests.unit.files import PNG
from tests.vendors.chatwoot import BOT_TOKEN, SECRET, USER_TOKEN, Chatwoot, post_signed
from tests.vendors.chatwoot_shapes import ACCOUNT, Agent, Customer, Talk

PATIENCE = 60.0
STAYS_THERE = "the message is in Chatwoot alone"


def settings(chatwoot: Chatwoot) -> dict[str, str]:
    return {
        "HANDOVER_CHATWOOT_URL": chatwoot.url,
        "HANDOVER_CHATWOOT_TOKEN": BOT_TOKEN,
        "HANDOVER_CHATWOOT_USER_TOKEN": USER_TOKEN,
        "HANDOVER_CHATWOOT_WEBHOOK_SECRET": SECRET,
        "HANDOVER_CHATWOOT_BOT": "hvac",
    }


def given_to(target: str) -> Json:
    """The example's actions, with somebody else who is assigned."""
    actions: Json = example_bot().model_dump(mode="json", exclude_none=True)["handover"]["actions"]
    actions["follow_up"]["assign"] = {"to": target}
    return actions


@pytest.fixture(scope="module")
async def chatwoot() -> AsyncIterator[Chatwoot]:
    async with Chatwoot.opened() as chatwoot:
        yield chatwoot


@pytest.fixture(scope="module")
async def chatwoot_stack(chatwoot: Chatwoot, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    with patch.dict(os.environ, settings(chatwoot)):
        async with started(tmp_path_factory.mktemp("chatwoot")) as stack:
            chatwoot.door = f"{stack.url}/webhooks/chatwoot"
            await put_example_bot(stack, actions=given_to("user:sarah"))
            yield stack


@pytest.fixture
async def desk(chatwoot: Chatwoot, chatwoot_stack: Stack) -> AsyncIterator["Desk"]:
    chatwoot.faults.clear()
    chatwoot.keeps = False
    async with Api.at(chatwoot_stack.url, api_key(chatwoot_stack.plan)) as api:
        yield Desk(chatwoot, api)
    assert chatwoot.refused == []


class Desk:
    """One conversation in Chatwoot, and what Handover says of it."""

    def __init__(self, chatwoot: Chatwoot, api: Api) -> None:
        self.chatwoot, self.api = chatwoot, api
        self.talk: Talk = chatwoot.new_talk(Customer(900 + len(chatwoot.talks), "Jamie Rivera", "jamie@example.org"))
        self.sarah, self.maria = chatwoot.agents
        self.conversation: Json = {}
        self.messages: list[Json] = []

    @property
    def id(self) -> str:
        return f"chatwoot:{ACCOUNT}:{self.talk.id}"

    @property
    def detail(self) -> Json:
        return self.conversation.get("detail") or {}

    def said(self, author: str) -> list[str]:
        return [one["text"] for one in self.messages if one["author"] == author]

    def sent(self, text: str) -> bool:
        """Whether Handover counts the message as one that the contact has."""
        return any(one["text"] == text and one["state"] == "sent" for one in self.messages)

    async def until(self, condition: Callable[[], Any], what: str) -> None:
        async def holds() -> bool:
            try:
                self.conversation = await self.api.get(f"/conversations/{self.id}")
                self.messages = (await self.api.get(f"/conversations/{self.id}/messages", notes=True))["items"]
            except ApiRefused:
                pass
            return bool(condition())

        assert await wait_until(holds, PATIENCE), f"{what}: {self.conversation} {self.messages} {self.talk}"

    async def hand_over(self) -> None:
        self.chatwoot.contact_writes(self.talk, "What does error code E3 mean?")
        await self.until(lambda: self.chatwoot.public(self.talk), "the bot answers")
        self.chatwoot.contact_writes(self.talk, "I want to talk to a human")
        await self.until(lambda: self.talk.status == "open" and self.talk.assignee and self.talk.labels, "it is opened")
        await self.until(lambda: self._all_is_told(), "everything is told")

    def _all_is_told(self) -> bool:
        actions = self.detail.get("actions") or {}
        final = any("Someone from the team will get back" in text for text in self.chatwoot.public(self.talk))
        return bool(actions) and all(one["status"] != "running" for one in actions.values()) and final

    async def agent_writes(self, agent: Agent, text: str) -> None:
        self.chatwoot.agent_writes(self.talk, agent, text)
        await self.until(lambda: self.sent(text), f"{text!r} is in the history")


async def test_the_story(desk: Desk) -> None:
    chatwoot, talk = desk.chatwoot, desk.talk
    chatwoot.contact_writes(talk, "What does error code E3 mean?")
    await desk.until(lambda: chatwoot.public(talk), "the bot answers there")
    assert talk.status == "pending"
    assert desk.conversation["contact"]["email"] == "jamie@example.org"

    talk.labels = ["winter"]
    chatwoot.contact_writes(talk, "I want to talk to a human")
    await desk.until(lambda: talk.status == "open" and talk.assignee == desk.sarah, "it is Sarah's, and open")
    await desk.until(lambda: "human_handover" in talk.labels, "it is labelled")
    assert talk.labels[0] == "winter", "a label that was there is gone"
    [note] = chatwoot.notes(talk)
    for part in ("human requested", "Assigned to: Sarah Lindgren", "jamie@example.org", "E3", desk.id, "Last phrases:"):
        assert part in note, part

    await desk.agent_writes(desk.sarah, "Hello Jamie, Sarah here. I will come tomorrow.")
    assert desk.conversation["status"] == "human"
    assert desk.detail["assignee"] == "sarah"
    before = chatwoot.public(talk)
    chatwoot.contact_writes(talk, "What does error code E4 mean?")
    await desk.until(lambda: "What does error code E4 mean?" in desk.said("contact"), "it is kept for Sarah")
    assert before.count("Hello Jamie, Sarah here. I will come tomorrow.") == 1
    assert chatwoot.public(talk) == before, "somebody else answered"

    chatwoot.agent_resolves(talk)
    await desk.until(lambda: desk.detail["status"] == "completed", "the case is completed")
    assert (desk.detail["outcome"], desk.detail["completed_by"]) == ("closed", "sarah")
    await desk.until(lambda: len(chatwoot.notes(talk)) == 2, "its end is told")
    assert "completed by Sarah Lindgren: closed" in chatwoot.notes(talk)[-1]
    assert talk.status == "resolved"

    hers = next(one for one in talk.said if one.sender == desk.sarah)
    again = await post_signed(chatwoot.door, hers.webhook_data(talk) | {"event": "message_created"}, "told-twice")
    assert again.status_code == 200
    answers = len(desk.said("bot"))
    chatwoot.contact_writes(talk, "What does error code E4 mean? It is an NW-200.")
    await desk.until(lambda: len(desk.said("bot")) > answers, "the bot answers again")
    await desk.until(lambda: len(chatwoot.public(talk)) > len(before), "and there")
    assert desk.detail["number"] == 1


async def test_a_picture_is_opened_from_where_chatwoot_keeps_it(desk: Desk, chatwoot_stack: Stack) -> None:
    picture = desk.chatwoot.file("my%20boiler.png", PNG)
    desk.chatwoot.contact_writes(desk.talk, None, attachments=[picture])
    await desk.until(lambda: desk.said("contact") == ["(sent 1 picture: my boiler.png)"], "it is named")
    await desk.until(lambda: any("can't look at pictures" in text for text in desk.said("bot")), "the bot says so")
    [shown] = [one for one in desk.messages if one["author"] == "contact"]
    opened = await attachment(chatwoot_stack, desk.id, shown["row"])
    assert (opened.headers["content-type"], opened.content) == ("image/png", PNG)


async def test_an_agent_steps_in_without_being_asked(desk: Desk) -> None:
    desk.chatwoot.contact_writes(desk.talk, "What does error code E3 mean?")
    await desk.until(lambda: desk.said("bot"), "the bot answers")
    await desk.agent_writes(desk.sarah, "Let me take this one.")
    assert (desk.conversation["status"], desk.detail["reason"]) == ("human", "taken_over")
    assert desk.detail["assignee"] == "sarah"
    await desk.until(lambda: desk.talk.status == "open" and desk.talk.assignee == desk.sarah, "it is hers there too")
    assert desk.chatwoot.public(desk.talk).count("Let me take this one.") == 1


async def test_an_agent_writes_first_and_the_contact_is_new(desk: Desk) -> None:
    """Handover has never heard of the conversation: out of order, or a person began it."""
    await desk.agent_writes(desk.sarah, "You asked us to call?")
    assert (desk.conversation["status"], desk.conversation["channel"]) == ("human", "chatwoot")
    assert desk.conversation["contact"]["name"] == "Jamie Rivera"
    assert desk.said("bot") == []


async def test_somebody_who_is_not_on_the_team_writes(desk: Desk) -> None:
    await desk.hand_over()
    await desk.agent_writes(desk.maria, "Maria from the other office. How can I help?")
    assert (desk.conversation["status"], desk.detail["assignee"]) == ("human", "sarah")
    await desk.until(lambda: any("Maria Lopez (maria@example.net)" in text for text in desk.said("note")), "who it was")


async def test_somebody_who_is_not_on_the_team_steps_in(desk: Desk) -> None:
    """Nobody here stands for her: the team is asked, and the bot is silent all the same."""
    desk.chatwoot.contact_writes(desk.talk, "What does error code E3 mean?")
    await desk.until(lambda: desk.said("bot"), "the bot answers")
    desk.chatwoot.agent_writes(desk.talk, desk.maria, "I know that one.")
    await desk.until(lambda: desk.sent("I know that one."), "it is not lost")
    assert (desk.conversation["status"], desk.detail["reason"]) == ("human", "human_requested")
    await desk.until(lambda: any("Maria Lopez (maria@example.net)" in text for text in desk.said("note")), "who it was")


async def test_the_case_is_another_person_s(desk: Desk) -> None:
    """The contact has read it, so it is written down, and who wrote it."""
    await desk.hand_over()
    await desk.agent_writes(desk.sarah, "I have it.")
    mei = Agent(23, "Mei Tanaka", "mei@example.org")
    staff = await desk.api.get("/staff/mei")
    await desk.api.put("/staff/mei", staff | {"addresses": {"email": "mei@example.org"}})
    await desk.agent_writes(mei, "Mei here, the part has arrived.")
    assert desk.detail["assignee"] == "sarah"
    await desk.until(lambda: any("Mei Tanaka (mei@example.org)" in text for text in desk.said("note")), "who it was")


async def test_a_reply_from_the_inbox_goes_there_and_comes_back_as_nothing(desk: Desk) -> None:
    await desk.hand_over()
    handover = desk.detail["handover_id"]
    await desk.api.post(f"/handovers/{handover}/reply", {"staff_id": "sarah", "message_id": "1", "text": "On my way."})
    text = "Sarah from Northwind: On my way."
    await desk.until(lambda: text in desk.chatwoot.public(desk.talk), "it arrives with her label")
    await desk.until(lambda: desk.sent("On my way."), "and has left")
    desk.chatwoot.agent_writes(desk.talk, desk.sarah, "The key is under the mat.", private=True)
    await desk.until(lambda: "The key is under the mat." in desk.said("note"), "a private note is a note")
    assert desk.said("person") == ["On my way."]


async def test_handing_back_and_completing_here_shows_there(desk: Desk) -> None:
    await desk.hand_over()
    handover = desk.detail["handover_id"]
    await desk.api.post(f"/handovers/{handover}/claim", {"staff_id": "sarah"})
    await desk.api.post(f"/handovers/{handover}/hand-back", {"staff_id": "sarah"})
    await desk.until(lambda: desk.talk.status == "pending", "the bot's again")
    task = desk.detail["tasks"][-1]["task_id"]
    body = {"staff_id": "sarah", "outcome": "closed", "note": "Booked for Monday.", "converted": True}
    await desk.api.post(f"/tasks/{task}/complete", body)
    await desk.until(lambda: desk.talk.status == "resolved", "over there too")
    await desk.until(lambda: "Booked for Monday." in desk.chatwoot.notes(desk.talk)[-1], "with what came of it")
    assert [one["number"] for one in (await desk.api.get("/handovers", conversation_id=desk.id))["items"]] == [1]


async def test_deliveries_that_come_twice_and_out_of_order(desk: Desk) -> None:
    """Two messages of a contact and one of an agent, in the opposite order and each several times."""
    chatwoot, talk = desk.chatwoot, desk.talk
    chatwoot.keeps = True
    chatwoot.contact_writes(talk, "First words")
    chatwoot.contact_writes(talk, "Second words")
    chatwoot.agent_writes(talk, desk.sarah, "I am here.")
    kept, chatwoot.kept = chatwoot.kept, []
    chatwoot.keeps = False
    for delivery in [*reversed(kept), *kept]:
        assert await chatwoot.send(delivery) == 200
    earlier = str(int(time.time()) - 60)
    again = await post_signed(chatwoot.door, kept[-1].payload, "another-delivery", timestamp=earlier)
    assert again.status_code == 200
    await desk.until(lambda: len(desk.said("contact")) == 2, "both are there")
    await desk.until(lambda: desk.sent("I am here."), "hers too")
    assert sorted(desk.said("contact")) == ["First words", "Second words"]
    assert desk.said("person") == ["I am here."]
    assert desk.said("bot") == [], "the bot spoke after a person had"
    assert len((await desk.api.get("/handovers", conversation_id=desk.id))["items"]) == 1


async def test_a_resolving_that_is_told_late_ends_nothing_new(desk: Desk) -> None:
    """What was opened after the conversation was resolved goes on, and so does a follow-up that waits for its time."""
    await desk.hand_over()
    desk.chatwoot.keeps = True
    desk.chatwoot.agent_resolves(desk.talk)
    [late], desk.chatwoot.kept = desk.chatwoot.kept, []
    desk.chatwoot.keeps = False
    assert await desk.chatwoot.send(late) == 200
    await desk.until(lambda: desk.detail["status"] == "completed", "the first one is completed")
    desk.chatwoot.contact_writes(desk.talk, "I want to talk to a human again")
    await desk.until(lambda: desk.detail["number"] == 2 and desk.talk.status == "open", "there is a second one")
    earlier = str(int(time.time()) - 60)
    again = await post_signed(desk.chatwoot.door, late.payload, "the-same-told-later", timestamp=earlier)
    assert again.status_code == 200
    follow_up = {"staff_id": "sarah", "outcome": "scheduled"}
    follow_up["follow_up_at"] = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    await desk.until(lambda: desk.detail.get("tasks"), "it has a task")
    await desk.api.post(f"/tasks/{desk.detail['tasks'][-1]['task_id']}/complete", follow_up)
    await desk.until(lambda: desk.talk.status == "pending", "the bot has it until then")
    desk.chatwoot.agent_resolves(desk.talk)
    told = ("conversation_resolved", desk.talk.id, 200)
    await desk.until(lambda: desk.chatwoot.answered.count(told) == 2, "it was told")
    await desk.until(lambda: desk.detail["status"] == "scheduled", "the follow-up waits")


async def test_nobody_holds_the_case_and_nobody_stands_for_the_agent(desk: Desk, chatwoot_stack: Stack) -> None:
    """Then the words stay in Chatwoot, the audit log says so, and the bot stays silent."""
    await desk.api.put("/staff/nina", {"name": "Nina", "roles": ["night"], "available": False})
    await put_example_bot(chatwoot_stack, actions=given_to("role:night"), default_assignee=None)
    try:
        desk.chatwoot.contact_writes(desk.talk, "I want to talk to a human")
        await desk.until(lambda: desk.talk.status == "open" and desk.chatwoot.notes(desk.talk), "it is opened")
    finally:
        await put_example_bot(chatwoot_stack, actions=given_to("user:sarah"))
    assert desk.detail["assignee"] is None
    assert "Assigned to: nobody yet" in desk.chatwoot.notes(desk.talk)[0]
    said = desk.chatwoot.agent_writes(desk.talk, desk.maria, "Can I help?")
    await desk.until(lambda: ("message_created", said.id, 200) in desk.chatwoot.answered, "it was told")
    store = Store.at(AppSettings(data_dir=chatwoot_stack.plan.data_dir).database)
    audits = [one.text for one in (await store.access.audits()).items if one.kind == "chatwoot_unknown_agent"]
    await store.close()
    assert audits == [f"Maria Lopez (maria@example.net) wrote in {desk.id} and is not on the team; {STAYS_THERE}"]
    assert (desk.conversation["status"], desk.said("bot")) == ("escalated", [])
