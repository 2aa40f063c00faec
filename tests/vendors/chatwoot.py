"""Chatwoot on a free port of this machine: people write in it, its agent bot is told, and its API is called.

It checks what the vendor checks: whose token it is and what that may do, which conversation, types and values of each field;
and it fills in templates in what an application sends, as the vendor does. `refused` has what it said no to. What it tells
the bot is signed, tried again after 429 and 500, and goes out in the order in which it happened unless a test keeps it.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import re
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2

from tests.vendors.chatwoot_shapes import ACCOUNT, Agent, Customer, Json, Said, Talk

BOT_TOKEN = "bot-token-of-the-tests"
USER_TOKEN = "user-token-of-the-tests"
SECRET = "secret-of-the-tests"

BOTS_MAY = {"show", "toggle_status", "messages create", "assignments create", "labels index", "labels create"}
"""As of https://github.com/chatwoot/chatwoot/pull/14655."""
BOTS_MAY_BEFORE = BOTS_MAY - {"show", "labels index", "labels create"}

_ACTIONS = {
    ("GET", ""): "show",
    ("POST", "/toggle_status"): "toggle_status",
    ("GET", "/messages"): "messages index",
    ("POST", "/messages"): "messages create",
    ("POST", "/assignments"): "assignments create",
    ("GET", "/labels"): "labels index",
    ("POST", "/labels"): "labels create",
}
_STATUSES = {"open", "resolved", "pending", "snoozed"}
_PATH = re.compile(r"/api/v1/accounts/(\d+)/(?:(agents)|conversations/(\d+)((?:/[a-z_]+)?))")

PAUSE = 1
"""How many seconds it wants to be left alone when it has too much to do."""

Answer = tuple[int, Any]
Fault = Callable[["Chatwoot", "Asked"], Answer | None]
"""What happens to one request instead; None: the connection ends without an answer."""


@dataclass
class Asked:
    """A request to the API."""

    action: str
    talk: Talk | None
    body: Any
    token: str


@dataclass
class Delivery:
    """Something that the bot is to be told."""

    payload: Json
    id: str


def fails(chatwoot: "Chatwoot", asked: Asked) -> Answer | None:
    return 503, {"error": "Service unavailable"}


def has_too_much_to_do(chatwoot: "Chatwoot", asked: Asked) -> Answer | None:
    """Chatwoot says when to come again: see PAUSE."""
    return 429, {"error": "Too many requests"}


def hangs_up(chatwoot: "Chatwoot", asked: Asked) -> Answer | None:
    return None


def does_it_and_hangs_up(chatwoot: "Chatwoot", asked: Asked) -> Answer | None:
    """It is done, and nobody was told."""
    chatwoot.act(asked)
    return None


def answers(status: int, body: Any) -> Fault:
    return lambda chatwoot, asked: (status, body)


