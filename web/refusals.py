"""What is refused at the door is written down: what was asked, and from where; never a secret that it carried."""

from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request

from web.services import Services

_LONGEST = 300


async def note_refusal(
    parts: Services, kind: str, request: Request, *, actor: str = "unknown", text: str | None = None
) -> None:
    """A line in the audit log. Anybody can cause it, so those of a minute from one address share a line that counts them."""
    await parts.door.refused(kind, actor, (text or what_was_asked(request))[:_LONGEST], address_of(request))


def what_was_asked(request: Request) -> str:
    """Method and path. Of a path that is itself a permission, as that of a one-time link is, only its shape."""
    is_secret = "token" in request.path_params
    return f"{request.method} {request.scope['route'].path if is_secret else request.url.path}"


def address_of(request: Request) -> str:
    """Where a request comes from, for counting what is wrong: who has one IPv6 address has 2^64 of them."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host[:100]
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else host
