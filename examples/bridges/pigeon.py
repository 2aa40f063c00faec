"""Connects a messenger to Handover by signed webhooks: a bridge for the fictional messenger Pigeon, to be changed for yours.

    HANDOVER_URL=https://handover.example/webhooks/inbound/pigeon HANDOVER_SECRET=whsec_… \\
    PIGEON_URL=https://api.pigeon.example PIGEON_TOKEN=… python pigeon.py 8090

Pigeon posts what a contact wrote to /from-pigeon, with its token. Handover posts answers to /from-handover, signed. Nothing is
kept here: Pigeon takes each `Idempotency-Key` once, Handover each `webhook-id`, and both send again what was not answered by
2xx. The JSON: docs/webhook-channel.md. Needs httpx2 and nothing else.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

HANDOVER_URL, PIGEON_URL = os.environ["HANDOVER_URL"], os.environ["PIGEON_URL"]
KEY = base64.b64decode(os.environ["HANDOVER_SECRET"].removeprefix("whsec_"))
TOKEN = f"Bearer {os.environ['PIGEON_TOKEN']}"
MAX_BODY = 64 * 1024

http = httpx2.Client(timeout=10)


def signature(webhook_id: str, timestamp: str, body: bytes) -> str:
    """https://www.standardwebhooks.com"""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()


def is_from_handover(headers: Any, body: bytes) -> bool:
    webhook_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    fresh = timestamp.isdecimal() and abs(time.time() - int(timestamp)) < 300
    wanted = signature(webhook_id, timestamp, body).encode()
    given = headers.get("webhook-signature", "").encode().split()
    return fresh and any(hmac.compare_digest(wanted, one) for one in given)


def to_handover(update: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """What a contact wrote in Pigeon: {"id", "chat", "from": {"id", "name"}, "text"}."""
    sender = {"id": f"pigeon-{update['from']['id']}", "name": update["from"]["name"]}
    data = {"conversation_id": update["chat"], "message_id": update["id"], "text": update["text"], "contact": sender}
    body = json.dumps({"type": "message.created", "data": data}).encode()
    webhook_id, timestamp = f"pigeon_{update['id']}", str(int(time.time()))
    headers = {"webhook-id": webhook_id, "webhook-timestamp": timestamp, "content-type": "application/json"}
    headers["webhook-signature"] = signature(webhook_id, timestamp, body)
    answer = http.post(HANDOVER_URL, content=body, headers=headers)
    return answer.status_code, answer.json()


def to_pigeon(webhook_id: str, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """What the contact is to be told. Pigeon calls it by an id, by which `message.undelivered` could name it later."""
    if event["type"] != "message.created":
        return 200, {}  # how the conversation stands is not shown in Pigeon
    data = event["data"]
    text = f"{data['label']}: {data['text']}" if data["author"] == "person" else data["text"]
    answer = http.post(
        f"{PIGEON_URL}/chats/{data['conversation_id']}/messages",
        json={"text": text},
        headers={"Authorization": TOKEN, "Idempotency-Key": webhook_id},
    )
    if answer.status_code != 200:
        return answer.status_code, {}
    return 200, {"message_id": answer.json()["id"]}


class Bridge(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("content-length", "0")), MAX_BODY))
        try:
            status, answer = self.passed_on(body)
        except httpx2.HTTPError:
            status, answer = 503, {}  # whoever has sent this sends it again
        except (ValueError, LookupError, TypeError):
            status, answer = 422, {}
        self.answer(status, answer)

    def passed_on(self, body: bytes) -> tuple[int, dict[str, Any]]:
        if self.path == "/from-handover":
            is_signed = is_from_handover(self.headers, body)
            return to_pigeon(self.headers["webhook-id"], json.loads(body)) if is_signed else (401, {})
        if self.path == "/from-pigeon":
            is_pigeon = hmac.compare_digest(self.headers.get("authorization", "").encode(), TOKEN.encode())
            return to_handover(json.loads(body)) if is_pigeon else (401, {})
        return 404, {}

    def answer(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 8090), Bridge).serve_forever()
