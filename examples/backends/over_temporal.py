"""A chat backend in Python that talks to Temporal itself, by client.py; the answers come by Handover's live events.

PYTHONPATH=. python examples/backends/over_temporal.py CONVERSATION_ID

with HANDOVER_API_KEY, and TEMPORAL_ADDRESS and HANDOVER_URL where they are not this machine's.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx2

from client import HandoverClient
from handover.ids import parse_handover_id
from handover.messages import Contact, PostedMessage, RequestHuman, TaskCompleted

URL = os.environ.get("HANDOVER_URL", "http://127.0.0.1:8000")
KEY = {"Authorization": f"Bearer {os.environ['HANDOVER_API_KEY']}"}


async def main(conversation: str) -> None:
    handover = await HandoverClient.connect()
    async with httpx2.AsyncClient(base_url=f"{URL}/v1/conversations/{conversation}", headers=KEY, timeout=70) as http:
        message = PostedMessage(message_id="1", text="What are your opening hours?", sent_at=datetime.now(UTC))
        await handover.post(conversation, message, contact=Contact(name="Dana"))
        print(f"bot: {await first_answer(http)}")
        opened = await handover.request_human(conversation, RequestHuman(text="Please call me."))
        print(f"handed over: {opened.handover_id}")
        done = TaskCompleted(outcome="closed", note="Called back.")
        await handover.signal_completed(parse_handover_id(opened.handover_id), done)
        print(await how_it_ended(http))


async def first_answer(http: httpx2.AsyncClient) -> str:
    """What the bot said. An event tells that there is a message, and in which row."""
    async for kind, data in events(http):
        if kind == "message" and data["author"] == "bot":
            found = await http.get("/messages", params={"after": data["row"] - 1, "limit": 1})
            return str(found.json()["items"][0]["text"])
    raise ConnectionError("the stream was cut; ask again with Last-Event-ID")


async def how_it_ended(http: httpx2.AsyncClient) -> str:
    """The handover's last status."""
    async for kind, data in events(http):
        if kind == "handover" and data["status"] in ("completed", "cancelled"):
            return str(data["status"])
    raise ConnectionError("the stream was cut; ask again with Last-Event-ID")


async def events(http: httpx2.AsyncClient) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """What happened in the conversation from its beginning, and what happens now: kind and data."""
    async with http.stream("GET", "/events") as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                event = json.loads(line.removeprefix("data: "))
                yield event["kind"], event["data"]


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
