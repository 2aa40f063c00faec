"""Slack's buttons through a worker, the web process and Temporal: a case opens, somebody presses, who is slower is told."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any
from unittest.mock import patch

import httpx2
import pytest

from console.api import Api, Json
from console.server import api_key
from engine.process import wait_until
from engine.stack import Stack
from tests.example import example_bot, put_example_bot
from tests.integration.conftest import started
from tests.vendors.notified import SLACK_TOKEN, Vendors
from tests.vendors.slack import SIGNING_SECRET, Message, form, signed

PATIENCE = 60.0
SARAH, BEN, STRANGER = "U0SARAH01", "U0BEN0001", "U0NOBODY1"


def settings(vendors: Vendors) -> dict[str, str]:
    return {
        "HANDOVER_SLACK_URL": f"slack://{SLACK_TOKEN}",
        "HANDOVER_SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "HANDOVER_SLACK_API_URL": vendors.url,
        "HANDOVER_SLACK_HOOKS_URL": vendors.url,
        "HANDOVER_NOTIFY_WINDOW_SECONDS": "0",
    }


def given_to_sarah() -> Json:
    actions: Json = example_bot().model_dump(mode="json", exclude_none=True)["handover"]["actions"]
    actions["follow_up"]["assign"] = {"to": "user:sarah"}
    return actions


@pytest.fixture(scope="module")
def vendors() -> Iterator[Vendors]:
    with Vendors.running() as running:
        yield running


@pytest.fixture(scope="module")
async def slack_stack(vendors: Vendors, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A Handover whose Sarah and Ben are told by Slack."""
    with patch.dict(os.environ, settings(vendors)):
        async with started(tmp_path_factory.mktemp("slack")) as stack:
            await put_example_bot(stack, actions=given_to_sarah())
            async with Api.at(stack.url, api_key(stack.plan)) as api:
                await tell_by_slack(api, "sarah", SARAH)
                await tell_by_slack(api, "ben", BEN)
            yield stack


async def tell_by_slack(api: Api, staff_id: str, member: str) -> None:
    person = await api.get(f"/staff/{staff_id}")
    chosen = {"notify": {"conversation_assigned": ["slack"], "task_assigned": ["inbox"]}}
    await api.put(f"/staff/{staff_id}", person | chosen | {"addresses": {"slack": member}})


@pytest.fixture
async def slack_town(slack_stack: Stack, vendors: Vendors) -> AsyncIterator["SlackTown"]:
    vendors.slack.messages.clear()
    vendors.slack.responses.clear()
    async with Api.at(slack_stack.url, api_key(slack_stack.plan)) as api:
        yield SlackTown(slack_stack, vendors, api)
    assert vendors.refused == []


class SlackTown:
    """A contact, Slack, and what Handover says of the case."""

    def __init__(self, stack: Stack, vendors: Vendors, api: Api) -> None:
        self.stack, self.vendors, self.api = stack, vendors, api
        self.door = f"{stack.url}/webhooks/slack"

    async def hand_over(self, conversation: str) -> Message:
        """A contact asks for a person: what Sarah is told."""
        await self.api.post(f"/conversations/{conversation}/handover", {"text": "My <heating> is out & cold"})
        assert await wait_until(lambda: self._is_told(conversation), PATIENCE), "nobody was told in Slack"
        [message] = self.vendors.slack.messages
        return message

    async def _is_told(self, conversation: str) -> bool:
        return any(f"{conversation}~1" in str(one.blocks) for one in self.vendors.slack.messages)

    async def press(self, message: Message, member: str) -> None:
        """Press, and see what comes of it: it comes behind the answer."""
        before = len(self.vendors.slack.responses)
        assert await self.vendors.slack.press(self.door, message, member) == 200

        async def has_come() -> bool:
            return len(self.vendors.slack.responses) > before

        assert await wait_until(has_come, PATIENCE), "nothing came to the response_url"

    def logs(self) -> str:
        """What all of its processes have said."""
        files = (self.stack.plan.data_dir / "logs").glob("*.log")
        return "".join(one.read_text("utf-8", "replace") for one in files)

    async def case(self, conversation: str) -> Any:
        return await self.api.get(f"/handovers/{conversation}~1")


