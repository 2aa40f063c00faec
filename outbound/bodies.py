"""What somebody else's server answers, as long as it is no longer than it may be."""

import json
from typing import Any

import httpx2


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
