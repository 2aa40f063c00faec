"""Zendesk and the whole of Handover, over real HTTP both ways."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from console.api import Api
from console.server import api_key
from engine.process import wait_until
from engine.stack import Stack
from tests.example import put_example_bot
from tests.integration.conftest import started
from tests.vendors import zendesk_wire as vendor
from tests.vendors.zendesk import Zendesk
from tests.vendors.zendesk_wire import Ticket

Json = dict[str, Any]


@pytest.fixture
async def zendesk() -> AsyncIterator[Zendesk]:
    async with Zendesk.opened() as zendesk:
        yield zendesk


@pytest.fixture
async def zendesk_stack(tmp_path: Path, zendesk: Zendesk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stack]:
    """Handover with its Zendesk in the environment, and a bot whose handovers open tickets."""
    given = {"URL": zendesk.url, "EMAIL": vendor.EMAIL, "TOKEN": vendor.TOKEN, "WEBHOOK_SECRET": vendor.SECRET}
    for name, value in given.items():
        monkeypatch.setenv(f"HANDOVER_ZENDESK_{name}", value)
    async with started(tmp_path) as stack:
        await put_example_bot(stack, actions={"follow_up": {"ticket": "zendesk"}, "urgent": {}, "specialist": {}})
        yield stack


class Jamie:
    """A contact who has asked for a person; `ticket` is theirs."""

    def __init__(self, api: Api, zendesk: Zendesk) -> None:
        self.api = api
        self.zendesk = zendesk
        self.id = f"zd-{uuid.uuid4().hex[:8]}"

    async def asks(self) -> Ticket:
        await self.says("I want to talk to a human")

        async def is_opened() -> bool:
            return bool((await self.handover())["actions"].get("ticket", {}).get("status") == "done")

        await until(is_opened)
        [ticket] = self.zendesk.tickets.values()
        return ticket

    async def says(self, text: str) -> None:
        contact = {"name": "Jamie Rivera", "email": "jamie@example.com"}
        body = {"message_id": uuid.uuid4().hex, "text": text, "bot_id": "hvac", "contact": contact}
        await self.api.post(f"/conversations/{self.id}/messages", body)

    async def handover(self) -> Json:
        items = (await self.api.get("/handovers", conversation_id=self.id))["items"]
        return await self.api.get(f"/handovers/{items[0]['handover_id']}") if items else {"actions": {}}

    async def reads(self) -> list[Json]:
        found: list[Json] = (await self.api.get(f"/conversations/{self.id}/messages"))["items"]
        return found


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    assert await wait_until(condition, 30), "it did not happen"


async def test_an_agent_answers_and_solves_the_ticket(zendesk_stack: Stack, zendesk: Zendesk) -> None:
    """The public comment reaches the contact, what the contact answers is seen in the ticket, and solving it completes."""
    async with Api.at(zendesk_stack.url, api_key(zendesk_stack.plan)) as api:
        jamie = Jamie(api, zendesk)
        ticket = await jamie.asks()
        assert f"{zendesk_stack.url}/inbox/{jamie.id}" in ticket.fields["comment"]["html_body"]
        sarah = zendesk.person("Sarah Lindgren", "sarah@example.org")

        zendesk.comment(ticket, sarah, "Hello Jamie, which model is it?")
        told = await zendesk.tell(zendesk_stack.url, ticket)
        assert told.json() == {"accepted": True, "duplicate": False}

        async def has_reached_the_contact() -> bool:
            return any(one["text"] == "Hello Jamie, which model is it?" for one in await jamie.reads())

        await until(has_reached_the_contact)
        assert (await jamie.handover())["assignee"] == "sarah"

        await jamie.says("An NW-350")

        async def is_seen_in_the_ticket() -> bool:
            return any("An NW-350" in one.text for one in ticket.comments[1:])

        await until(is_seen_in_the_ticket)

        zendesk.solve(ticket, sarah)
        for _ in range(2):
            assert (await zendesk.tell_event(zendesk_stack.url, ticket)).status_code == 200

        async def is_completed() -> bool:
            return bool((await jamie.handover())["status"] == "completed")

        await until(is_completed)
        detail = await jamie.handover()
        assert [(one["outcome"], one["completed_by"]) for one in detail["tasks"]] == [("closed", "sarah")]
        said = [one["text"] for one in await jamie.reads()]
        assert said.count("Hello Jamie, which model is it?") == 1
        assert zendesk.refused == []