async def test_sarah_presses_and_the_case_is_hers(slack_town: SlackTown) -> None:
    message = await slack_town.hand_over("pressed")
    assert message.channel == SARAH
    assert message.labels == ["Claim", "Open the case"]
    assert "<heating>" in message.says
    assert "MENTION" not in message.says

    await slack_town.press(message, STRANGER)
    [whisper] = message.whispers
    assert "does not know you" in whisper
    assert (await slack_town.case("pressed"))["status"] == "open"

    await slack_town.press(message, SARAH)
    case = await slack_town.case("pressed")
    assert (case["status"], case["assignee"]) == ("acknowledged", "sarah")
    assert (await slack_town.api.get("/conversations/pressed"))["status"] == "human"
    assert message.says.splitlines()[-1] == "You have claimed it: the case is yours."
    assert message.labels == ["Open the case"]
    assert message.buttons[0][1]["url"] == f"{slack_town.stack.public_url}/inbox/pressed"
    assert [one["kind"] for one in case["log"]].count("claimed") == 1


async def test_who_is_slower_is_told_who_was_faster(slack_town: SlackTown) -> None:
    message = await slack_town.hand_over("raced")
    await slack_town.api.post("/handovers/raced~1/claim", {"staff_id": "ben"})
    await slack_town.press(message, SARAH)
    assert "Ben Okafor was faster and claimed this handover" in message.says
    assert message.labels == ["Open the case"]
    assert BEN not in json.dumps(slack_town.vendors.slack.responses)
    case = await slack_town.case("raced")
    assert (case["assignee"], [one["actor"] for one in case["log"] if one["kind"] == "claimed"]) == ("ben", ["ben"])


async def test_of_many_presses_one_claims(slack_town: SlackTown) -> None:
    """Sarah presses again before the message has changed."""
    message = await slack_town.hand_over("hasty")
    for _ in range(3):
        assert await slack_town.vendors.slack.press(slack_town.door, _unchanged(message), SARAH) == 200

    async def all_are_answered() -> bool:
        return len(slack_town.vendors.slack.responses) == 3

    assert await wait_until(all_are_answered, PATIENCE)
    texts = {one["text"] for one in slack_town.vendors.slack.responses}
    assert "You have claimed it: the case is yours." in texts
    assert all("yours" in text for text in texts)
    case = await slack_town.case("hasty")
    assert [one["kind"] for one in case["log"]].count("claimed") == 1


def _unchanged(message: Message) -> Message:
    """As it stood before anybody pressed."""
    return Message(message.channel, message.ts, message.text, list(message.blocks))


async def test_no_log_has_a_secret(slack_town: SlackTown) -> None:
    message = await slack_town.hand_over("quiet")
    slack_town.vendors.faults["slack_actions"] = (500, "")
    assert await slack_town.vendors.slack.press(slack_town.door, message, SARAH) == 200

    async def is_hers() -> bool:
        return bool((await slack_town.case("quiet"))["status"] == "acknowledged")

    assert await wait_until(is_hers, PATIENCE), "the claim depends on its answer"

    async def is_said() -> bool:
        return "could not be answered" in slack_town.logs()

    assert await wait_until(is_said, PATIENCE)
    slack_town.vendors.faults.clear()
    slack_town.vendors.refused.clear()
    said = slack_town.logs()
    for secret in (SIGNING_SECRET, SLACK_TOKEN, "/actions/"):
        assert secret not in said


async def test_what_slack_has_not_signed_claims_nothing(slack_town: SlackTown) -> None:
    message = await slack_town.hand_over("unsigned")
    body = form(slack_town.vendors.slack.pressed(message, "claim_case", SARAH))
    async with httpx2.AsyncClient(trust_env=False) as http:
        for headers in (signed(body, secret="another"), {"Content-Type": "application/x-www-form-urlencoded"}):
            assert (await http.post(slack_town.door, content=body, headers=headers)).status_code == 401
    assert (await slack_town.case("unsigned"))["status"] == "open"
    assert slack_town.vendors.slack.responses == []
