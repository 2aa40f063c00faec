"""Who may change whom on the team, and what no change may do: leave nobody to manage it, or lock out who makes it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from handover.addresses import MEMBER
from handover.errors import Problem
from handover.routing import is_manager
from handover.staff import Access, Staff

_ORDER = [Access.staff, Access.manager, Access.admin]
_PRIVATE = frozenset({"addresses"})
"""What the audit log says was changed, but not into what."""
_OWN = {"email": "an email", "slack": "a Slack member id"}


class By(NamedTuple):
    """Who makes a change. `staff_id` is None for a key that acts for everybody."""

    staff_id: str | None
    access: Access


def access_of(person: Staff) -> Access:
    """What a person may do; the role `manager` counts as much as the access."""
    if person.access is Access.admin:
        return Access.admin
    return Access.manager if is_manager(person) else Access.staff


def may_change(by: By, person: Staff) -> bool:
    """Whether somebody may change this person's place on the team."""
    if by.access is Access.admin:
        return True
    return by.access is Access.manager and (access_of(person) is Access.staff or person.id == by.staff_id)


def overreach(by: By, before: Staff | None, after: Staff) -> str:
    """Why this change is not theirs to make; empty where it is."""
    if by.access is Access.staff:
        return "This is for managers and admins."
    if before is not None and not may_change(by, before):
        return f"Only an admin may change {before.name}, who is {_with_article(access_of(before))}."
    had = access_of(before) if before is not None else Access.staff
    if by.access is not Access.admin and _ORDER.index(access_of(after)) > _ORDER.index(had):
        return f"Only an admin may make somebody {_with_article(access_of(after))}."
    return ""


def lockout_problems(by: By, before: Staff | None, after: Staff, team: Sequence[Staff]) -> list[Problem]:
    """What would lock somebody out: the last admin, or whoever makes the change."""
    if before is None:
        return []
    key = "access" if after.enabled else "enabled"
    if before.id == by.staff_id and not after.enabled:
        return [Problem(key, "nobody disables themselves; allowed is that another admin does it")]
    if before.id == by.staff_id and _ORDER.index(access_of(after)) < _ORDER.index(access_of(before)):
        return [Problem(key, "nobody takes away their own access; allowed is that another admin does it")]
    others = [one for one in team if one.id != after.id]
    if _is_admin(before) and not any(map(_is_admin, [*others, after])):
        return [Problem(key, f"{before.name} is the last admin; allowed is to make somebody else an admin first")]
    return []


def shared_address_problems(before: Staff | None, after: Staff, team: Sequence[Staff]) -> list[Problem]:
    """An email of two people signs in neither of them, and a Slack member whom two people are claims for neither."""
    had = _tells_who(before) if before is not None else {}
    new = {kind: value for kind, value in _tells_who(after).items() if value and value != had.get(kind)}
    others = [one for one in team if one.id != after.id]
    return [
        Problem(f"addresses.{kind}", f"{one.name} has it already; allowed is {_OWN[kind]} of their own")
        for kind, value in new.items()
        for one in others
        if _tells_who(one)[kind] == value
    ]


def what_changed(before: Staff | None, after: Staff) -> str:
    """One line for the audit log."""
    if before is None:
        return f"{after.id}: added as {access_of(after)}"
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return f"{after.id}: {'; '.join(_differences(old, new)) or 'nothing changed'}"


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    changed = [name for name in new if new[name] != old.get(name)]
    return [name if name in _PRIVATE else f"{name} {_short(old.get(name))} → {_short(new[name])}" for name in changed]


def _short(value: Any) -> str:
    match value:
        case list():
            return ", ".join(map(str, value)) or "none"
        case dict():
            return ", ".join(f"{key}: {_short(inner)}" for key, inner in value.items())
        case bool():
            return "yes" if value else "no"
    return "none" if value is None else str(value)


def _is_admin(person: Staff) -> bool:
    return person.enabled and access_of(person) is Access.admin


def _tells_who(person: Staff) -> dict[str, str]:
    """The addresses by which somebody is known again; a channel's address in Slack may be several people's."""
    email, slack = (person.addresses.get(kind, "").strip() for kind in ("email", "slack"))
    return {"email": email.casefold(), "slack": slack if re.fullmatch(MEMBER, slack) else ""}


def _with_article(access: Access) -> str:
    return {Access.admin: "an admin", Access.manager: "a manager", Access.staff: "staff"}[access]
