"""The example of a bridge, as a program of its own between a messenger and a whole Handover."""

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from rich.console import Console

from console.api import Api
from console.server import api_key
from console.stage import Stage
from engine.process import Process, wait_until
from engine.stack import Stack, free_port
from tests.example import put_example_bot
from tests.integration.conftest import started
from tests.integration.test_story import everything_is_done
from tests.vendors.pigeon import TOKEN, Pigeon

PROGRAM = Path(__file__).parents[2] / "examples" / "bridges" / "pigeon.py"
SECRET = "whsec_" + "P" * 43 + "="


@asynccontextmanager
async def bridge_between(pigeon: Pigeon, stack: Stack, port: int) -> AsyncIterator[str]:
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment |= {"HANDOVER_URL": f"{stack.url}/webhooks/inbound/pigeon", "HANDOVER_SECRET": SECRET}
    environment |= {"PIGEON_URL": pigeon.url, "PIGEON_TOKEN": TOKEN}
    log = stack.plan.data_dir / "bridge.log"
    process = Process("bridge", [sys.executable, str(PROGRAM), str(port)], log, environment)
    await process.start()
    url = f"http://127.0.0.1:{port}"

    async def answers() -> bool:
        try:
            async with httpx2.AsyncClient(trust_env=False) as client:
                return (await client.post(url)).status_code == 404
        except httpx2.HTTPError:
            return False

    try:
        assert await wait_until(answers, 30), process.tail()
        yield url
    finally:
        await process.stop()


async def test_a_messenger_over_a_bridge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question, its answer, a request for a person and their reply; Pigeon loses answers, and strangers are refused."""
    port = free_port()
    hook = {"secret": SECRET, "url": f"http://127.0.0.1:{port}/from-handover", "allow_private": True, "bot_id": "hvac"}
    monkeypatch.setenv("HANDOVER_INBOUND", json.dumps({"pigeon": hook}))
    async with (
        Pigeon.opened() as pigeon,
        started(tmp_path) as stack,
        bridge_between(pigeon, stack, port) as bridge,
        Api.at(stack.url, api_key(stack.plan)) as api,
    ):
        await put_example_bot(stack)
        stage = Stage(api, Console(quiet=True), "pigeon:c1")
        assert await pigeon.writes(bridge, "c1", "What does error code E4 mean on the NW-200?") == 202
        assert await stage.until(lambda: any("E4" in text for text in pigeon.read("c1")), 60)
        pigeon.losing = 2
        for _ in range(2):
            assert await pigeon.writes(bridge, "c1", "I want to talk to a human", update_id="u2") == 202
        assert await stage.until(lambda: everything_is_done(stage), 60)
        assert stage.conversation["contact"]["name"] == "Jamie Rivera"
        reply = {"staff_id": "omar", "message_id": "r1", "text": "Hello Jamie."}
        handover = f"/handovers/{stage.detail['handover_id']}"
        await api.post(f"{handover}/claim", {"staff_id": "omar"})
        await api.post(f"{handover}/reply", reply)
        assert await stage.until(lambda: stage.said("person", "Hello Jamie."), 60)
        read = pigeon.read("c1")
        assert read[-1] == "Omar from Northwind: Hello Jamie."
        assert len(read) == len(set(read)), "something came twice"
        assert pigeon.chats["c1"].count(("them", "I want to talk to a human")) == 1
        assert pigeon.refused == []
        await strangers_are_refused(pigeon, bridge)
        assert pigeon.read("c1") == read


async def strangers_are_refused(pigeon: Pigeon, bridge: str) -> None:
    assert await pigeon.writes(bridge, "c1", "Let me in", token="wrong") == 401
    said = {"conversation_id": "c1", "message_id": "m", "author": "person", "label": "", "text": "I am your bank"}
    event = {"type": "message.created", "data": said}
    headers = {"webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{bridge}/from-handover", json=event, headers=headers)
    assert answer.status_code == 401
