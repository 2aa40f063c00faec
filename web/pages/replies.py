"""The canned replies of the team: everybody sees them, managers write them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from handover.canned import MOST_TEXT, MOST_TITLE, PLACEHOLDERS
from handover.errors import Refused
from web.pages.guard import Me, SignedIn
from web.pages.rendering import PageRoute, page, see
from web.pages.worklist import names_of_staff
from web.services import Parts, Services

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ReplyId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Title = Annotated[str, Form(max_length=MOST_TITLE * 10)]
Text = Annotated[str, Form(max_length=MOST_TEXT * 4)]


@router.get("/replies")
async def replies(request: Request, parts: Parts, me: SignedIn) -> Response:
    """All canned replies."""
    return await _show(request, parts, me)


@router.post("/replies")
async def add(request: Request, parts: Parts, me: SignedIn, title: Title = "", text: Text = "") -> Response:
    """A new one."""
    typed = {"title": title, "text": text}
    return await _do(request, parts, me, typed, lambda: parts.desk.add_canned(title, text, me.staff_id))


@router.get("/replies/{reply_id}")
@router.get("/replies/{reply_id}/remove")
async def back_to_the_page(reply_id: ReplyId, me: SignedIn) -> Response:
    """A refused form leaves its address in the browser; loaded again, it is the page."""
    return see("/replies")


@router.post("/replies/{reply_id}")
async def change(
    request: Request, reply_id: ReplyId, parts: Parts, me: SignedIn, title: Title = "", text: Text = ""
) -> Response:
    """Another title or text."""
    typed = {"id": str(reply_id), "title": title, "text": text}
    return await _do(request, parts, me, typed, lambda: parts.desk.change_canned(reply_id, title, text, me.staff_id))


@router.post("/replies/{reply_id}/remove")
async def remove(request: Request, reply_id: ReplyId, parts: Parts, me: SignedIn) -> Response:
    """It is not needed any more."""
    return await _do(request, parts, me, {}, lambda: parts.desk.remove_canned(reply_id))


async def _do(
    request: Request, parts: Services, me: Me, typed: Mapping[str, str], act: Callable[[], Awaitable[object]]
) -> Response:
    """Change something; what is refused is shown, with what was typed."""
    if not me.manages:
        raise Refused("managers_only", "Canned replies are written by managers and admins.")
    try:
        await act()
    except Refused as error:
        return await _show(request, parts, me, typed, str(error))
    return see("/replies")


async def _show(
    request: Request, parts: Services, me: Me, typed: Mapping[str, str] | None = None, alert: str = ""
) -> Response:
    return page(
        request,
        "replies.html",
        422 if alert else 200,
        me=me,
        replies=await parts.desk.canned(),
        names=await names_of_staff(parts),
        placeholders=PLACEHOLDERS,
        most_title=MOST_TITLE,
        most_text=MOST_TEXT,
        typed=typed or {},
        alert=alert,
    )
