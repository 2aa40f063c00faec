"""A program that subscribed to events, on a free port of this machine: it checks each request with the reference library of
Standard Webhooks, keeps what is new to it, and knows what it has had by its id, as the specification asks of receivers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

MOST = 20 * 1024
"""The specification wants small payloads, of at most 20 KB."""


class Subscriber:
    """secret: with which requests have to be signed. answers: the status of the next answers, one after another, and `always`
    of all others. taken: each new event, in the order of arrival. refused: what was wrong with a request, in words."""

    def __init__(self) -> None:
        self.url = ""
        self.secret = ""
        self.answers: list[int] = []
        self.always = 204
        self.location = ""
        self.retry_after = ""
        self.tries = 0
        self.taken: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.repeats: list[str] = []
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.refused: list[str] = []

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator["Subscriber"]:
        subscriber = cls()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(subscriber))
        subscriber.url = f"http://127.0.0.1:{server.server_port}/events"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield subscriber
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def types(self, conversation_id: str | None = None) -> list[str]:
        """What was taken, in its order."""
        return [one["type"] for one in self.taken if conversation_id in (None, one["data"].get("conversation_id"))]

    def received(self, headers: dict[str, str], body: bytes) -> int:
        """The status that a request is answered with."""
        self.tries += 1
        wrong = self._wrong(headers, body)
        if wrong:
            self.refused.append(wrong)
            return 401
        status = self.answers.pop(0) if self.answers else self.always
        if 200 <= status < 300:
            self._take(headers, body)
        return status

    def _take(self, headers: dict[str, str], body: bytes) -> None:
        event_id = headers["webhook-id"]
        self.signatures.append(headers["webhook-signature"])
        if event_id in self.ids:
            self.repeats.append(event_id)
            return
        self.ids.append(event_id)
        self.bodies.append(body)
        self.taken.append(json.loads(body))

    def _wrong(self, headers: dict[str, str], body: bytes) -> str:
        try:
            event = Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError as error:
            return str(error)
        if headers.get("content-type") != "application/json" or len(body) > MOST:
            return "no JSON, or too much of it"
        if sorted(event) != ["data", "timestamp", "type"] or "." in headers["webhook-id"]:
            return f"not an event of Standard Webhooks: {sorted(event)}"
        at = datetime.fromisoformat(event["timestamp"])
        return "" if at.tzinfo is not None and "." in event["type"] else "no time, or no type"


def _handler(subscriber: Subscriber) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(subscriber.received(headers, body))
            for name, value in (("Location", subscriber.location), ("Retry-After", subscriber.retry_after)):
                if value:
                    self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is written to the terminal."""

    return Handler
