"""Making and revoking API keys, for the API and the page alike."""

from handover.api_keys import access_of_key, in_words, key_problems, name_problems
from handover.errors import NotFound, Problem, SettingsError
from handover.staff import Access, Staff
from handover.views import NewKey
from web.access import Caller
from web.problems import ApiError
from web.services import Services


async def make_key(
    parts: Services, who: Caller, name: str, access: Access | None = None, staff_id: str | None = None
) -> NewKey:
    """A new key, its text in clear this once. Raises SettingsError."""
    name = " ".join(name.split())
    person = await _person(parts, staff_id)
    given = access_of_key(who.by, access, person)
    problems = [*name_problems(name), *key_problems(who.by, given, person)]
    if problems:
        raise SettingsError("key", problems)
    made = await parts.door.create_key(name, staff_id, given, who.signature)
    await parts.door.audit("key_made", who.name, in_words(made))
    return made


async def revoke_key(parts: Services, who: Caller, key_id: int) -> None:
    """Close a key at once and for good, with the sessions that it has opened. Raises NotFound, and ApiError for the key that
    asks: a mistake in a program would lock everybody out who has no other."""
    if who.name == f"key:{key_id}":
        raise ApiError(403, "own_key", "A key does not revoke itself: use another one. Nothing was changed.")
    revoked = await parts.door.revoke_key(key_id, who.signature)
    await parts.door.audit("key_revoked", who.name, in_words(revoked))


async def _person(parts: Services, staff_id: str | None) -> Staff | None:
    if staff_id is None:
        return None
    try:
        return await parts.team.staff(staff_id)
    except NotFound as error:
        team = ", ".join(one.id for one in await parts.admin.team() if one.enabled)
        raise SettingsError("key", [Problem("staff_id", f"nobody is {staff_id}; allowed is one of {team}")]) from error
