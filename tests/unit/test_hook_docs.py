"""The page that documents the webhook channels shows JSON that is really taken and sent."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from handover.hook_settings import HookSettings, hook_name
from handover.hooks import Event, Inbound

PAGE = Path(__file__).parents[2] / "docs" / "webhook-channel.md"
CONNECTED, *EVENTS = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)]
TYPES_IN = {"message.created", "human.requested", "message.undelivered"}


def is_sent(event: dict[str, Any]) -> bool:
    return event["type"] == "conversation.changed" or "author" in event["data"]


def test_what_connects_a_channel() -> None:
    [(name, settings)] = CONNECTED.items()
    assert hook_name(name) == "messenger"
    assert HookSettings.model_validate(settings).url == settings["url"]


@pytest.mark.parametrize("event", [one for one in EVENTS if not is_sent(one)], ids=lambda one: str(one["type"]))
def test_what_comes_in(event: dict[str, Any]) -> None:
    assert Inbound.model_validate(event).root.data.conversation_id == "chat-42"


@pytest.mark.parametrize("event", [one for one in EVENTS if is_sent(one)], ids=lambda one: str(one["type"]))
def test_what_goes_out(event: dict[str, Any]) -> None:
    assert json.loads(Event.model_validate({"id": "msg_1", **event}).body) == event


def test_nothing_is_left_out() -> None:
    assert {one["type"] for one in EVENTS if not is_sent(one)} == TYPES_IN
    assert {one["type"] for one in EVENTS if is_sent(one)} == {"message.created", "conversation.changed"}
