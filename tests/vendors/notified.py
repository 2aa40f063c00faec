"""Slack, Teams, Twilio, ntfy, Gotify and Pushover, as apprise speaks to them: over HTTP on loopback, with their own answers.

Sources: https://docs.slack.dev/reference/methods/chat.postMessage and https://docs.slack.dev/messaging/sending-messages-using-
incoming-webhooks, https://www.twilio.com/docs/messaging/api/message-resource, https://docs.ntfy.sh/publish/,
https://gotify.net/api-docs, https://pushover.net/api, and for Teams the trigger "When a Teams webhook request is received"
(https://learn.microsoft.com/en-us/connectors/teams/).
"""

import json
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.vendors.slack import Slack

SLACK_TOKEN = "xoxb-1234-5678-abcdef"
SLACK_HOOK = "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"
SID, AUTH_TOKEN, NUMBER = "AC" + "a" * 32, "b" * 32, "+15551234567"
GOTIFY_TOKEN, PUSHOVER_TOKEN, PUSHOVER_USER = "AAbbccddeeffgg", "t" * 30, "u" * 30
WORKFLOW = "/workflows/643e69f83c8944/triggers/manual/paths/invoke"
SIGNATURE = "KODuebWbDGYFr0z0eu"


class Taken(NamedTuple):
    """What a vendor took: for whom, the title and the text as its app shows them."""

    vendor: str
    to: str
    title: str
    text: str


