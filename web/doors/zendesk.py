"""Zendesk says that something is new in a ticket: docs/tickets.md."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from handover.errors import NotFound
from handover.ids import HandoverId, parse_handover_id
from handover.outside import Errand
from handover.signatures import is_zendesk
from web.doors.door import open_with, read_json, refuse_unsigned, taken_once
from web.problems import RESPONSES
from web.services import Parts, Services

router = APIRouter(tags=["webhooks"], responses=RESPONSES)

DOOR = CARRIER = "zendesk"
_DELIVERY, _SIGNATURE = "x-zendesk-webhook-invocation-id", "x-zendesk-webhook-signature"

ExternalId = Annotated[str | None, Field(max_length=300)]


class Detail(BaseModel):
    """The ticket of an event."""

    external_id: ExternalId = None


class ZendeskNews(BaseModel):
    """What a trigger sends by our template (`external_id`), or one of Zendesk's own ticket events (`detail`). What an agent
    wrote is read from Zendesk, not from here."""

    model_config = ConfigDict(extra="ignore")

    external_id: ExternalId = None
    detail: Detail = Detail()


class Taken(BaseModel):
    """accepted: the ticket is one of ours, and will be looked at. duplicate: the same delivery was taken before."""

    accepted: bool
    duplicate: bool = False


@router.post("/webhooks/zendesk")
async def zendesk(request: Request, parts: Parts) -> Taken:
    """Look at a ticket. Tickets that others have opened are passed over."""
    body = await request.body()
    await _check(parts, request, body)
    handover = await _ours(parts, read_json(body, ZendeskNews))
    if handover is None:
        return Taken(accepted=False)
    errand = Errand(carrier=CARRIER, conversation_id=handover.conversation_id)
    first = await taken_once(parts, DOOR, _delivery(request), lambda: parts.couriers.wake(errand))
    return Taken(accepted=True, duplicate=not first)


async def _check(parts: Services, request: Request, body: bytes) -> None:
    """Raises NotFound where the door is closed, ApiError 401 for what Zendesk has not signed just now."""
    secret = open_with(parts.settings.zendesk_webhook_secret, DOOR)
    signature = request.headers.get(_SIGNATURE, "")
    timestamp = request.headers.get(f"{_SIGNATURE}-timestamp", "")
    if not is_zendesk(secret, timestamp, body, signature, datetime.now(UTC)):
        await refuse_unsigned(parts, DOOR, request)


async def _ours(parts: Services, news: ZendeskNews) -> HandoverId | None:
    """The handover that a ticket was opened for."""
    external_id = news.external_id or news.detail.external_id or ""
    try:
        await parts.reads.handover(external_id)
    except NotFound:
        return None
    return parse_handover_id(external_id)


def _delivery(request: Request) -> str:
    """What makes a delivery the same. Without a number of its own it is its signature, which has the time in it."""
    return (request.headers.get(_DELIVERY) or request.headers[_SIGNATURE])[:200]
