"""POST /webhooks/inbound/{name}: messages from any system that signs by Standard Webhooks (docs/webhook-channel.md)."""

import re
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request

from handover.conversation import ConversationInput
from handover.errors import NotFound
from handover.hook_settings import HookSettings, our_id
from handover.hooks import (
    Accepted,
    GivenFailure,
    GivenMessage,
    GivenRequest,
    HookContact,
    HumanRequested,
    Inbound,
    MessageCreated,
    MessageUndelivered,
)
from handover.messages import RequestHuman
from handover.signatures import is_standard
from web.api.conversations import check_bot, post
from web.doors.door import read_json, refuse_unsigned, taken_once
from web.problems import RESPONSES, ApiError
from web.services import Parts, Services

router = APIRouter(prefix="/webhooks/inbound", tags=["webhooks"], responses=RESPONSES)

_DELIVERY_ID = re.compile(r"[!-~]{1,200}")
_SIGNED_HEADERS: list[dict[str, Any]] = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
]
_BODY = {
    "type": "object",
    "required": ["type", "data"],
    "properties": {
        "type": {"enum": ["message.created", "human.requested", "message.undelivered"]},
        "data": {"type": "object", "description": "By type: docs/webhook-channel.md"},
        "timestamp": {"type": "string", "format": "date-time"},
    },
}
_DOCUMENTED = {
    "parameters": _SIGNED_HEADERS,
    "requestBody": {"required": True, "content": {"application/json": {"schema": _BODY}}},
}


@router.post("/{name}", status_code=202, response_model_exclude_none=True, openapi_extra=_DOCUMENTED)
async def take_webhook(name: str, request: Request, parts: Parts) -> Accepted:
    """A signed webhook of the channel of this name. The same `webhook-id` again changes nothing."""
    settings = _settings_of(parts, name)
    delivery_id = await _signed_id(parts, name, settings, request)
    event = read_json(await request.body(), Inbound).root
    try:
        ours = our_id(name, event.data.conversation_id)
    except ValueError as error:
        raise ApiError(422, "invalid_request", f"Nothing was changed: data.conversation_id: {error}") from error
    taking = _Taking(parts, name, settings, ours, delivery_id)
    fresh = await taken_once(parts, f"inbound/{name}", delivery_id, lambda: taking.take(event))
    message_id = None if isinstance(event, HumanRequested) else event.data.message_id
    return Accepted(conversation_id=ours, message_id=message_id, duplicate=not fresh or taking.came_before)


def _settings_of(parts: Services, name: str) -> HookSettings:
    """Raises NotFound where nobody is connected by this name."""
    settings = parts.settings.inbound.get(name)
    if settings is None:
        raise NotFound("page", f"/webhooks/inbound/{name}")
    return settings


async def _signed_id(parts: Services, name: str, settings: HookSettings, request: Request) -> str:
    """The delivery's id. Raises ApiError where it was not signed by who knows the secret, or has no usable id."""
    delivery_id, timestamp, signatures = (
        request.headers.get(header, "") for header in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    body = await request.body()
    if not is_standard(settings.all_secrets, delivery_id, timestamp, body, signatures, datetime.now(UTC)):
        await refuse_unsigned(parts, f"inbound/{name}", request)
    if not _DELIVERY_ID.fullmatch(delivery_id):
        allowed = "allowed are 1 to 200 letters, digits and signs of ASCII, without blanks"
        raise ApiError(422, "invalid_request", f"Nothing was changed: webhook-id: this is no id; {allowed}")
    return delivery_id


class _Taking:
    """One delivery on its way into the conversation that it is about. `came_before`: by another delivery."""

    def __init__(self, parts: Services, name: str, settings: HookSettings, ours: str, delivery_id: str) -> None:
        self._parts, self._name, self._settings = parts, name, settings
        self._ours, self._delivery_id = ours, delivery_id
        self.came_before = False

    async def take(self, event: MessageCreated | HumanRequested | MessageUndelivered) -> None:
        match event:
            case MessageCreated(data=data):
                await self._message(data)
            case HumanRequested(data=data):
                await self._request(data)
            case MessageUndelivered(data=data):
                await self._failure(data)

    async def _message(self, data: GivenMessage) -> None:
        await check_bot(self._parts, self._settings.bot_id)
        answer = await post(self._parts, self._start(data.contact), data.as_message())
        self.came_before = answer.duplicate

    async def _request(self, data: GivenRequest) -> None:
        await check_bot(self._parts, self._settings.bot_id)
        start, key = self._start(data.contact), f"inbound/{self._name}/{self._delivery_id}"
        await self._parts.client.request_human(self._ours, RequestHuman(text=data.text), start=start, key=key)

    async def _failure(self, data: GivenFailure) -> None:
        why = f"{self._name} says: {data.reason}"
        if not await self._parts.arrivals.mark_undelivered(self._ours, data.message_id, why):
            raise NotFound("message", data.message_id)

    def _start(self, contact: HookContact | None) -> ConversationInput:
        return ConversationInput(
            conversation_id=self._ours,
            bot_id=self._settings.bot_id,
            channel=self._name,
            contact=contact.as_contact() if contact is not None else None,
        )
