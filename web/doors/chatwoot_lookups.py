"""Whose conversation in Chatwoot it is here, and in whose name somebody acts who writes there."""

import asyncio
from typing import NamedTuple

from handover.chatwoot import Place
from handover.errors import NotFound, Unavailable
from handover.ids import HandoverId
from handover.views import ConversationDetail, HandoverSummary
from web.doors.chatwoot_events import Person
from web.services import Services

_LOOKS, _LOOK_EVERY = 20, 0.1
"""How often, and every how many seconds, it is looked whom a case was given to that has just been opened."""


class Author(NamedTuple):
    """Who wrote in Chatwoot, and in whose name it is done here; None where there is nobody to do it."""

    staff_id: str | None
    is_known: bool
    shown: str


async def author_of(parts: Services, person: Person) -> Author:
    """The member of the team with the same email address; otherwise the one who stands for all others in Chatwoot."""
    email = (person.email or "").strip().casefold()
    team = {one.id: one for one in await parts.admin.team() if one.enabled}
    same = [one.id for one in team.values() if email and one.addresses.get("email", "").strip().casefold() == email]
    if same:
        return Author(same[0], True, person.in_words)
    return Author(next((one for one in team if one == parts.settings.chatwoot_agent), None), False, person.in_words)


async def conversation_of(parts: Services, place: Place) -> ConversationDetail | None:
    try:
        return await parts.reads.conversation(place.conversation_id)
    except NotFound:
        return None


async def open_handover(parts: Services, place: Place) -> HandoverSummary | None:
    conversation = await conversation_of(parts, place)
    handover = conversation.handover if conversation else None
    return handover if handover is not None and not handover.status.ended else None


async def holder_of(parts: Services, handover: HandoverId) -> str | None:
    """Who has the case, once it was looked for somebody. Raises Unavailable where that takes long."""
    for _ in range(_LOOKS):
        detail = await parts.reads.handover(str(handover))
        if any(one.kind == "assigned" for one in detail.log):
            return detail.assignee
        await asyncio.sleep(_LOOK_EVERY)
    raise Unavailable("Somebody is still being looked for who takes the case.")
