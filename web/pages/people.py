"""Staff sign in and out: with a password, or with an API key that may act for them."""

from math import ceil
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from handover.api_keys import may_sign_in
from handover.errors import NotFound
from handover.sign_in import allowances, whom
from handover.staff import Staff
from handover.views import KeyView
from web.access import SESSION_COOKIE, by_session, check_origin
from web.pages.entry import open_session, own_page
from web.pages.rendering import PageRoute, page, see
from web.refusals import address_of, note_refusal
from web.services import Parts, Services

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Text = Annotated[str, Form(max_length=500)]
WRONG = "This name and password don't belong together."
"""For a wrong password, for nobody of that name, and for those who are disabled or have no password: it tells nothing."""


@router.get("/")
async def start() -> Response:
    """The inbox is where work begins."""
    return see("/inbox")


@router.get("/login")
async def sign_in_page(request: Request, parts: Parts, next: str = "/inbox", by: str = "") -> Response:
    """The form; somebody who is signed in goes on. `by=key`: the one for an API key."""
    if await by_session(request, parts) is not None:
        return see(own_page(next))
    return _form(request, next, by_key=by == "key")


@router.post("/login")
async def sign_in(
    request: Request, parts: Parts, staff_id: Text = "", password: Text = "", key: Text = "", next: Text = "/inbox"
) -> Response:
    """Open a session for a person of the team."""
    await check_origin(request, parts)
    if key:
        return await _by_key(request, parts, staff_id.strip().lower(), key.strip(), next)
    return await _by_password(request, parts, staff_id.strip(), password, next)


@router.post("/logout")
async def sign_out(request: Request, parts: Parts) -> Response:
    """End the session."""
    await check_origin(request, parts)
    await parts.door.close_session(request.cookies.get(SESSION_COOKIE, ""))
    answer = see("/login")
    answer.delete_cookie(SESSION_COOKIE)
    return answer


async def _by_password(request: Request, parts: Services, name: str, password: str, next: str) -> Response:
    counted = allowances(name, address_of(request))
    wait = await parts.door.begin_try(counted)
    if wait:
        seconds = ceil(wait.total_seconds())
        refused = f"Too many wrong passwords. Try again in {seconds} second{'s' if seconds > 1 else ''}."
        answer = _form(request, next, 429, staff_id=name, refused=refused)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    person = whom(name, await parts.admin.team())
    fits = await parts.door.password_fits(person.id if person else None, password)
    if person is None or not fits:
        why = f"wrong name or password, from {address_of(request)}"
        await parts.door.audit("sign_in_refused", name[:64] or "unknown", why)
        return _form(request, next, 401, staff_id=name, refused=WRONG)
    await parts.door.forget_tries([subject for subject in counted if not subject.startswith("address ")])
    return await _come_in(request, parts, person.id, next, "with a password")


async def _by_key(request: Request, parts: Services, staff_id: str, key: str, next: str) -> Response:
    known = await parts.door.key(key)
    refused = await _why_not(parts, known, staff_id)
    if known is None or refused:
        why = f"{refused.rstrip('.')},"
        await note_refusal(parts, "sign_in_refused", request, actor=staff_id[:64] or "unknown", text=why)
        return _form(request, next, 401, by_key=True, staff_id=staff_id, refused=refused)
    return await _come_in(request, parts, staff_id, next, f"with API key {known.id}", known.id)


async def _come_in(
    request: Request, parts: Services, staff_id: str, next: str, how: str, key_id: int | None = None
) -> Response:
    answer = see(own_page(next))
    await open_session(request, answer, parts, staff_id, key_id)
    await parts.door.audit("signed_in", f"person:{staff_id}", f"{how}, from {address_of(request)}")
    return answer


def _form(
    request: Request, next: str, status: int = 200, *, by_key: bool = False, staff_id: str = "", refused: str = ""
) -> Response:
    context: dict[str, Any] = {"next": own_page(next), "by_key": by_key, "staff_id": staff_id, "refused": refused}
    return page(request, "login.html", status, **context)


async def _why_not(parts: Services, key: KeyView | None, staff_id: str) -> str:
    """Why this person can't come in with this key; empty where they can."""
    if key is None:
        return "This API key is not known here, or was revoked."
    if key.staff_id not in (None, staff_id):
        return "This API key belongs to somebody else on the team."
    person = await _on_the_team(parts, staff_id)
    if person is None:
        return "Nobody on the team has this staff id."
    if not may_sign_in(key, person):
        return "This API key may do less than this person: it signs them in nowhere."
    return ""


async def _on_the_team(parts: Services, staff_id: str) -> Staff | None:
    try:
        person = await parts.team.staff(staff_id)
    except NotFound:
        return None
    return person if person.enabled else None
