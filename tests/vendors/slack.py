"""A workspace of Slack's: it takes messages with buttons, and tells our door, signed, that somebody has pressed one.

https://docs.slack.dev/reference/methods/chat.postMessage, https://docs.slack.dev/interactivity/handling-user-interaction,
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx2

from tests.vendors.slack_blocks import MAX_ALL, Block, fault, kept, shown

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
"""The one of Slack's published example."""
MOST_RESPONSES = 5

Answer = tuple[int, str]
Json = dict[str, Any]


@dataclass
class Message:
    """A message as it is shown now. `whispers`: what only somebody who pressed a button saw below it."""

    channel: str
    ts: str
    text: str
    blocks: list[Block]
    whispers: list[str] = field(default_factory=list)

    @property
    def says(self) -> str:
        """What people read."""
        return "\n".join(shown(one["text"]["text"]) for one in self.blocks if one["type"] == "section")

    @property
    def buttons(self) -> list[tuple[str, Json]]:
        """Each with the name of its block."""
        return [(one["block_id"], button) for one in self.blocks for button in one.get("elements", [])]

    @property
    def labels(self) -> list[str]:
        return [button["text"]["text"] for _, button in self.buttons]


class Slack:
    """`base`: where its answers are taken. `responses`: what came to those addresses."""

    def __init__(self) -> None:
        self.base = ""
        self.messages: list[Message] = []
        self.responses: list[Json] = []
        self._open: dict[str, tuple[Message, int]] = {}

    def post(self, said: Json) -> Answer:
        """`chat.postMessage` with blocks."""
        wrong = fault(said.get("blocks"))
        if wrong:
            return _refused("invalid_blocks", wrong)
        if len(json.dumps(said["blocks"], ensure_ascii=False)) > MAX_ALL:
            return _refused("msg_blocks_too_long")
        ts = f"{datetime.now(UTC).timestamp():.6f}"
        self.messages.append(Message(said["channel"], ts, said.get("text", ""), kept(said["blocks"])))
        return 200, json.dumps(
            {"ok": True, "channel": "D024BE91L", "ts": ts, "message": {"text": said.get("text", "")}}
        )

    def respond(self, path: str, said: Json) -> Answer:
        """What comes to a `response_url`."""
        message, uses = self._open.get(path, (None, 0))
        if message is None or uses >= MOST_RESPONSES:
            return 404, json.dumps({"ok": False, "error": "used_url"})
        if not isinstance(said.get("text"), str) or not isinstance(said.get("replace_original"), bool):
            return 400, json.dumps({"ok": False, "error": "no_text"})
        if "blocks" in said and fault(said["blocks"]):
            return 400, json.dumps({"ok": False, "error": f"invalid_blocks: {fault(said['blocks'])}"})
        self._open[path] = (message, uses + 1)
        self.responses.append(said)
        if said["replace_original"]:
            message.text, message.blocks = said["text"], kept(said.get("blocks", []))
        else:
            assert said.get("response_type") == "ephemeral", "others would see it"
            message.whispers.append(shown(said["text"]))
        return 200, "ok"

    def pressed(self, message: Message, action_id: str, user: str, case: str = "") -> Json:
        """What Slack tells of a press. `case`: by its name, where there are buttons of several."""
        block_id, button = next(
            (name, one) for name, one in message.buttons if one["action_id"] == action_id and case in ("", name)
        )
        path = f"/actions/T0G9PQBBK/{secrets.randbelow(10**12)}/{secrets.token_urlsafe(18)}"
        self._open[path] = (message, 0)
        shown_now = {"bot_id": "B00000000", "type": "message", "text": message.text, "ts": message.ts}
        return {
            "type": "block_actions",
            "user": {"id": user, "username": "somebody", "name": "somebody", "team_id": "T0G9PQBBK"},
            "api_app_id": "A02",
            "token": "Shh_its_a_seekrit",
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": "D024BE91L",
                "is_ephemeral": False,
            },
            "trigger_id": "12466734323.1395872398",
            "team": {"id": "T0G9PQBBK", "domain": "northwind"},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": "D024BE91L", "name": "directmessage"},
            "message": shown_now | {"blocks": message.blocks},
            "state": {"values": {}},
            "response_url": f"{self.base}{path}",
            "actions": [{**button, "block_id": block_id, "action_ts": "1548426417.840180"}],
        }

    async def press(self, door: str, message: Message, user: str, action_id: str = "claim_case") -> int:
        """Somebody presses a button; what our door answers, within Slack's 3 seconds."""
        body = form(self.pressed(message, action_id, user))
        async with httpx2.AsyncClient(trust_env=False, timeout=3) as http:
            return (await http.post(door, content=body, headers=signed(body))).status_code


def form(payload: Any) -> bytes:
    return urlencode({"payload": payload if isinstance(payload, str) else json.dumps(payload)}).encode()


def signed(body: bytes, at: datetime | None = None, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """The headers of a request."""
    timestamp = str(int((at or datetime.now(UTC)).timestamp()))
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
    }


def _refused(error: str, detail: str = "") -> Answer:
    return 200, json.dumps({"ok": False, "error": error, "response_metadata": {"messages": [detail]}})
