"""Between a person's settings and the fields of their forms."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from handover.addresses import masked
from handover.errors import SettingsError
from handover.staff import Staff

MAX_FIELDS = 100
ADDRESSES = {
    "email": "Email",
    "sms": "Mobile number, for SMS",
    "slack": "Slack member id or webhook",
    "teams": "Teams workflow",
    "push": "Push address",
}
"""The channels that need to know where to; the inbox is always there."""


_OF_THEIR_OWN = ("addresses.", "quiet.")
"""What has a field for each of its parts."""


async def text_fields(request: Request) -> dict[str, str]:
    """What was typed."""
    async with request.form(max_files=0, max_fields=MAX_FIELDS) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def staff_fields(typed: Mapping[str, str], before: Staff | None = None) -> dict[str, Any]:
    """A person's settings as the form has them, `before` the change; what it has no field for is left out."""
    capacity = typed.get("capacity", "").strip()
    return {
        "name": typed.get("name", "").strip(),
        "roles": _listed(typed.get("roles", "")),
        "skills": _listed(typed.get("skills", "")),
        "manager": typed.get("manager", "").strip() or None,
        "capacity": int(capacity) if capacity.isascii() and capacity.isdigit() and len(capacity) < 10 else capacity,
        "access": typed.get("access", ""),
        "addresses": addresses(typed, before),
    }


def addresses(typed: Mapping[str, str], before: Staff | None) -> dict[str, str]:
    """Where the channels reach a person; an empty field is none. A field that still shows the address that was there, masked
    where it is a secret, keeps it; so do channels without a field."""
    had = _addresses_of(before)
    typed_in = {one: typed[f"addresses.{one}"].strip() for one in ADDRESSES if f"addresses.{one}" in typed}
    kept = {one: had[one] for one, shown in typed_in.items() if one in had and shown == masked(had[one])}
    return {channel: address for channel, address in (had | typed_in | kept).items() if address}


def _addresses_of(person: Staff | None) -> dict[str, str]:
    return {str(channel): address for channel, address in person.addresses.items()} if person else {}


def typed_of(person: Staff | None) -> dict[str, str]:
    """What the form shows before anything was typed."""
    if person is None:
        return {}
    fields = {
        "name": person.name,
        "roles": ", ".join(person.roles),
        "skills": ", ".join(person.skills),
        "manager": person.manager or "",
        "capacity": str(person.capacity),
        "access": person.access.value,
    }
    return fields | {f"addresses.{channel}": masked(address) for channel, address in _addresses_of(person).items()}


def problems_by_field(error: SettingsError | None) -> dict[str, str]:
    """What is wrong, by the field that it stands at: the items of a list share one."""
    found: dict[str, list[str]] = {}
    for problem in error.problems if error else []:
        field = problem.key if problem.key.startswith(_OF_THEIR_OWN) else problem.key.split(".")[0]
        found.setdefault(field, []).append(problem.text)
    return {field: "; ".join(dict.fromkeys(texts)) for field, texts in found.items()}


def _listed(text: str) -> list[str]:
    """A line with commas as a list, each once."""
    return list(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
