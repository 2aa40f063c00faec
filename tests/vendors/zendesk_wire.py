"""How Zendesk's tickets and webhooks look on the wire, for the stand-in."""

import asyncio
import base64
import hashlib
import hmac
import html
import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

EMAIL, TOKEN, SECRET = "handover@example.org", "token-of-the-tests", "secret-of-the-tests"


@dataclass
class Comment:
    id: int
    author_id: int
    html: str
    public: bool

    @property
    def text(self) -> str:
        lines = re.sub(r"<br>|</p>", "\n", self.html)
        return html.unescape(re.sub(r"<[^>]*>", "", lines)).strip()


@dataclass
class Ticket:
    id: int
    fields: dict[str, Any]
    requester_id: int
    status: str = "new"
    assignee_id: int | None = None
    solved_at: datetime | None = None
    comments: list[Comment] = field(default_factory=list)

    @property
    def first(self) -> str:
        """What its first comment says."""
        return self.comments[0].text


def signed(body: bytes, secret: str = SECRET, at: datetime | None = None) -> dict[str, str]:
    """The headers of a webhook (https://developer.zendesk.com/documentation/webhooks/anatomy-of-a-webhook-request/)."""
    timestamp = f"{at or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json; charset=utf-8",
        "x-zendesk-account-id": "123456",
        "x-zendesk-webhook-id": "01F1KRFQ6BG29CNWFR60NK5FNY",
        "x-zendesk-webhook-invocation-id": uuid.uuid4().hex,
        "x-zendesk-webhook-signature": base64.b64encode(digest).decode(),
        "x-zendesk-webhook-signature-timestamp": timestamp,
    }


def shown(ticket: Ticket) -> dict[str, Any]:
    fields = {
        name: ticket.fields.get(name) for name in ("subject", "priority", "type", "tags", "external_id", "due_at")
    }
    more = {"requester_id": ticket.requester_id, "assignee_id": ticket.assignee_id, "status": ticket.status}
    return {"id": ticket.id, "url": f"/api/v2/tickets/{ticket.id}.json"} | fields | more


def shown_comment(comment: Comment) -> dict[str, Any]:
    texts = {
        "body": comment.text,
        "plain_body": comment.text,
        "html_body": f'<div class="zd-comment">{comment.html}</div>',
    }
    return {"id": comment.id, "author_id": comment.author_id, "public": comment.public, "type": "Comment"} | texts


async def request(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return method, target, headers, await reader.readexactly(int(headers.get("content-length", "0")))


async def respond(writer: asyncio.StreamWriter, status: int, document: dict[str, Any], headers: dict[str, str]) -> None:
    body = json.dumps(document).encode()
    named = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"} | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    writer.write(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body)
    await writer.drain()
