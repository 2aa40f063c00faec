"""Tickets by webhook: a signed request for each, to whatever system can take one (docs/tickets.md).

Signed as Standard Webhooks says (https://www.standardwebhooks.com). A handover's ticket keeps its `webhook-id` for ever, so
that a receiver knows one that comes again.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from handover.errors import TryAgain, Undeliverable
from handover.outside import Ticket
from handover.signatures import standard_signature
from handover.ticket import as_text
from outbound import AddressRefused, Answer, Unreached, object_in, post_outside

MAX_TEXT = 256 * 1024
"""Bytes of the conversation in plain text."""

_PERMANENT = frozenset({400, 410, 413, 415, 422})
OPENED = "opened; the receiver gave it no name"


class WebhookTickets:
    """The port Ticketing over one address, which whoever runs Handover has chosen: it may be in their own network."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret

    async def open_ticket(self, ticket: Ticket) -> str:
        """Send the ticket; the receiver answers 2xx, best with `{"reference": "..."}`."""
        now = datetime.now(UTC)
        content = json.dumps(body_of(ticket, now), ensure_ascii=False).encode("utf-8", "replace")
        try:
            answer = await post_outside(self._url, content, self._headers(ticket, content, now), allow_private=True)
        except AddressRefused as error:
            raise TryAgain(f"HANDOVER_TICKET_WEBHOOK_URL can't be called: {error}.") from error
        except Unreached as error:
            raise TryAgain(f"The receiver of tickets: {error}.") from error
        return _reference(answer)

    def _headers(self, ticket: Ticket, content: bytes, now: datetime) -> dict[str, str]:
        name, at = webhook_id(ticket.external_id), str(int(now.timestamp()))
        return {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": at,
            "webhook-signature": standard_signature(self._secret, name, at, content),
        }


def webhook_id(external_id: str) -> str:
    """The same for the same handover, for ever, without a dot: dots separate what is signed."""
    return f"ticket_{hashlib.sha256(external_id.encode()).hexdigest()[:32]}"


def body_of(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """What is sent: the ticket's fields, and the whole of it once more as text that can be shown as it is."""
    fields = ticket.model_dump(mode="json", exclude={"v": True, "contact": {"v"}, "said": {"__all__": {"v"}}})
    data = fields | {"text": as_text(ticket, MAX_TEXT)}
    return {"type": "ticket.open", "timestamp": now.isoformat(), "data": data}


def _reference(answer: Answer) -> str:
    """How the receiver calls the ticket. Raises Undeliverable, TryAgain."""
    if 200 <= answer.status < 300:
        return _named(answer.body) or OPENED
    if answer.status in (401, 403):
        raise TryAgain(f"The receiver of tickets does not let us in ({answer.status}): HANDOVER_TICKET_WEBHOOK_SECRET?")
    if answer.status in _PERMANENT:
        raise Undeliverable(f"The receiver of tickets refused it ({answer.status}): {_shown(answer.body)}")
    raise TryAgain(f"The receiver of tickets answered {answer.status}: {_shown(answer.body)}")


def _named(body: bytes) -> str:
    reference = object_in(body).get("reference")
    return str(reference)[:200] if isinstance(reference, str | int) else ""


def _shown(body: bytes) -> str:
    return " ".join(body[:200].decode("utf-8", "replace").split()) or "nothing more was said"
