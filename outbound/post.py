"""POST to addresses that somebody else has chosen (outbound/reach.py): as much of the answer as says what came of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import httpx2

from outbound.answers import pause_asked
from outbound.reach import SECONDS, LookUp, reach

MAX_ANSWER = 64 * 1024
"""How much of an answer is read, in bytes; what follows is left."""


class Answer(NamedTuple):
    """What came back: the status, and the body up to `MAX_ANSWER` bytes, as it was sent. `after`: how long the receiver wants
    to be left alone; None where it does not say."""

    status: int
    body: bytes
    after: timedelta | None = None


async def post_outside(
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    allow_private: bool = False,
    seconds: float = SECONDS,
    look_up: LookUp | None = None,
) -> Answer:
    """POST to an address that was chosen outside, and return whatever is answered, a redirect included.

    look_up: gives the IP addresses behind a host and port; without it, the system's own. Raises AddressRefused, Unreached.
    """
    async with reach(
        "POST", url, content, headers, allow_private=allow_private, seconds=seconds, look_up=look_up
    ) as answer:
        return Answer(answer.status_code, await _beginning(answer), pause_asked(answer))


async def _beginning(answer: httpx2.Response) -> bytes:
    body = b""
    async for part in answer.aiter_raw():
        body += part
        if len(body) >= MAX_ANSWER:
            break
    return body[:MAX_ANSWER]
