"""Where a conversation stands, in the words that its visitor reads above the messages."""

from datetime import UTC, datetime

from pydantic import BaseModel

from handover.bot import Bot, TriggerMode
from handover.case import can_be_reached
from handover.casefile import HoursRequest
from handover.errors import NotFound
from handover.hours import is_online
from handover.messages import ConversationStatus
from handover.views import ConversationDetail
from handover.wording import agent_label
from web.pages.visitors import Visitor
from web.services import Services


class ChatStanding(BaseModel):
    """`status` as in the API; `button`: whether "Talk to a person" is offered now; `ask`: how to ask for an address, empty
    where there is no need to."""

    status: ConversationStatus
    text: str
    button: bool = False
    ask: str = ""


async def chat_standing(parts: Services, who: Visitor, bot: Bot) -> ChatStanding:
    """Who answers the visitor now, and whether they can ask for a person."""
    try:
        conversation = await parts.reads.conversation(who.conversation_id)
    except NotFound:
        return _with_the_bot(bot)
    match conversation.status:
        case ConversationStatus.escalated:
            return _waiting(parts, bot, conversation)
        case ConversationStatus.human:
            text = f"You are talking to {await _label(parts, bot, conversation)}."
        case ConversationStatus.closed:
            text = "This conversation is over. Write to begin again."
        case _:
            return _with_the_bot(bot)
    return ChatStanding(status=conversation.status, text=text)


def _with_the_bot(bot: Bot) -> ChatStanding:
    button = bot.handover.enabled and bot.handover.trigger_mode is not TriggerMode.auto
    return ChatStanding(status=ConversationStatus.bot, text=f"You are talking to the bot of {bot.name}.", button=button)


def _waiting(parts: Services, bot: Bot, conversation: ConversationDetail) -> ChatStanding:
    """Nobody has taken it yet: who leaves no address waits in vain once they have closed the page."""
    online = _is_online(parts, bot)
    ask = (
        "How can we reach you if you close this page?" if online else "Nobody is here right now. How can we reach you?"
    )
    return ChatStanding(
        status=conversation.status,
        text="A person has been asked for. You can go on writing meanwhile.",
        ask="" if can_be_reached(conversation.contact) else ask,
    )


def _is_online(parts: Services, bot: Bot) -> bool:
    """Whether the team is there at this moment, by the bot's current settings."""
    now = datetime.now(UTC)
    request = HoursRequest(bot_id=bot.id, hours=bot.handover.hours, since=now, until=now)
    return is_online(parts.openings(request, bot.handover.agents_available), now)


async def _label(parts: Services, bot: Bot, conversation: ConversationDetail) -> str:
    """What the visitor sees of the person who has the conversation."""
    assignee = conversation.handover.assignee if conversation.handover else None
    return await label_of(parts, bot, assignee) if assignee else "a person"


async def label_of(parts: Services, bot: Bot, staff_id: str) -> str:
    """What visitors see of somebody on the team."""
    try:
        name = (await parts.team.staff(staff_id)).name
    except NotFound:
        return "a person"
    return agent_label(bot.handover.agent_label, name)
