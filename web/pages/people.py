"""Staff sign in and out. A valid API key opens a session for one person of the team."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from handover.errors import NotFound
from handover.views import KeyView
from web.access import SESSION_COOKIE, by_session, check_origin
from web.pages.rendering import PageRoute, is_https, page, see
from web.services import Parts, Services

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SESSION_LASTS = timedelta(days=7)

Text = Annotated[str, Form(max_length=500)]


@router.get("/")
async def start() -> Response:
    """The inbox is where work begins."""
    return see("/inbox")


@router.get("/login")
async def sign_in_page(request: Request, parts: Parts, next: str = "/inbox") -> Response:
    """The form; somebody who is signed in goes on."""
    if await by_session(request, parts) is not None:
        return see(_own_page(next))
    return page(request, "login.html", next=_own_page(next), staff_id="", refused="")


@router.post("/login")
async def sign_in(
    request: Request, parts: Parts, key: Text = "", staff_id: Text = "", next: Text = "/inbox"
) -> Response:
    """Open a session for a person of the team, with a key that may act for them."""
    check_origin(request)
    staff_id = staff_id.strip().lower()
    refused = await _why_not(parts, await parts.door.key(key.strip()), staff_id)
    if refused:
        await parts.door.audit("sign_in_refused", staff_id[:64] or "unknown", refused)
        return page(request, "login.html", 401, next=_own_page(next), staff_id=staff_id, refused=refused)
    answer = see(_own_page(next))
    await _open_session(request, answer, parts, staff_id)
    return answer


@router.post("/logout")
async def sign_out(request: Request, parts: Parts) -> Response:
    """End the session."""
    check_origin(request)
    await parts.door.close_session(request.cookies.get(SESSION_COOKIE, ""))
    answer = see("/login")
    answer.delete_cookie(SESSION_COOKIE)
    return answer


async def _why_not(parts: Services, key: KeyView | None, staff_id: str) -> str:
    """Why this person can't come in with this key; empty where they can."""
    if key is None:
        return "This API key is not known here, or was revoked."
    if key.staff_id not in (None, staff_id):
        return "This API key belongs to somebody else on the team."
    if not await _is_on_the_team(parts, staff_id):
        return "Nobody on the team has this staff id."
    return ""


async def _is_on_the_team(parts: Services, staff_id: str) -> bool:
    try:
        return (await parts.team.staff(staff_id)).enabled
    except NotFound:
        return False


async def _open_session(request: Request, answer: Response, parts: Services, staff_id: str) -> None:
    answer.set_cookie(
        SESSION_COOKIE,
        await parts.door.open_session(staff_id, SESSION_LASTS),
        max_age=int(SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_https(request, parts.settings.public_url),
    )


def _own_page(path: str) -> str:
    """Where to go on: a page of ours, never another site's."""
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if ours else "/inbox"
