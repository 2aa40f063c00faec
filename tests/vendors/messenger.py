"""A messenger outside, as its developers would connect it: it signs and verifies with the library of Standard Webhooks, refuses
what it does not know, takes each `webhook-id` once, and is down or loses its answers on order."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Literal

import httpx2
from standardwebhooks import Webhook

Fault = Literal["down", "busy", "locked out", "loses its answer", "moved"]
"""How it answers one request: 503, 429 with a pause, 401, not at all after having taken it, or with another address."""

Json = dict[str, Any]
Reply = tuple[int, Json, str]

_MESSAGE = {"conversation_id": str, "message_id": str, "author": str, "label": str, "text": str}
_CHANGE = {"conversation_id": str, "status": str, "handover": dict | None}
_HANDOVER = {"number": int, "status": str, "reason": str, "priority": str, "assignee": str | None}
_LONGEST = 4000


class Messenger:
    """chats: what each contact got to read, oldest first. shown: each state that was shown beside a chat. blocked: contacts
    who want no more. tries: the `webhook-id` of every signed request. refused: what it said no to, and why.

    faults: how the next requests are answered, one after the other. names: whether it has ids of its own for messages.
    """

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.url = ""
        self.chats: dict[str, list[Json]] = {}
        self.shown: dict[str, list[Json]] = {}
        self.blocked: set[str] = set()
        self.tries: list[str] = []
        self.refused: list[str] = []
        self.faults: list[Fault] = []
        self.names = True
        self._answers: dict[str, Json] = {}

    @classmethod
    @asynccontextmanager
    async def opened(cls, secret: str) -> AsyncIterator["Messenger"]:
        """It listens on a free port of this machine."""
        messenger = cls(secret)
        server = await asyncio.start_server(messenger._connected, "127.0.0.1", 0)
        messenger.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/handover"
        try:
            yield messenger
        finally:
            server.close()

    # ---- what it tells Handover --------------------------------------------------------------------------------------

    async def writes(self, door: str, chat: str, text: str, message_id: str = "", **more: Any) -> httpx2.Response:
        """A contact writes in a chat. `more`: further data, and `webhook_id`."""
        webhook_id = more.pop("webhook_id", None)
        data = {"conversation_id": chat, "message_id": message_id or uuid.uuid4().hex, "text": text, **more}
        return await self.tells(door, {"type": "message.created", "data": data}, webhook_id)

    async def tells(self, door: str, event: Json, webhook_id: str | None = None) -> httpx2.Response:
        """POST an event, signed. From now on the chat that it is about is known."""
        self.chats.setdefault(event["data"]["conversation_id"], [])
        body, headers = self.signed(json.dumps(event), webhook_id or f"evt_{uuid.uuid4().hex}")
        async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
            return await client.post(door, content=body, headers=headers)

    def signed(self, body: str, webhook_id: str) -> tuple[bytes, dict[str, str]]:
        """A request's body and headers, as the library signs it now."""
        now = datetime.now(UTC)
        headers = {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(webhook_id, now, body),
            "content-type": "application/json",
        }
        return body.encode(), headers

    # ---- what Handover tells it --------------------------------------------------------------------------------------

    def texts(self, chat: str) -> list[str]:
        return [one["text"] for one in self.chats.get(chat, [])]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            answer = self._answer(*await read_request(reader))
            if answer is not None:
                writer.write(bytes_of(*answer))
                await writer.drain()
        writer.close()

    def _answer(self, first: str, headers: dict[str, str], body: bytes) -> Reply | None:
        refusal = self._refusal_of_sender(first, headers, body)
        if refusal is not None:
            return self._no(*refusal)
        self.tries.append(headers["webhook-id"])
        fault = self.faults.pop(0) if self.faults else None
        if fault not in (None, "loses its answer"):
            return _FAULTS[fault]
        answer = self._take(headers["webhook-id"], json.loads(body))
        return None if fault == "loses its answer" else answer

    def _refusal_of_sender(self, first: str, headers: dict[str, str], body: bytes) -> tuple[int, str] | None:
        if first != "POST /handover HTTP/1.1":
            return 404, f"there is nothing at {first}"
        if headers.get("content-type") != "application/json":
            return 415, "the body is not JSON"
        try:
            Webhook(self.secret).verify(body, headers)
        except Exception as error:
            return 401, f"the signature is wrong: {error}"
        return None

    def _take(self, webhook_id: str, event: Json) -> Reply:
        if webhook_id in self._answers:
            return 200, self._answers[webhook_id], ""
        wrong = _wrong(event)
        if wrong:
            return self._no(422, wrong)
        chat = event["data"]["conversation_id"]
        if chat not in self.chats:
            return self._no(404, f"there is no chat {chat}")
        if chat in self.blocked:
            return self._no(410, f"the contact of {chat} wants no more")
        return self._keep(webhook_id, chat, event)

    def _keep(self, webhook_id: str, chat: str, event: Json) -> Reply:
        if event["type"] == "conversation.changed":
            self.shown.setdefault(chat, []).append(event["data"])
            answer = {}
        else:
            self.chats[chat].append(event["data"])
            answer = {"message_id": f"{chat}/{len(self.chats[chat])}"} if self.names else {}
        self._answers[webhook_id] = answer
        return 200, answer, ""

    def _no(self, status: int, why: str) -> Reply:
        self.refused.append(why)
        return status, {"error": why}, ""


_FAULTS: dict[Fault | None, Reply] = {
    "down": (503, {}, ""),
    "busy": (429, {}, "Retry-After: 1\r\n"),
    "locked out": (401, {}, ""),
    "moved": (308, {}, "Location: http://127.0.0.1:9/\r\n"),
}


def _wrong(event: Json) -> str:
    """What is wrong with an event, by the page that documents it; empty where nothing is."""
    if event.keys() != {"type", "data"}:
        return f"an event has type and data, and not {sorted(event)}"
    match event["type"]:
        case "message.created":
            return _misfits(event["data"], _MESSAGE) or _wrong_message(event["data"])
        case "conversation.changed":
            handover = event["data"].get("handover")
            return _misfits(event["data"], _CHANGE) or (_misfits(handover, _HANDOVER) if handover else "")
    return f"there is no type {event['type']}"


def _wrong_message(data: Json) -> str:
    if data["author"] not in ("bot", "person", "system"):
        return f"{data['author']} speaks to no contact"
    return "" if 1 <= len(data["text"]) <= _LONGEST else f"a message has 1 to {_LONGEST} characters"


def _misfits(data: Json, fields: dict[str, Any]) -> str:
    if data.keys() != fields.keys():
        return f"the fields are {sorted(fields)}, and not {sorted(data)}"
    return ", ".join(f"{name} is {data[name]!r}" for name, kind in fields.items() if not isinstance(data[name], kind))


async def read_request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    """A request's first line, headers by their names in small letters, and body."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return first, headers, await reader.readexactly(int(headers.get("content-length", "0")))


def bytes_of(status: int, answer: Json, extra: str) -> bytes:
    body = json.dumps(answer).encode()
    head = f"HTTP/1.1 {status} Words\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{extra}"
    return f"{head}Connection: close\r\n\r\n".encode() + body
