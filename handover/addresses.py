"""Where somebody may be told outside the inbox: what each channel takes as an address, and nothing else.

Addresses are typed by the team and called by our own machines: none may lead to a host that nobody allowed, or to a file.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, urlsplit

MEMBER = r"[UW][A-Z0-9]{6,20}"
"""A Slack member's id, as their profile shows it."""
_EMAIL = r"[^\s@,;:<>()\[\]\"\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
_PHONE = r"\+[1-9][0-9]{6,14}"
_MICROSOFT = (".logic.azure.com", ".api.powerplatform.com")
"""Where the workflows of Teams live."""


@dataclass(frozen=True)
class Kind:
    """What a channel takes: a plain address of this form, or URLs of these schemes, each with whether the URL names the host.

    pages: hosts of https addresses as vendors show them, with a dot those below one. query: what may stand behind a `?`.
    """

    example: str
    plain: str = ""
    schemes: Mapping[str, bool] = field(default_factory=dict)
    pages: tuple[str, ...] = ()
    query: frozenset[str] = frozenset()


KINDS: Mapping[str, Kind] = {
    "email": Kind("sarah@example.org", plain=_EMAIL),
    "sms": Kind("+4915112345678", plain=_PHONE),
    "slack": Kind(
        "U012AB3CD, or https://hooks.slack.com/services/T…/B…/…",
        plain=MEMBER,
        schemes={"slack": False},
        pages=("hooks.slack.com",),
    ),
    "teams": Kind(
        "the https address of a workflow as Teams shows it",
        schemes={"workflow": True, "workflows": True},
        pages=_MICROSOFT,
        query=frozenset({"api-version", "sp", "sv", "sig"}),
    ),
    "push": Kind(
        "ntfy://topic, ntfys://host/topic, gotifys://host/token, pover://user@token or pbul://token",
        schemes={"ntfy": True, "ntfys": True, "gotify": True, "gotifys": True, "pover": False, "pbul": False},
        pages=("ntfy.sh",),
    ),
}


def address_fault(channel: str, address: str, hosts: Collection[str] = ()) -> str:
    """What is wrong with an address, and what is allowed, in words; empty where it can be used.

    hosts: the installation's own hosts of ntfy, Gotify and workflows, each as `host` or `host:port`.
    """
    kind = KINDS.get(channel)
    if kind is None:
        return f"nobody is reached by {channel}; allowed are {', '.join(KINDS)}"
    address = compact(channel, address)
    if kind.plain and re.fullmatch(kind.plain, address):
        return ""
    why = _url_fault(kind, address, hosts) if "://" in address else "this is no such address"
    return f"{why}; allowed is {kind.example}" if why else ""


def compact(channel: str, address: str) -> str:
    """The address without what only people need: the blanks and dashes of a phone number."""
    return re.sub(r"[\s()./-]", "", address) if channel == "sms" else address.strip()


def is_member(address: str) -> bool:
    """Whether this is a Slack member, who is reached by the installation's own app."""
    return re.fullmatch(MEMBER, address) is not None


def is_allowed_host(host: str, port: int | None, hosts: Collection[str]) -> bool:
    """Whether an address may lead to this host: one of ours, or of those whose vendor we know."""
    host = host.casefold()
    known = any(_is_of(host, page) for kind in KINDS.values() for page in kind.pages)
    return known or not {host, f"{host}:{port}"}.isdisjoint(one.casefold() for one in hosts)


def masked(address: str) -> str:
    """An address as a page shows it: whoever knows the URL of a webhook can write there."""
    scheme, found, rest = address.partition("://")
    return f"{scheme}://…{rest[-4:] if len(rest) > 12 else ''}" if found else address


def _url_fault(kind: Kind, address: str, hosts: Collection[str]) -> str:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return "this is no address"
    if not address.isprintable() or " " in address or "\\" in address:
        return "this is no address"
    if not _is_bare(address, parts, kind):
        return "nothing can be set behind a ? here"
    if parts.scheme == "https":
        return "" if _is_page(parts, kind.pages) else f"{_host(parts)} is no host of this channel"
    if parts.scheme not in kind.schemes:
        return f"{parts.scheme[:30]}:// is none of this channel's"
    return _host_fault(parts, kind, hosts)


def _is_bare(address: str, parts: SplitResult, kind: Kind) -> bool:
    """Whether it sets nothing by a query, as a file to read: in front of a # and behind it."""
    if not kind.query:
        return "?" not in address
    return "#" not in address and {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} <= kind.query


def _host_fault(parts: SplitResult, kind: Kind, hosts: Collection[str]) -> str:
    if not kind.schemes[parts.scheme] or _is_cloud_topic(parts) or _is_page(parts, kind.pages):
        return ""
    host = _host(parts)
    allowed = is_allowed_host(host, parts.port, hosts)
    return "" if allowed else f"the host {host[:100]} is not among those of HANDOVER_NOTIFY_HOSTS"


def _is_cloud_topic(parts: SplitResult) -> bool:
    """`ntfy://topic`: the public ntfy.sh, which is not named."""
    bare = not parts.path.strip("/") and parts.username is None and parts.port is None
    return parts.scheme in ("ntfy", "ntfys") and bare and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", parts.netloc) is not None


def _is_page(parts: SplitResult, pages: tuple[str, ...]) -> bool:
    known = any(_is_of(_host(parts), page) for page in pages)
    return known and parts.username is None and parts.port in (None, 443)


def _is_of(host: str, page: str) -> bool:
    return host.endswith(page) if page.startswith(".") else host == page


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").casefold()