class Request(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body; empty where it is not said to be JSON, or is none."""
        if not self.headers.get("content-type", "").startswith("application/json"):
            return {}
        found = json.loads(self.body)
        return found if isinstance(found, dict) else {}

    @property
    def form(self) -> dict[str, str]:
        is_form = self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        return dict(parse_qsl(self.body.decode())) if is_form else {}


Answer = tuple[int, str]


class Vendors:
    """All of them on one port. `faults`: what a vendor answers instead, by its name; `pauses`: how many seconds it wants to
    be left alone then. `slack`: its messages with buttons."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.faults: dict[str, Answer] = {}
        self.pauses: dict[str, int] = {}
        self.refused: list[str] = []
        self.slack = Slack()
        self.port = 0
        self._routes: list[tuple[str, str, Callable[[Request], Answer]]] = [
            ("/api/chat.postMessage", "slack", self._slack),
            (SLACK_HOOK, "slack_hook", self._slack_hook),
            (f"/2010-04-01/Accounts/{SID}/Messages.json", "twilio", self._twilio),
            (WORKFLOW, "teams", self._teams),
            ("/message", "gotify", self._gotify),
            ("/1/messages.json", "pushover", self._pushover),
            ("/", "ntfy", self._ntfy),
        ]

    @classmethod
    @contextmanager
    def running(cls, certificate: str = "") -> Iterator["Vendors"]:
        """`certificate`: a PEM file with key and certificate, to be reached by https."""
        vendors = cls()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(vendors))
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        vendors.port = server.server_port
        vendors.slack.base = vendors.url
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield vendors
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pause(self, request: Request) -> int | None:
        """What `Retry-After` says."""
        return next((self.pauses.get(vendor) for known, vendor, _ in self._routes if request.path == known), None)

    def answer(self, request: Request) -> Answer:
        path = urlsplit(request.path).path
        if path.startswith("/actions/"):
            answer = self.faults.get("slack_actions") or self.slack.respond(path, request.json)
            self.refused += [f"slack_actions: {answer}"] if answer[0] >= 400 else []
            return answer
        for known, vendor, take in self._routes:
            if path == known:
                answer = self.faults.get(vendor) or take(request)
                self.refused += [f"{vendor}: {answer}"] if answer[0] >= 400 else []
                return answer
        return 404, "not found"

    def _take(self, vendor: str, to: str, title: str, text: str) -> None:
        self.taken.append(Taken(vendor, to, title, text))

    def _slack(self, request: Request) -> Answer:
        """Slack answers 200 to what it refuses as well."""
        said = request.json
        if request.headers.get("authorization") != f"Bearer {SLACK_TOKEN}":
            return 200, json.dumps({"ok": False, "error": "invalid_auth"})
        if not str(said.get("channel", "")).startswith(("U", "C")):
            return 200, json.dumps({"ok": False, "error": "channel_not_found"})
        if not said.get("attachments") and not said.get("text"):
            return 200, json.dumps({"ok": False, "error": "no_text"})
        if "blocks" in said:
            return self.slack.post(said)
        self._take("slack", said["channel"], *_attachment(said))
        return 200, json.dumps({"ok": True, "channel": said["channel"], "ts": "1503435956.000247"})

    def _slack_hook(self, request: Request) -> Answer:
        said = request.json
        if not said.get("attachments") and not said.get("text"):
            return 400, "no_text"
        self._take("slack_hook", SLACK_HOOK, *_attachment(said))
        return 200, "ok"

    def _twilio(self, request: Request) -> Answer:
        form = request.form
        if request.headers.get("authorization") != _basic(SID, AUTH_TOKEN):
            return 401, json.dumps({"code": 20003, "message": "Authenticate", "status": 401})
        if form.get("From") != NUMBER or not form.get("To", "").startswith("+"):
            return 400, json.dumps({"code": 21211, "message": "Invalid 'To' Phone Number", "status": 400})
        if not 0 < len(form.get("Body", "")) <= 1600:
            return 400, json.dumps(
                {"code": 21617, "message": "The body exceeds the 1600 character limit", "status": 400}
            )
        self._take("twilio", form["To"], "", form["Body"])
        return 201, json.dumps({"sid": "SM" + "c" * 32, "status": "queued", "to": form["To"]})

    def _teams(self, request: Request) -> Answer:
        query = parse_qs(urlsplit(request.path).query)
        if query.get("sig") != [SIGNATURE] or not query.get("api-version"):
            return 401, json.dumps({"error": {"code": "DirectApiAuthorizationRequired"}})
        said = request.json
        cards = said.get("attachments") or []
        if said.get("type") != "message" or not cards:
            return 400, json.dumps({"error": {"code": "TriggerInputSchemaMismatch"}})
        card = cards[0].get("content", {})
        kind = cards[0].get("contentType")
        if kind != "application/vnd.microsoft.card.adaptive" or card.get("type") != "AdaptiveCard":
            return 400, json.dumps({"error": {"code": "TriggerInputSchemaMismatch"}})
        blocks = [one["text"] for one in card.get("body", []) if one.get("type") == "TextBlock"]
        self._take("teams", WORKFLOW, blocks[0], "\n".join(blocks[1:]))
        return 202, ""

    def _ntfy(self, request: Request) -> Answer:
        said = request.json
        if not said.get("topic"):
            return 400, json.dumps({"code": 40009, "http": 400, "error": "invalid request: topic name is not allowed"})
        self._take("ntfy", said["topic"], said.get("title", ""), said.get("message", ""))
        return 200, json.dumps({"id": "sPs71M8A2T", "event": "message", "topic": said["topic"]})

    def _gotify(self, request: Request) -> Answer:
        said = request.json
        if request.headers.get("x-gotify-key") != GOTIFY_TOKEN:
            return 401, json.dumps({"error": "Unauthorized", "errorCode": 401})
        if not said.get("message"):
            return 400, json.dumps(
                {"error": "Bad Request", "errorCode": 400, "errorDescription": "message is required"}
            )
        self._take("gotify", "gotify", said.get("title", ""), said["message"])
        return 200, json.dumps({"id": 25, "appid": 5, "message": said["message"]})

    def _pushover(self, request: Request) -> Answer:
        form = request.form
        if form.get("token") != PUSHOVER_TOKEN or form.get("user") != PUSHOVER_USER:
            return 400, json.dumps({"status": 0, "errors": ["user identifier is invalid"], "request": "1"})
        if not 0 < len(form.get("message", "")) <= 1024 or len(form.get("title", "")) > 250:
            return 400, json.dumps({"status": 0, "errors": ["message is too long"], "request": "1"})
        self._take("pushover", PUSHOVER_USER, form.get("title", ""), form["message"])
        return 200, json.dumps({"status": 1, "request": "647d2300-702c-4b38-8b2f-d56326ae460b"})


def _attachment(said: dict[str, Any]) -> tuple[str, str]:
    first = (said.get("attachments") or [{"text": said.get("text", "")}])[0]
    return first.get("title", ""), first.get("text", "")


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _handler(vendors: Vendors) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            request = Request(self.path, headers, body)
            status, text = vendors.answer(request)
            said = text.encode()
            self.send_response(status)
            if (pause := vendors.pause(request)) is not None:
                self.send_header("Retry-After", str(pause))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    return Handler
