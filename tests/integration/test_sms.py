"""The HVAC walkthrough by text message: a stand-in for Twilio on one side, all of Handover on the other."""

import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
from rich.console import Console

from console.api import Api
from console.server import api_key
from console.stage import Stage
from engine.process import wait_until
from engine.stack import Stack
from handover.sms import OPTED_OUT
from tests.example import put_example_bot
from tests.integration.conftest import attachment, started
from tests.unit.files import PNG
from tests.vendors import twilio as vendor
from tests.vendors.twilio import OUR_NUMBER, SID, TOKEN, Message, Twilio

QUIET = Console(quiet=True)
SECONDS = 60.0


class Phone:
    """A contact's phone, and what the team sees of the conversation with it."""

    def __init__(self, twilio: Twilio, api: Api, number: str) -> None:
        self.twilio = twilio
        self.number = number
        self.stage = Stage(api, QUIET, f"sms:{OUR_NUMBER[1:]}:{number[1:]}")

    @property
    def got(self) -> list[Message]:
        return [one for one in self.twilio.taken if one.to == self.number]

    async def texts(self, body: str, **more: str) -> None:
        answer = await self.twilio.text(self.number, body, **more)
        assert (answer.status_code, answer.text.endswith("<Response/>")) == (200, True)

    async def gets(self, words: str) -> Message:
        """Wait for a message with these words; it is the only one."""
        assert await self.stage.until(lambda: any(words in one.body for one in self.got), SECONDS), self.got
        [found] = [one for one in self.got if words in one.body]
        return found

    async def shown(self, words: str) -> dict[str, Any]:
        """A message as the team sees it by now; empty where it is not there yet."""
        page = await self.stage.api.get(f"/conversations/{self.stage.conversation_id}/messages", notes=True)
        found = [one for one in page["items"] if words in one["text"]]
        assert len(found) < 2
        return dict(found[0]) if found else {}

    async def sees(self, words: str, **values: str) -> dict[str, Any]:
        """Wait until the team sees a message in this state."""

        async def is_so() -> bool:
            return (await self.shown(words)).items() >= values.items()

        assert await wait_until(is_so, SECONDS), await self.shown(words)
        return await self.shown(words)

    async def staff(self, act: str, **body: str) -> Any:
        handover = self.stage.detail["handover_id"]
        return await self.stage.api.post(f"/handovers/{handover}/{act}", {"staff_id": "sarah", **body})

    async def replies(self, text: str) -> None:
        await self.staff("reply", message_id=text[:40], text=text)


@pytest.fixture(scope="module")
async def twilio() -> AsyncIterator[Twilio]:
    async with Twilio.opened() as twilio:
        yield twilio
        assert [one for one in twilio.refused if not one.startswith("21610")] == []


