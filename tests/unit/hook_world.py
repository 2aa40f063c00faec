"""What the tests of the door for signed webhooks say and listen to."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from standardwebhooks import Webhook

from handover.conversation import ConversationInput
from handover.messages import Opened, PostedMessage, RequestHuman
from tests.unit.web_world import ClientDouble, Http

SECRET = "whsec_" + "A" * 43 + "="
OLDER = "whsec_" + "B" * 43 + "="
DOOR = "/webhooks/inbound/messenger"
DATA = {"conversation_id": "42", "message_id": "m-1", "text": "Hi! My heating shows E4."}


class Workflows(ClientDouble):
    """posted: what was signalled. pressed: buttons, with their keys. trouble: raised instead."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[tuple[str, PostedMessage, dict[str, Any]]] = []
        self.pressed: list[tuple[str, RequestHuman, ConversationInput, str]] = []
        self.trouble: Exception | None = None

    async def post(self, conversation_id: str, message: PostedMessage, **start: Any) -> None:
        if self.trouble:
            raise self.trouble
        self.posted.append((conversation_id, message, start))

    async def request_human(
        self, conversation_id: str, request: RequestHuman, *, start: ConversationInput, key: str
    ) -> Opened:
        if self.trouble:
            raise self.trouble
        self.pressed.append((conversation_id, request, start, key))
        return Opened(handover_id=f"{conversation_id}~1", number=1, workflow_id=f"handover/{conversation_id}/1")


def event(type: str = "message.created", **changes: Any) -> dict[str, Any]:
    data = {name: value for name, value in (DATA | changes).items() if value is not None}
    return {"type": type, "data": data}


def signed(body: bytes, id: str = "evt-1", secret: str = SECRET, ago: timedelta = timedelta(0)) -> dict[str, str]:
    """The headers as the library of Standard Webhooks makes them."""
    at = datetime.now(UTC) - ago
    signature = Webhook(secret).sign(id, at, body.decode())
    return {"webhook-id": id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


async def send(http: Http, said: Any, path: str = DOOR, **how: Any) -> httpx2.Response:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return await http.post(path, content=body, headers=signed(body, **how))
