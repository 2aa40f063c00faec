"""Signs made-up requests as the systems outside do that send webhooks, just before they leave."""

import base64
import hashlib
import hmac
import uuid
from datetime import UTC, datetime
from urllib.parse import urlsplit

from requests import PreparedRequest

STANDARD_SECRET = "whsec_" + base64.b64encode(b"a secret that is long enough for it").decode()
ZENDESK_SECRET = "zendesk-secret"


def signed(request: PreparedRequest) -> PreparedRequest:
    """A request to a door with its signature; any other one as it is."""
    path = urlsplit(request.url or "").path
    body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
    if path.startswith("/webhooks/inbound/"):
        request.headers.update(_standard(body))
    elif path == "/webhooks/zendesk":
        request.headers.update(_zendesk(body))
    return request


def _standard(body: bytes) -> dict[str, str]:
    name, now = uuid.uuid4().hex, datetime.now(UTC)
    key = base64.b64decode(STANDARD_SECRET.removeprefix("whsec_"))
    text = f"{name}.{int(now.timestamp())}.".encode() + body
    signature = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return {"webhook-id": name, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": f"v1,{signature}"}


def _zendesk(body: bytes) -> dict[str, str]:
    now = datetime.now(UTC).isoformat()
    digest = hmac.new(ZENDESK_SECRET.encode(), now.encode() + body, hashlib.sha256).digest()
    head = "X-Zendesk-Webhook-Signature"
    return {head: base64.b64encode(digest).decode(), f"{head}-Timestamp": now}
