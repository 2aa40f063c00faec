"""Changing people: validated, allowed, one change at a time, and written down."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from handover.addresses import address_fault
from handover.documents import person_problems, validated
from handover.errors import NotFound, Problem, SettingsError
from handover.people import lockout_problems, overreach, shared_address_problems, what_changed
from handover.staff import Staff
from web.access import Caller
from web.problems import ApiError
from web.services import Services

OWN = frozenset({"available", "notify", "quiet", "addresses"})
"""What everybody may change about themselves."""
_SOURCE = "staff"

Make = Callable[[Staff | None], Staff]


async def change_person(parts: Services, who: Caller, staff_id: str, make: Make) -> Staff:
    """Change a person, or add one. Raises SettingsError that names what does not fit, and ApiError 403 where the change is
    not theirs to make. Who is disabled is signed out at once, everywhere."""

    def decide(team: Sequence[Staff]) -> Staff:
        before = _find(team, staff_id)
        after = make(before)
        _fits(before, after, team, parts.settings.allowed_notify_hosts)
        refusal = overreach(who.by, before, after)
        if refusal:
            raise ApiError(403, "admins_only", f"{refusal} Nothing was changed.")
        _refuse(lockout_problems(who.by, before, after, team))
        return after

    return await _change(parts, who, staff_id, decide)


async def change_oneself(parts: Services, who: Caller, fields: Mapping[str, Any]) -> Staff:
    """A person changes what is their own: `fields` are of OWN. Raises SettingsError."""
    staff_id = who.acts_as(None)
    assert fields.keys() <= OWN

    def decide(team: Sequence[Staff]) -> Staff:
        before = _find(team, staff_id)
        after = with_fields(before, staff_id, fields)
        _fits(before, after, team, parts.settings.allowed_notify_hosts)
        return after

    return await _change(parts, who, staff_id, decide)


def with_fields(before: Staff | None, staff_id: str, fields: Mapping[str, Any]) -> Staff:
    """The person with some fields changed. Raises NotFound, and SettingsError that names every wrong key."""
    if before is None:
        raise NotFound("staff member", staff_id)
    return validated(Staff, before.model_dump(mode="json") | dict(fields), _SOURCE)


async def _change(parts: Services, who: Caller, staff_id: str, decide: Callable[[Sequence[Staff]], Staff]) -> Staff:
    before, after = await parts.people.change(staff_id, decide)
    if not after.enabled:
        await parts.door.close_sessions(staff_id)
        await parts.door.drop_link(staff_id)
    if after != before:
        await parts.door.audit("staff_changed", who.name, what_changed(before, after))
    return after


def _find(team: Sequence[Staff], staff_id: str) -> Staff | None:
    return next((one for one in team if one.id == staff_id), None)


def _fits(before: Staff | None, after: Staff, team: Sequence[Staff], hosts: Collection[str]) -> None:
    others = [one for one in team if one.id != after.id]
    _refuse(
        person_problems(after, others)
        + shared_address_problems(before, after, team)
        + _address_problems(before, after, hosts)
    )


def _address_problems(before: Staff | None, after: Staff, hosts: Collection[str]) -> list[Problem]:
    """New addresses that nobody could be told at, or that lead where none may; those of before stay."""
    had = before.addresses if before else {}
    new = {channel: address for channel, address in after.addresses.items() if had.get(channel) != address}
    faults = {channel: address_fault(channel, address, hosts) for channel, address in new.items()}
    return [Problem(f"addresses.{channel}", fault) for channel, fault in faults.items() if fault]


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise SettingsError(_SOURCE, problems)