class Chatwoot:
    """One account. `faults`: what happens to the next requests of an action. `keeps`: webhooks stay in `kept` for a test to
    send. `answered`: the event and the number of each delivery, and what our door said to it."""

    def __init__(self, door: str = "") -> None:
        self.url = ""
        self.door = door
        self.agents = [Agent(21, "Sarah Lindgren", "sarah@example.org"), Agent(22, "Maria Lopez", "maria@example.net")]
        self.talks: dict[int, Talk] = {}
        self.bots_may = set(BOTS_MAY)
        self.faults: dict[str, list[Fault]] = {}
        self.asked: list[Asked] = []
        self.refused: list[str] = []
        self.notified: list[str] = []
        self.keeps = False
        self.kept: list[Delivery] = []
        self.answered: list[tuple[str, int, int]] = []
        self.files: dict[str, bytes] = {}
        self.retry_seconds = 0.1
        self._numbers = iter(range(1001, 100_000))
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()

    @classmethod
    @asynccontextmanager
    async def opened(cls, door: str = "") -> AsyncIterator["Chatwoot"]:
        chatwoot = cls(door)
        server = await asyncio.start_server(chatwoot._connected, "127.0.0.1", 0)
        chatwoot.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        telling = asyncio.create_task(chatwoot._tell_all())
        try:
            yield chatwoot
        finally:
            telling.cancel()
            server.close()

    # ---- what people do --------------------------------------------------------------------------------------------------

    def new_talk(self, customer: Customer | None = None, number: int | None = None) -> Talk:
        number = number or next(self._numbers)
        self.talks[number] = Talk(number, customer or Customer(700 + number, "Jamie Rivera"))
        return self.talks[number]

    def contact_writes(self, talk: Talk, text: str | None, **more: Any) -> Said:
        """A resolved conversation is the bot's again (app/models/message.rb, `reopen_resolved_conversation`)."""
        if talk.status == "resolved":
            talk.status = "pending"
        return self._say(talk, "incoming", text, talk.customer, **more)

    def file(self, name: str, content: bytes, kind: str = "image") -> Json:
        """What is attached. Anybody who knows the address may have it (https://guides.rubyonrails.org/active_storage_overview)."""
        number = next(self._numbers)
        path = f"/rails/active_storage/blobs/redirect/signed-{number}/{name}"
        self.files[path] = content
        return {"id": number, "file_type": kind, "data_url": self.url + path, "file_size": len(content)}

    def agent_writes(self, talk: Talk, agent: Agent, text: str, *, private: bool = False) -> Said:
        return self._say(talk, "outgoing", text, agent, private=private)

    def agent_resolves(self, talk: Talk) -> None:
        self._set_status(talk, "resolved")

    def public(self, talk: Talk) -> list[str]:
        """What the contact sees of others."""
        return [one.content or "" for one in talk.said if one.kind == "outgoing" and not one.private]

    def notes(self, talk: Talk) -> list[str]:
        return [one.content or "" for one in talk.said if one.private]

    # ---- what the bot is told --------------------------------------------------------------------------------------------

    async def send(self, delivery: Delivery, tries: int = 3) -> int:
        """A delivery, again after 429 and 500 with a new signature; where all was in vain, people get the conversation."""
        status = 0
        for _ in range(tries):
            status = (await post_signed(self.door, delivery.payload, delivery.id)).status_code
            self.answered.append((delivery.payload["event"], delivery.payload["id"], status))
            if status not in (429, 500):
                break
            await asyncio.sleep(self.retry_seconds)
        if not 200 <= status < 300 and delivery.payload["event"] == "message_created":
            talk = self.talks[delivery.payload["conversation"]["id"]]
            if talk.status == "pending":
                self._set_status(talk, "open")
        return status

    def _tell(self, payload: Json) -> None:
        delivery = Delivery(payload, str(uuid.uuid4()))
        if self.keeps:
            self.kept.append(delivery)
        else:
            self._queue.put_nowait(delivery)

    async def _tell_all(self) -> None:
        while True:
            delivery = await self._queue.get()
            with contextlib.suppress(httpx2.HTTPError):
                await self.send(delivery)

    def _say(self, talk: Talk, kind: str, text: str | None, sender: Any, **more: Any) -> Said:
        said = Said(next(self._numbers), kind, text, sender, **more)
        talk.said.append(said)
        self._tell(said.webhook_data(talk) | {"event": "message_created"})
        return said

    def _set_status(self, talk: Talk, status: str) -> None:
        if talk.status == status:
            return
        talk.status, talk.changed = status, datetime.now(UTC)
        event = {"open": "conversation_opened", "resolved": "conversation_resolved"}.get(status)
        if event is not None:
            self._tell(talk.push_data | {"event": event})

    # ---- what the API does -----------------------------------------------------------------------------------------------

    def act(self, asked: Asked) -> Answer:
        if asked.action == "agents":
            return 200, [one.webhook_data | {"confirmed": True, "role": "agent"} for one in self.agents]
        assert asked.talk is not None
        match asked.action:
            case "show":
                return 200, asked.talk.shown
            case "messages index":
                return 200, {"meta": {}, "payload": [one.push_data for one in asked.talk.said[-20:]]}
            case "messages create":
                return self._create_message(asked.talk, asked.body)
            case "toggle_status":
                return self._toggle(asked.talk, asked.body)
            case "assignments create":
                return self._assign(asked.talk, asked.body)
            case "labels index":
                return 200, {"payload": asked.talk.labels}
            case _:
                return self._set_labels(asked.talk, asked.body)

    def _create_message(self, talk: Talk, body: Any) -> Answer:
        known = {"content": str, "message_type": str, "private": bool, "content_attributes": dict}
        if set(body) != set(known) or not all(isinstance(body[name], kind) for name, kind in known.items()):
            return self._refuse(422, f"wrong fields or types: {body}")
        if body["message_type"] != "outgoing" or not body["content"].strip() or len(body["content"]) > 150_000:
            return self._refuse(422, "Incoming messages are only allowed in Api inboxes")
        content = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "FILLED IN", body["content"])
        if body["private"]:
            self.notified += re.findall(r"mention://user/(\d+)", content)
        said = self._say(
            talk, "outgoing", content, None, private=body["private"], attributes=body["content_attributes"]
        )
        return 200, said.push_data

    def _toggle(self, talk: Talk, body: Any) -> Answer:
        if set(body) != {"status"} or body["status"] not in _STATUSES:
            return self._refuse(422, f"'{body.get('status')}' is not a valid status")
        self._set_status(talk, body["status"])
        payload = {"success": True, "conversation_id": talk.id, "current_status": talk.status}
        return 200, {"meta": {}, "payload": payload}

    def _assign(self, talk: Talk, body: Any) -> Answer:
        if set(body) != {"assignee_id"} or type(body["assignee_id"]) is not int:
            return self._refuse(422, "assignee_id has to be a number")
        talk.assignee = next((one for one in self.agents if one.id == body["assignee_id"]), None)
        return 200, talk.assignee.webhook_data if talk.assignee else None

    def _set_labels(self, talk: Talk, body: Any) -> Answer:
        labels = body.get("labels")
        if not isinstance(labels, list) or not all(
            isinstance(one, str) and re.fullmatch(r"[\w-]+", one) for one in labels
        ):
            return self._refuse(422, "labels have to be a list of titles")
        talk.labels = list(labels)
        return 200, {"payload": talk.labels}

    def _refuse(self, status: int, why: str) -> Answer:
        self.refused.append(why)
        return status, {"error": why}

    def _answer(self, method: str, path: str, token: str, body: Any) -> Answer | None:
        match = _PATH.fullmatch(path)
        action = "agents" if match and match[2] else _ACTIONS.get((method, match[4])) if match else None
        if match is None or action is None:
            return self._refuse(404, f"no such page: {method} {path}")
        if token not in (BOT_TOKEN, USER_TOKEN):
            return self._refuse(401, "Invalid Access Token")
        if int(match[1]) != ACCOUNT:
            return self._refuse(401, "You are not authorized to access this account")
        if token == BOT_TOKEN and action not in self.bots_may:
            return self._refuse(401, "Access to this endpoint is not authorized for bots")
        talk = self.talks.get(int(match[3])) if match[3] else None
        if match[3] and talk is None:
            return self._refuse(404, "Resource could not be found")
        return self._do(Asked(action, talk, body, token))

    def _do(self, asked: Asked) -> Answer | None:
        self.asked.append(asked)
        planned = self.faults.get(asked.action)
        return planned.pop(0)(self, asked) if planned else self.act(asked)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            method, path, headers, body = await _read(reader)
            file = self.files.get(path) if method == "GET" else None
            answer = (200, file) if file else self._answer(method, path, headers.get("api_access_token", ""), body)
            if answer is not None:
                await _write(writer, *answer)
        writer.close()


async def post_signed(url: str, payload: Any, delivery_id: str, **changes: str) -> httpx2.Response:
    """A webhook as Chatwoot sends it. `changes`: other values for `secret`, `timestamp` or `signature`."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    headers = signed_headers(body, delivery_id, **changes)
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
        return await client.post(url, content=body, headers=headers)


def signed_headers(
    body: bytes, delivery_id: str, *, secret: str = SECRET, timestamp: str = "", signature: str = ""
) -> dict[str, str]:
    timestamp = timestamp or str(int(datetime.now(UTC).timestamp()))
    made = "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Chatwoot-Signature": signature or made,
        "X-Chatwoot-Timestamp": timestamp,
        "X-Chatwoot-Delivery": delivery_id,
    }


async def _read(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], Any]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return method, path, headers, json.loads(body) if body else None


async def _write(writer: asyncio.StreamWriter, status: int, answer: Any) -> None:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    head += f"Retry-After: {PAUSE}\r\n" if status == 429 else ""
    writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
    await writer.drain()
