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


async def once(
    parts: Services, who: Caller, key: str | None, request: Request, act: Callable[[], Awaitable[BaseModel]]
) -> Response:
    """Do something once for each of the caller's keys; without a key, each time."""
    if key is None:
        return JSONResponse(jsonable_encoder(await act()))
    actor = f"{who.name}:{who.staff_id or ''}"
    receipt = await parts.door.begin(actor, key, await _fingerprint(request))
    match receipt.state:
        case "done":
            return JSONResponse(receipt.answer, receipt.status or 200, {"Idempotent-Replayed": "true"})
        case "in_progress":
            raise Refused("in_progress", "The first request with this Idempotency-Key is still being worked on.")
        case "other":
            raise ApiError(422, "key_reused", "This Idempotency-Key was used for another request.")
    try:
        answer: Any = jsonable_encoder(await act())
    except BaseException:
        await parts.door.abandon(actor, key)
        raise
    await parts.door.finish(actor, key, 200, answer)
    return JSONResponse(answer)


async def _fingerprint(request: Request) -> str:
    """What makes two requests the same: method, path and body."""
    head = f"{request.method} {request.url.path}\n".encode()
    return hashlib.sha256(head + await request.body()).hexdigest()
