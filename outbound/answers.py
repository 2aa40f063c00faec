"""What somebody else's server answers: the body, as long as it is no longer than it may be, and when to come again."""

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

LONGEST_PAUSE = timedelta(hours=1)
"""No server holds up more for longer than this: a typing error there must not cost a day."""


async def body_within(response: httpx2.Response, most: int) -> bytes | None:
    """The body of an answer that is being received; None where it is longer than so many bytes: no more of it is read."""
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > most:
            return None
    return bytes(body)


def object_in(body: bytes) -> dict[str, Any]:
    """The JSON object that a body holds; an empty one where it holds anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def pause_asked(response: httpx2.Response) -> timedelta | None:
    """How long the server wants to be left alone (`Retry-After`, RFC 9110 10.2.3: seconds or a date), at most an hour; None
    where it does not say."""
    asked = response.headers.get("retry-after", "")
    if re.fullmatch(r"[0-9]+", asked):
        return min(timedelta(seconds=int(asked[:9])), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(asked)
        return max(timedelta(0), min(until - datetime.now(UTC), LONGEST_PAUSE))
    except (ValueError, TypeError, OverflowError):
        return None
