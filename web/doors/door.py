"""What every door does: closed without its secret, shut to whoever has not signed, and each delivery taken once."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeVar

from fastapi import Request
from pydantic import BaseModel, SecretStr, ValidationError

from handover.errors import NotFound, Unavailable
from web.problems import ApiError
from web.refusals import note_refusal
from web.services import Services

Model = TypeVar("Model", bound=BaseModel)


def open_with(secret: SecretStr | None, door: str) -> str:
    """The secret that opens a door. Raises NotFound where none is set: then nobody can be known to have signed."""
    text = secret.get_secret_value() if secret is not None else ""
    if not text:
        raise NotFound("page", f"/webhooks/{door}")
    return text


async def refuse_unsigned(parts: Services, door: str, request: Request) -> NoReturn:
    """Raises ApiError 401, after writing it down. What the request said is not: anybody may have sent it."""
    await note_refusal(parts, "wrong_signature", request, text=f"/webhooks/{door}")
    raise ApiError(401, "wrong_signature", "The signature is missing, wrong or too old. Nothing was changed.")


async def taken_once(parts: Services, door: str, delivery_id: str, take: Callable[[], Awaitable[Any]]) -> bool:
    """Take a delivery; False, and nothing is done, for one that was taken before. Raises Unavailable while it still is.

    What fails is forgotten, so that the sender's next try is taken.
    """
    receipt = await parts.door.begin(f"door:{door}", delivery_id, "")
    if receipt.state == "in_progress":
        raise Unavailable("The same delivery is being taken right now.")
    if receipt.state != "new":
        return False
    try:
        await take()
    except BaseException:
        await parts.door.abandon(f"door:{door}", delivery_id)
        raise
    await parts.door.finish(f"door:{door}", delivery_id, 200, {})
    return True


def read_json(body: bytes, model: type[Model]) -> Model:
    """What a signed body says. Raises ApiError 422 for anything else than the model's JSON."""
    try:
        return model.model_validate(json.loads(body))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise ApiError(422, "invalid_request", f"Nothing was changed: {wrong}") from error
    except (ValueError, RecursionError) as error:
        raise ApiError(422, "invalid_request", "Nothing was changed: the body is not JSON.") from error