@pytest.fixture(scope="module")
async def texting(twilio: Twilio, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A whole Handover whose settings name the stand-in."""
    settings = {"ACCOUNT_SID": SID, "AUTH_TOKEN": TOKEN, "FROM": OUR_NUMBER, "API_URL": twilio.url}
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.items():
            environment.setenv(f"HANDOVER_TWILIO_{name}", value)
        async with started(tmp_path_factory.mktemp("sms")) as stack:
            await put_example_bot(stack)
            twilio.doors = stack.url
            yield stack


@pytest.fixture(scope="module")
async def phone_api(texting: Stack) -> AsyncIterator[Api]:
    async with Api.at(texting.url, api_key(texting.plan)) as api:
        yield api


async def test_the_story_by_text_message(twilio: Twilio, phone_api: Api) -> None:
    jamie = Phone(twilio, phone_api, "+15550111")
    await jamie.texts("What does error code E3 mean on my NW-200?")
    answer = await jamie.gets("E3")
    assert answer.sender == OUR_NUMBER
    assert (await jamie.sees("What does error code E3"))["author"] == "contact"

    await jamie.texts("I want to talk to a human")
    await jamie.gets("Someone from the team will get back")
    assert await jamie.stage.until(lambda: jamie.stage.conversation.get("status") == "escalated", SECONDS)
    assert jamie.stage.conversation["contact"]["phone"] == jamie.number

    await jamie.staff("claim")
    await jamie.replies("Hello, Sarah here. I can come on Tuesday at 10.")
    arrived = await jamie.gets("Tuesday at 10")
    await jamie.sees("Tuesday at 10", state="sent")
    await jamie.texts("Tuesday is fine")
    assert await jamie.stage.until(lambda: jamie.stage.said("contact", "Tuesday is fine"), SECONDS)

    for code in (30003, 30003):
        assert (await twilio.tell(arrived, "undelivered", code)).status_code == 204
    seen = await jamie.sees("Tuesday at 10", state="failed")
    assert seen["failed"] == "The contact's phone is switched off or out of reach (Twilio 30003)"

    said = len(jamie.got)
    await jamie.texts("STOP")
    await jamie.replies("Then I come on Wednesday.")
    seen = await jamie.sees("Wednesday", state="failed")
    assert seen["failed"].startswith("The contact wants no more text messages")
    assert (await jamie.shown("The contact texted STOP"))["author"] == "note"
    assert len(jamie.got) == said
    await jamie.stage.look()
    assert OPTED_OUT in jamie.stage.conversation["contact"]["tags"]
    assert not any(one["text"] == "STOP" for one in jamie.stage.messages)

    await jamie.texts("START")
    await jamie.replies("Welcome back.")
    await jamie.gets("Welcome back.")
    assert twilio.refused == []


async def test_who_says_stop_to_the_bot_hears_nothing_of_it(twilio: Twilio, phone_api: Api) -> None:
    robin = Phone(twilio, phone_api, "+15550112")
    await robin.texts("What does error code E3 mean on my NW-200?")
    await robin.gets("E3")
    await robin.texts("Stop")
    await robin.texts("I want to talk to a human")
    seen = await robin.sees("Someone from the team", state="failed")
    assert seen["failed"].startswith("The contact wants no more text messages")
    assert [one.body for one in robin.got if "E3" in one.body] == [one.body for one in robin.got]
    assert await robin.stage.until(lambda: robin.stage.said("bot"), SECONDS)
    assert len([one for one in robin.stage.messages if one["author"] == "bot"]) == 1


async def test_a_picture_comes_along_and_the_team_opens_it(texting: Stack, twilio: Twilio, phone_api: Api) -> None:
    """Twilio keeps it, and gives it only to who has the account's token: from there it is shown."""
    dana = Phone(twilio, phone_api, "+15550115")
    await dana.texts("This is what it shows", **twilio.media(PNG, "image/png"))
    assert await dana.stage.until(lambda: dana.stage.said("contact", "This is what it shows"), SECONDS)
    seen = await dana.sees("This is what it shows\n(sent 1 picture: image/png)", author="contact")
    opened = await attachment(texting, dana.stage.conversation_id, seen["row"])
    assert (opened.status_code, opened.headers["content-type"], opened.content) == (200, "image/png", PNG)
    twilio.lying.clear()
    gone = await attachment(texting, dana.stage.conversation_id, seen["row"])
    assert (gone.status_code, gone.json()["type"]) == (422, "urn:handover:problem:attachment_not_opened")
    twilio.refused.clear()


async def test_a_typed_request_is_honoured_where_there_is_no_button(
    texting: Stack, twilio: Twilio, phone_api: Api
) -> None:
    await put_example_bot(texting, trigger_mode="button")
    kim = Phone(twilio, phone_api, "+15550113")
    await kim.texts("I want to talk to a human")
    await kim.gets("Someone from the team will get back")
    await put_example_bot(texting)


async def test_twilio_stumbles_and_the_worker_dies_and_each_message_comes_once(
    texting: Stack, twilio: Twilio, phone_api: Api
) -> None:
    alex = Phone(twilio, phone_api, "+15550114")
    twilio.faults = [vendor.fails, vendor.takes_and_hangs_up]
    await alex.texts("What does error code E3 mean on my NW-200?")
    assert await alex.stage.until(lambda: alex.stage.said("contact", "error code E3"), SECONDS)
    await alex.texts("I want to talk to a human")
    assert await alex.stage.until(lambda: bool(alex.stage.detail), SECONDS)
    assert texting.worker.pid is not None
    os.kill(texting.worker.pid, signal.SIGKILL)
    await alex.gets("Someone from the team will get back")
    await alex.stage.patiently(lambda: alex.staff("claim"), SECONDS)
    long = "First turn the gas off at the valve. " * 60 + "Then wait."
    await alex.stage.patiently(lambda: alex.replies(long), SECONDS)
    await alex.gets("Then wait.")
    await alex.sees("Then wait.", state="sent")
    bodies = [one.body for one in alex.got]
    assert len(set(bodies)) == len(bodies)
    assert [body[:5] for body in bodies[-2:]] == ["(1/2)", "(2/2)"]
