"""The door for Chatwoot's agent bot: what contacts and agents do there."""

import asyncio
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import SecretStr

from handover.chatwoot import MARK
from handover.errors import Unavailable
from handover.signatures import is_chatwoot
from settings import AppSettings
from web.doors.chatwoot_events import Changed, Event, Message
from web.doors.chatwoot_people import noted, post, resolved, wrote
from web.doors.door import open_with, read_json, refuse_unsigned, taken_once
from web.problems import ApiError
from web.services import Parts, Services

router = APIRouter(include_in_schema=False)
_log = logging.getLogger(__name__)

PATIENCE_SECONDS = 4.0
"""Chatwoot waits 5 seconds for an answer. What takes longer goes on without it."""

_DELIVERY = re.compile(r"[!-~]{1,100}")
_at_work: set[asyncio.Task[None]] = set()
"""What goes on after its answer: asyncio itself holds on to no task."""

Take = Callable[[], Awaitable[None]]


@router.post("/webhooks/chatwoot")
async def chatwoot(request: Request, parts: Parts) -> dict[str, bool]:
    """What the agent bot of Chatwoot is told: contacts' messages, agents' messages, resolved conversations.

    Signed with the bot's secret. Each delivery is taken once; what means nothing here is answered with 200 as well. What could
    not be taken in time is answered with 429, which Chatwoot tries again.
    """
    secret = open_with(_secret(parts.settings), "chatwoot")
    body = await request.body()
    delivery_id = await _signed_delivery(parts, request, secret, body)
    take = _meaning(parts, body)
    if take is not None:
        await _in_time(_take_once(parts, delivery_id, take))
    return {"taken": True}


def _secret(settings: AppSettings) -> SecretStr | None:
    """What opens the door, where there is also a way back: a message whose answer has no way would be lost."""
    return settings.chatwoot_webhook_secret if settings.chatwoot_url and settings.chatwoot_token else None


async def _signed_delivery(parts: Services, request: Request, secret: str, body: bytes) -> str:
    """The delivery's id; without one, its signature. Raises ApiError 401 for what Chatwoot did not send now."""
    signature, timestamp = (request.headers.get(f"x-chatwoot-{name}", "") for name in ("signature", "timestamp"))
    delivery_id = request.headers.get("x-chatwoot-delivery", "") or signature
    is_signed = is_chatwoot(secret, timestamp, body, signature, datetime.now(UTC))
    if not is_signed or not _DELIVERY.fullmatch(delivery_id) or await _is_replayed(parts, signature, delivery_id):
        await refuse_unsigned(parts, "chatwoot", request)
    return delivery_id


async def _is_replayed(parts: Services, signature: str, delivery_id: str) -> bool:
    """Whether the same signed request came before under another delivery id. The id is not part of what is signed, so that
    somebody who has listened could give it a new one."""
    actor, key = "door:chatwoot/signature", hashlib.sha256(signature.encode()).hexdigest()
    receipt = await parts.door.begin(actor, key, delivery_id)
    if receipt.state == "new":
        await parts.door.finish(actor, key, 200, {})
    return receipt.state == "other"


def _meaning(parts: Services, body: bytes) -> Take | None:
    """What is to be done; None for what means nothing here. Raises ApiError 422."""
    match read_json(body, Event).event:
        case "message_created":
            return _new_message(parts, read_json(body, Message))
        case "message_updated":
            return _changed_message(parts, read_json(body, Message))
        case "conversation_resolved" | "conversation_status_changed":
            changed = read_json(body, Changed)
            return (lambda: resolved(parts, changed)) if changed.is_resolved else None
    return None


def _new_message(parts: Services, message: Message) -> Take | None:
    """A contact's message is answered, an agent's takes over; the bot's own come back and mean nothing."""
    if message.is_from_contact:
        posted = message.posted()
        return (lambda: post(parts, message, posted)) if posted is not None else None
    if message.is_from_person:
        act = noted if message.private else wrote
        return lambda: _once_a_message(parts, message, lambda: act(parts, message))
    return None


def _changed_message(parts: Services, message: Message) -> Take | None:
    """One of ours that Chatwoot could not bring to the contact has failed after all."""
    why = message.attribute("external_error")
    if why is None or message.attribute(MARK) is None:
        return None

    async def fail() -> None:
        said = f"Chatwoot could not deliver it: {why[:300]}"
        await parts.arrivals.mark_undelivered(message.place.conversation_id, str(message.id), said)

    return fail


async def _once_a_message(parts: Services, message: Message, take: Take) -> None:
    """An inbox with two bots, or a bot and a webhook, tells of the same message twice, each with a delivery id of its own."""
    await taken_once(parts, "chatwoot/message", f"{message.account.id}/{message.id}", take)


async def _take_once(parts: Services, delivery_id: str, take: Take) -> None:
    await taken_once(parts, "chatwoot", delivery_id, take)


async def _in_time(work: Coroutine[Any, Any, None]) -> None:
    """Do it, waiting no longer than Chatwoot does. Raises ApiError 429 where it is not done by then: of all answers that mean
    "later", Chatwoot tries again after 429 and 500 alone."""
    task = asyncio.create_task(work)
    _at_work.add(task)
    task.add_done_callback(_ended)
    try:
        await asyncio.wait_for(asyncio.shield(task), PATIENCE_SECONDS)
    except (TimeoutError, Unavailable) as error:
        raise ApiError(429, "try_again", "This is being worked on; send it again in a moment.") from error


def _ended(task: asyncio.Task[None]) -> None:
    _at_work.discard(task)
    if not task.cancelled() and task.exception() is not None:
        _log.warning("A delivery of Chatwoot was not taken: %s", type(task.exception()).__name__)
