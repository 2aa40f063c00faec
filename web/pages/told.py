"""What a person was told: the list behind the bell, each with its way to the case."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from handover.views import NotificationView
from web.pages.guard import SignedIn
from web.pages.rendering import PageRoute, page, see
from web.services import Parts, Services

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MOST_COUNTED = 100
Number = Annotated[int, Form(ge=1, le=2**62)]


class Bell(BaseModel):
    """How many notifications wait to be read; `more`: and there are more than that."""

    unread: int
    more: bool


@router.get("/notifications")
async def notifications(
    request: Request, parts: Parts, me: SignedIn, after: Annotated[str | None, Query(max_length=500)] = None
) -> Response:
    """What this person was told, newest first."""
    told = await parts.inbox.inbox(me.staff_id, after=after)
    return page(request, "notifications.html", me=me, told=told.items, next=told.next, first=after is None)


@router.get("/notifications/unread")
async def bell(parts: Parts, me: SignedIn) -> Bell:
    """What the bell shows."""
    unread = await parts.inbox.inbox(me.staff_id, unread=True, limit=MOST_COUNTED)
    return Bell(unread=len(unread.items), more=unread.next is not None)


@router.get("/notifications/read")
async def back_to_the_page(me: SignedIn) -> Response:
    return see("/notifications")


@router.post("/notifications/read")
async def read(parts: Parts, me: SignedIn, id: Annotated[list[Number] | None, Form(max_length=200)] = None) -> Response:
    """These were read; those of others stay as they are."""
    if id:
        await parts.inbox.mark_read(me.staff_id, id)
    return see("/notifications")


async def read_on_the_spot(parts: Services, staff_id: str, conversation_id: str) -> None:
    """Who looks at a conversation has read what they were told about it."""
    unread = await parts.inbox.inbox(staff_id, unread=True, limit=MOST_COUNTED)
    about = [one.id for one in unread.items if _is_about(one, conversation_id)]
    if about:
        await parts.inbox.mark_read(staff_id, about)


def _is_about(one: NotificationView, conversation_id: str) -> bool:
    return one.conversation_id == conversation_id
