"""What a person was told: their inbox, and what of it they have read."""

from typing import Annotated

from fastapi import APIRouter, Query

from handover.views import NotificationView, Page
from web.access import Who
from web.bodies import ReadBody
from web.filters import NotificationList
from web.problems import RESPONSES
from web.services import Parts

router = APIRouter(prefix="/v1/notifications", tags=["notifications"], responses=RESPONSES)


@router.get("")
async def list_notifications(
    asked: Annotated[NotificationList, Query()], parts: Parts, who: Who
) -> Page[NotificationView]:
    """The caller's inbox, newest first. A key that acts for everybody says whose with `staff_id`."""
    person = await parts.team.staff(who.acts_as(asked.staff_id))
    return await parts.inbox.inbox(person.id, unread=asked.unread, after=asked.after, limit=asked.limit)


@router.post("/read", status_code=204)
async def mark_read(body: ReadBody, parts: Parts, who: Who) -> None:
    """These were read. Those of others, and those read before, stay as they are; repeating it changes nothing."""
    person = await parts.team.staff(who.acts_as(body.staff_id))
    await parts.inbox.mark_read(person.id, body.ids)
