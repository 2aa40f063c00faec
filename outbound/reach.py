"""Requests to addresses that somebody else has chosen: only to the outside, and to the very address that was looked at.

A name is looked up once, every address behind it is judged, and the connection goes to one of those: a name that points
somewhere else a moment later (DNS rebinding) reaches nothing. Redirects are not followed, and no proxy is used: behind one,
the proxy would look the name up itself.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

import httpx2

from outbound.addresses import Address, as_address, check_one, parsed, port_of

SECONDS = 10.0
"""How long one request may take, from the look-up of the name to the end of the answer."""

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]


class Unreached(Exception):
    """Nobody answered, or not in time, or not over TLS as it has to be. Trying again later may help. The text names the
    host alone: the rest of an address may be a secret."""


@asynccontextmanager
async def reach(
    method: str,
    url: str,
    content: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    allow_private: bool = False,
    seconds: float = SECONDS,
    look_up: LookUp | None = None,
) -> AsyncIterator[httpx2.Response]:
    """Ask an address that was chosen outside, and have its answer as it is being received, a redirect included.

    look_up: gives the IP addresses behind a host and port; without it, the system's own. Raises AddressRefused, and Unreached
    also where the answer does not come to its end in time.
    """
    target = parsed(url)
    try:
        async with asyncio.timeout(seconds):
            addresses = await _judged(target, allow_private, look_up or system_look_up)
            patience = httpx2.Timeout(seconds, connect=seconds / len(addresses))
            async with httpx2.AsyncClient(verify=_trusted(), trust_env=False, timeout=patience) as client:
                answer = await _from_first(client, _Asked(method, target, content, headers or {}), addresses)
                try:
                    yield answer
                finally:
                    await answer.aclose()
    except TimeoutError as error:
        raise Unreached(f"{target.host} did not answer within {seconds:g} seconds") from error
    except httpx2.HTTPError as error:
        raise Unreached(f"{target.host} could not be reached: {_in_words(error)}") from error


class _Asked(NamedTuple):
    """A request. The connection goes to an address; the receiver sees, and its certificate has to be for, the host by its
    name."""

    method: str
    target: httpx2.URL
    content: bytes
    headers: Mapping[str, str]

    def at(self, client: httpx2.AsyncClient, address: Address) -> httpx2.Request:
        own = {"Host": self.target.netloc.decode(), "Accept-Encoding": "identity"}
        return client.build_request(
            self.method,
            self.target.copy_with(host=str(address)),
            content=self.content,
            headers={"User-Agent": "Handover", **self.headers, **own},
            extensions={"sni_hostname": self.target.raw_host.decode()},
        )


async def _from_first(client: httpx2.AsyncClient, asked: _Asked, addresses: Sequence[Address]) -> httpx2.Response:
    """The answer of the first address that lets us connect: behind it, nothing is sent a second time."""
    for address in addresses[:-1]:
        try:
            return await client.send(asked.at(client, address), stream=True, follow_redirects=False)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            continue
    return await client.send(asked.at(client, addresses[-1]), stream=True, follow_redirects=False)


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
