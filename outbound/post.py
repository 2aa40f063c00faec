"""Requests to addresses that somebody else has chosen: only to the outside, and to the very address that was looked at.

A name is looked up once, every address behind it is judged, and the connection goes to one of those: a name that points
somewhere else a moment later (DNS rebinding) reaches nothing. Redirects are not followed, and no proxy is used: behind one,
the proxy would look the name up itself.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

import httpx2

from outbound.addresses import Address, as_address, check_one, parsed, port_of

MAX_ANSWER = 64 * 1024
"""How much of an answer is read, in bytes; what follows is left."""

SECONDS = 10.0
"""How long one request may take, from the look-up of the name to the end of the answer."""

LONGEST_PAUSE = timedelta(hours=1)
"""No receiver holds up more for longer than this."""

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]


class Unreached(Exception):
    """Nobody answered, or not in time, or not over TLS as it has to be. Trying again later may help. The text names the
    host alone: the rest of an address may be a secret."""


class Answer(NamedTuple):
    """What came back: the status, and the body up to `MAX_ANSWER` bytes, as it was sent. `after`: how long the receiver wants
    to be left alone (`Retry-After`, RFC 9110 10.2.3), at most an hour; None where it does not say."""

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
    target = parsed(url)
    try:
        async with asyncio.timeout(seconds):
            addresses = await _judged(target, allow_private, look_up or system_look_up)
            return await _post_to_first(target, addresses, content, headers, seconds)
    except TimeoutError as error:
        raise Unreached(f"{target.host} did not answer within {seconds:g} seconds") from error
    except httpx2.HTTPError as error:
        raise Unreached(f"{target.host} could not be reached: {_in_words(error)}") from error


async def system_look_up(host: str, port: int) -> list[str]:
    """The IP addresses behind a name, as the system finds them. Raises Unreached."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreached(f"{host} could not be looked up: there may be no such name") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


async def _judged(target: httpx2.URL, allow_private: bool, look_up: LookUp) -> list[Address]:
    """Every address behind the host. Raises AddressRefused where one of them may not be called."""
    literal = as_address(target.host)
    found = [str(literal)] if literal is not None else await look_up(target.raw_host.decode(), port_of(target))
    addresses = [ip_address(one) for one in found]
    for one in addresses:
        check_one(target.host, one, allow_private)
    if not addresses:
        raise Unreached(f"{target.host} has no address")
    return addresses


async def _post_to_first(
    target: httpx2.URL, addresses: Sequence[Address], content: bytes, headers: Mapping[str, str], seconds: float
) -> Answer:
    """POST to the first address that lets us connect: behind it, nothing is sent a second time."""
    patience = httpx2.Timeout(seconds, connect=seconds / len(addresses))
    async with httpx2.AsyncClient(verify=_trusted(), trust_env=False, timeout=patience) as client:
        for address in addresses[:-1]:
            try:
                return await _post(client, target, address, content, headers)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return await _post(client, target, addresses[-1], content, headers)


async def _post(
    client: httpx2.AsyncClient, target: httpx2.URL, address: Address, content: bytes, headers: Mapping[str, str]
) -> Answer:
    """The connection goes to the address; the receiver sees, and its certificate has to be for, the host by its name."""
    request = client.build_request(
        "POST",
        target.copy_with(host=str(address)),
        content=content,
        headers={"User-Agent": "Handover", **headers, "Host": target.netloc.decode(), "Accept-Encoding": "identity"},
        extensions={"sni_hostname": target.raw_host.decode()},
    )
    answer = await client.send(request, stream=True, follow_redirects=False)
    try:
        return Answer(answer.status_code, await _beginning(answer), _pause(answer.headers.get("retry-after", "")))
    finally:
        await answer.aclose()


async def _beginning(answer: httpx2.Response) -> bytes:
    body = b""
    async for part in answer.aiter_raw():
        body += part
        if len(body) >= MAX_ANSWER:
            break
    return body[:MAX_ANSWER]


def _pause(asked: str) -> timedelta | None:
    """What `Retry-After` says, in seconds or as a date."""
    if re.fullmatch(r"[0-9]{1,9}", asked):
        return min(timedelta(seconds=int(asked)), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(asked)
        return max(timedelta(0), min(until - datetime.now(UTC), LONGEST_PAUSE))
    except (ValueError, TypeError, OverflowError):
        return None


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """The certificate authorities of the system, or those that SSL_CERT_FILE names; read once, for it takes a while."""
    return httpx2.create_ssl_context()


def _in_words(error: httpx2.HTTPError) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "its certificate is not valid for it"
    if isinstance(error, httpx2.ConnectError):
        return "nobody takes the connection"
    return "the connection broke off"
