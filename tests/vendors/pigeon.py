"""The fictional messenger of examples/bridges: an API with a token, which takes each `Idempotency-Key` once."""

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx2

from tests.vendors.messenger import Json, Reply, bytes_of, read_request

TOKEN = "coo-coo"
_PLACE = re.compile(r"POST /chats/([a-z0-9]+)/messages HTTP/1\.1")


class Pigeon:
    """chats: what stands in each, by who wrote it ("them" or "us"). losing: how many next answers are lost. refused: why it
    said no."""

    def __init__(self) -> None:
        self.url = ""
        self.chats: dict[str, list[tuple[str, str]]] = {}
        self.losing = 0
        self.refused: list[str] = []
        self._answers: dict[str, Json] = {}

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncIterator["Pigeon"]:
        pigeon = cls()
        server = await asyncio.start_server(pigeon._connected, "127.0.0.1", 0)
        pigeon.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield pigeon
        finally:
            server.close()

    async def writes(self, bridge: str, chat: str, text: str, token: str = TOKEN, update_id: str = "") -> int:
        """A contact writes, and the bridge is told: its status."""
        self.chats.setdefault(chat, [])
        who: dict[str, Any] = {"id": 7, "name": "Jamie Rivera"}
        update = {"id": update_id or uuid.uuid4().hex, "chat": chat, "from": who, "text": text}
        async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
            answer = await client.post(
                f"{bridge}/from-pigeon", json=update, headers={"Authorization": f"Bearer {token}"}
            )
        if answer.status_code == 202 and not answer.json()["duplicate"]:
            self.chats[chat].append(("them", text))
        return answer.status_code

    def read(self, chat: str) -> list[str]:
        """What the contact got to read."""
        return [text for who, text in self.chats[chat] if who == "us"]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            status, answer, extra = self._answer(*await read_request(reader))
            self.losing, is_lost = max(0, self.losing - 1), self.losing > 0
            if not is_lost:
                writer.write(bytes_of(status, answer, extra))
                await writer.drain()
        writer.close()

    def _answer(self, first: str, headers: dict[str, str], body: bytes) -> Reply:
        place, key = _PLACE.fullmatch(first), headers.get("idempotency-key")
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return self._no(401, "the token is wrong")
        if place is None or place[1] not in self.chats:
            return self._no(404, f"there is nothing at {first}")
        said = json.loads(body)
        if not key or said.keys() != {"text"} or not said["text"]:
            return self._no(400, "a message has a text and an Idempotency-Key")
        if key not in self._answers:
            self.chats[place[1]].append(("us", said["text"]))
            self._answers[key] = {"id": f"p{len(self._answers) + 1}"}
        return 200, self._answers[key], ""

    def _no(self, status: int, why: str) -> Reply:
        self.refused.append(why)
        return status, {"error": why}, ""
