"""API keys, for admins: which there are, a new one whose text is shown once, and revoking one after a second look."""

from collections.abc import Mapping
from secrets import token_hex
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from handover.api_keys import LONGEST_NAME
from handover.errors import NotFound, Problem, Refused, SettingsError
from handover.staff import Access
from handover.views import KeyView, NewKey
from web.keys import make_key, revoke_key
from web.once import actor_of
from web.pages.forms import problems_by_field, text_fields
from web.pages.guard import Administering, Me
from web.pages.rendering import PageRoute, page, see
from web.services import Parts, Services

router = APIRouter(prefix="/keys", route_class=PageRoute, include_in_schema=False)

KeyId = Annotated[int, Path(ge=1, le=2**63 - 1)]
_AS_THEY = ""
"""The choice of an access that is left to whom the key acts for."""


@router.get("")
async def all_keys(request: Request, parts: Parts, me: Administering, revoked: int = 0, made: int = 0) -> Response:
    """The keys that open, the newest first, and behind them the revoked ones; `made`: by a form that was sent again."""
    keys = {one.id: one for one in await parts.door.keys()}
    name = keys[revoked].name if revoked in keys and keys[revoked].revoked_at is not None else ""
    return await _show(request, parts, me, revoked=name, made_before=keys[made].name if made in keys else "")


@router.post("")
async def make(request: Request, parts: Parts, me: Administering) -> Response:
    """Make a key: the page that answers is the only one to show its text. Loaded again, it makes no second one."""
    typed = await text_fields(request)
    form = f"form of keys:{typed.get('once') or token_hex(8)}"[:100]
    receipt = await parts.door.begin(actor_of(me.caller), form, "")
    if receipt.state == "in_progress":
        raise Refused(
            "in_progress", "The key is being made: this form was sent a moment ago. Look for it among the keys."
        )
    if receipt.answer is not None:
        return see(f"/keys?made={receipt.answer['id']}")
    try:
        made = await _finished(parts, me, form, typed)
    except SettingsError as error:
        return await _show(request, parts, me, typed=typed, error=error)
    return await _show(request, parts, me, made=made)


@router.get("/{key_id}/revoke")
async def ask(request: Request, key_id: KeyId, parts: Parts, me: Administering) -> Response:
    """What will happen, and the button that does it."""
    key = await _key(parts, key_id)
    if key.revoked_at is not None:
        return see(f"/keys?revoked={key_id}")
    return page(request, "key_revoke.html", me=me, key=key, names=await _names(parts))


@router.post("/{key_id}/revoke")
async def revoke(key_id: KeyId, parts: Parts, me: Administering) -> Response:
    """Revoke it."""
    await revoke_key(parts, me.caller, key_id)
    return see(f"/keys?revoked={key_id}")


async def _finished(parts: Services, me: Me, form: str, typed: Mapping[str, str]) -> NewKey:
    """The key of a form that has begun. Its receipt has which one it is, never its text. Raises SettingsError."""
    try:
        access, staff_id = _access(typed.get("access", _AS_THEY)), typed.get("staff_id") or None
        made = await make_key(parts, me.caller, typed.get("name", ""), access, staff_id)
    except BaseException:
        await parts.door.abandon(actor_of(me.caller), form)
        raise
    await parts.door.finish(actor_of(me.caller), form, 200, {"id": made.id})
    return made


async def _show(
    request: Request,
    parts: Services,
    me: Me,
    *,
    typed: Mapping[str, str] | None = None,
    error: SettingsError | None = None,
    made: NewKey | None = None,
    revoked: str = "",
    made_before: str = "",
) -> Response:
    """The page; after a refusal with what was typed, after making a key with its text."""
    keys = sorted(await parts.door.keys(), key=lambda one: (one.revoked_at is not None, -one.id))
    context: dict[str, Any] = {
        "me": me,
        "keys": keys,
        "team": [one for one in await parts.admin.team() if one.enabled],
        "names": await _names(parts) | {f"key:{one.id}": f"the key “{one.name}”" for one in keys},
        "levels": list(Access),
        "typed": typed or {},
        "problems": problems_by_field(error),
        "made": made,
        "revoked": revoked,
        "made_before": made_before,
        "once": token_hex(16),
        "longest": LONGEST_NAME,
    }
    return page(request, "keys.html", 422 if error else 200, **context)


def _access(typed: str) -> Access | None:
    if typed not in (_AS_THEY, *Access):
        allowed = ", ".join(Access)
        raise SettingsError("key", [Problem("access", f"{typed} is none; allowed is one of {allowed}")])
    return Access(typed) if typed else None


async def _key(parts: Services, key_id: int) -> KeyView:
    found = next((one for one in await parts.door.keys() if one.id == key_id), None)
    if found is None:
        raise NotFound("key", str(key_id))
    return found


async def _names(parts: Services) -> dict[str, str]:
    return {one.id: one.name for one in await parts.admin.team()} | {"settings": "the settings"}
