"""Which addresses may be called: what is public by the IANA registries, as Python's `ipaddress` has them
(https://www.iana.org/assignments/iana-ipv4-special-registry, .../iana-ipv6-special-registry)."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx2

MAX_ADDRESS = 2000
"""How long an address may be, in characters."""

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
_NUMBER = re.compile(r"(^|\.)([0-9]+|0x[0-9a-f]*)\.?$")
_USUAL_PORTS = {"http": 80, "https": 443}
_TRANSLATED = IPv6Network("64:ff9b::/96")

Address = IPv4Address | IPv6Address


class AddressRefused(ValueError):
    """An address that is not called, whatever is there. The text says why and what is allowed."""


def check_address(url: str, *, allow_private: bool = False) -> None:
    """Raise AddressRefused for what can be seen to be wrong without looking up a name, as where a person enters it.

    allow_private: private networks and this machine itself may be called.
    """
    host = parsed(url).host
    literal = as_address(host)
    if literal is not None:
        check_one(host, literal, allow_private)
    elif not allow_private and _is_local_name(host):
        raise AddressRefused(f"{host} is this machine or its own network; allowed are addresses on the internet")


def parsed(url: str) -> httpx2.URL:
    """The address, if its form is allowed. The same reading of it is used for the check and for the call."""
    read = _read(url)
    if read is None or read.scheme not in _USUAL_PORTS or not read.host:
        raise AddressRefused("this is no address; allowed are addresses like https://hooks.example.org/handover")
    if read.userinfo:
        raise AddressRefused("an address holds no user name and no password; requests are signed instead")
    if not _is_host(read):
        raise AddressRefused(f"{read.host!r} is no host; allowed are names like hooks.example.org")
    if port_of(read) not in _USUAL_PORTS.values() and not 1024 <= port_of(read) <= 65535:
        raise AddressRefused(f"port {read.port} is not called; allowed are 80, 443 and 1024 to 65535")
    return read


def _read(url: str) -> httpx2.URL | None:
    try:
        return httpx2.URL(url) if len(url) <= MAX_ADDRESS else None
    except httpx2.InvalidURL:
        return None


def _is_host(url: httpx2.URL) -> bool:
    """A name, or an IP address in its usual form: 127.1 and 0x7f000001 are others of 127.0.0.1."""
    name = url.raw_host.decode()
    return as_address(url.host) is not None or bool(_NAME.fullmatch(name) and not _NUMBER.search(name))


def port_of(url: httpx2.URL) -> int:
    return url.port if url.port is not None else _USUAL_PORTS[url.scheme]


def as_address(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_local_name(host: str) -> bool:
    name = host.lower().rstrip(".")
    return "." not in name or name.endswith((".localhost", ".local", ".internal", ".home.arpa"))


def check_one(host: str, address: Address, allow_private: bool) -> None:
    """Raise AddressRefused where this address, which the host is at, may not be called."""
    inner = _inner(address)
    there = host if as_address(host) else f"{host}, which is at {address},"
    if _is_never_called(inner):
        raise AddressRefused(f"{there} can't be a receiver; allowed are addresses on the internet")
    if not allow_private and not _is_public(inner):
        raise AddressRefused(f"{there} is not public; allowed are addresses on the internet")


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for: mapped, translated (NAT64), 6to4 or Teredo."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def _is_never_called(address: Address) -> bool:
    """Multicast, link-local (there clouds keep the secrets of their machines), unspecified and reserved ones."""
    if address.is_loopback:
        return False
    return address.is_multicast or address.is_link_local or address.is_unspecified or address.is_reserved


def _is_public(address: Address) -> bool:
    return address.is_global and not (isinstance(address, IPv6Address) and address.is_site_local)
