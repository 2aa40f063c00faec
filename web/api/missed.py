"""Handovers that a reviewer misses: for backtests, which count how many of them new rules would bring."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from handover.views import MissedView
from web.access import Who
from web.api.conversations import ConversationId
from web.bodies import MissedBody
from web.problems import RESPONSES
from web.services import Parts

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], responses=RESPONSES)

Turn = Annotated[int, Path(ge=1, le=2**31 - 1)]


class MissedList(BaseModel):
    """The marks of one conversation, by turn."""

    items: list[MissedView]


@router.post("/{conversation_id}/missed")
async def mark_missed(conversation_id: ConversationId, body: MissedBody, parts: Parts, who: Who) -> MissedView:
    """The bot should have handed over in this turn. Said again, the last word counts. 409 where the turn was handed over."""
    person = await parts.team.staff(who.acts_as(body.staff_id))
    return await parts.missed.mark(conversation_id, body.turn, person.id, body.reason)


@router.get("/{conversation_id}/missed")
async def list_missed(conversation_id: ConversationId, parts: Parts, who: Who) -> MissedList:
    """What reviewers marked in a conversation."""
    return MissedList(items=await parts.missed.missed(conversation_id))


@router.delete("/{conversation_id}/missed/{turn}", status_code=204)
async def take_back(
    conversation_id: ConversationId,
    turn: Turn,
    parts: Parts,
    who: Who,
    staff_id: Annotated[str | None, Query(max_length=64, description="Who takes it back.")] = None,
) -> None:
    """It was no missed handover after all. The audit log keeps who took it back."""
    person = await parts.team.staff(who.acts_as(staff_id))
    await parts.missed.unmark(conversation_id, turn)
    await parts.door.audit("missed_taken_back", who.name, f"{person.id}: {conversation_id}, turn {turn}")
