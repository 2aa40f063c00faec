"""GET of what lies at addresses that somebody else has chosen, through redirects (outbound/reach.py)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import httpx2

from outbound.addresses import AddressRefused, parsed
from outbound.answers import body_within
from outbound.reach import SECONDS, LookUp, Unreached, reach

MOST_REDIRECTS = 4


class Known(NamedTuple):
    """A server that the operator has named: what it wants to be told, and whether it may be in the operator's own network."""

    headers: Mapping[str, str] = MappingProxyType({})
    allow_private: bool = False


class TooLarge(Exception):
    """There is more at the address than may be read."""


class NotThere(Exception):
    """The server answered, and did not give it. `status`: its HTTP status."""

    def __init__(self, host: str, status: int) -> None:
        super().__init__(f"{host} answered with HTTP {status}")
        self.status = status


def origin_of(url: str) -> str:
    """Scheme, host and port of an address. Raises AddressRefused."""
    at = parsed(url)
    return f"{at.scheme}://{at.netloc.decode()}"


async def get_outside(
    url: str,
    most: int,
    *,
    known: Mapping[str, Known] = MappingProxyType({}),
    seconds: float = SECONDS,
    look_up: LookUp | None = None,
) -> bytes:
    """What lies at an address, at most so many bytes of it.

    known: by `origin_of`; what is meant for one of them is told to no other, wherever it redirects to. Raises AddressRefused,
    Unreached, NotThere, TooLarge.
    """
    for _ in range(MOST_REDIRECTS + 1):
        origin = known.get(origin_of(url), Known())
        async with reach(
            "GET", url, headers=origin.headers, allow_private=origin.allow_private, seconds=seconds, look_up=look_up
        ) as answer:
            if not answer.has_redirect_location:
                return await _body(answer, url, most)
            url = _next(url, answer.headers["location"])
    raise Unreached(f"{parsed(url).host} redirects again and again")


def _next(url: str, location: str) -> str:
    try:
        return str(parsed(url).join(location))
    except httpx2.InvalidURL as error:
        raise AddressRefused(f"{parsed(url).host} redirects to what is no address") from error


async def _body(answer: httpx2.Response, url: str, most: int) -> bytes:
    if not answer.is_success:
        raise NotThere(parsed(url).host, answer.status_code)
    body = await body_within(answer, most)
    if body is None:
        raise TooLarge
    return body
