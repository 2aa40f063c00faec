"""The same actor repeating the same request gets the first answer again."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from handover.errors import Refused
from web.access import Caller
from web.problems import ApiError
from web.services import Services

IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", max_length=200, description="Repeating a request with its key is safe.")
]

REPLAYED = {"Idempotent-Replayed": "true"}
"""The header of an answer that was given before."""


async def once(
    parts: Services, who: Caller, key: str | None, request: Request, act: Callable[[], Awaitable[BaseModel | None]]
) -> Response:
    """Do something once for each of the caller's keys; without a key, each time. An act that answers nothing gives 204."""
    if key is None:
        return _answered(jsonable_encoder(await act()))
    before = await first_answer(parts, who, key, request)
    if before is not None:
        return _answered(before, REPLAYED)
    actor = actor_of(who)
    try:
        answer: Any = jsonable_encoder(await act())
    except BaseException:
        await parts.door.abandon(actor, key)
        raise
    await parts.door.finish(actor, key, 200 if answer else 204, answer or {})
    return _answered(answer)


def _answered(answer: Any, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(answer, headers=headers) if answer else Response(status_code=204, headers=headers)


async def first_answer(parts: Services, who: Caller, key: str, request: Request) -> dict[str, Any] | None:
    """The answer that this request got before; None where it begins now, to be finished or abandoned.

    Raises Refused while the first one is still worked on, ApiError where the key was used for another request.
    """
    receipt = await parts.door.begin(actor_of(who), key, await _fingerprint(request))
    match receipt.state:
        case "done":
            return receipt.answer or {}
        case "in_progress":
            raise Refused("in_progress", "The first request with this Idempotency-Key is still being worked on.")
        case "other":
            raise ApiError(422, "key_reused", "This Idempotency-Key was used for another request.")
    return None


def actor_of(who: Caller) -> str:
    """Whose keys these are."""
    return f"{who.name}:{who.staff_id or ''}"


async def _fingerprint(request: Request) -> str:
    """What makes two requests the same: method, path and body."""
    head = f"{request.method} {request.url.path}\n".encode()
    return hashlib.sha256(head + await request.body()).hexdigest()
