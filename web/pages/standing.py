"""Where a conversation stands, in the words that its visitor reads above the messages."""

from pydantic import BaseModel

from handover.bot import Bot, TriggerMode
from handover.errors import NotFound
from handover.messages import ConversationStatus
from handover.views import ConversationDetail
from handover.wording import agent_label
from web.pages.visitors import Visitor
from web.services import Services


class ChatStanding(BaseModel):
    """`status` as in the API; `button`: whether "Talk to a person" is offered now."""

    status: ConversationStatus
    text: str
    button: bool


async def chat_standing(parts: Services, who: Visitor) -> ChatStanding:
    """Who answers the visitor now, and whether they can ask for a person."""
    bot = (await parts.admin.bot(who.bot_id)).bot
    try:
        conversation = await parts.reads.conversation(who.conversation_id)
    except NotFound:
        return _with_the_bot(bot)
    match conversation.status:
        case ConversationStatus.escalated:
            text = "A person has been asked for. You can go on writing meanwhile."
        case ConversationStatus.human:
            text = f"You are talking to {await _label(parts, bot, conversation)}."
        case ConversationStatus.closed:
            text = "This conversation is over. Write to begin again."
        case _:
            return _with_the_bot(bot)
    return ChatStanding(status=conversation.status, text=text, button=False)


def _with_the_bot(bot: Bot) -> ChatStanding:
    button = bot.handover.trigger_mode is not TriggerMode.auto
    return ChatStanding(status=ConversationStatus.bot, text=f"You are talking to the bot of {bot.name}.", button=button)


async def _label(parts: Services, bot: Bot, conversation: ConversationDetail) -> str:
    """What the visitor sees of the person who has the conversation."""
    assignee = conversation.handover.assignee if conversation.handover else None
    try:
        name = (await parts.team.staff(assignee)).name if assignee else ""
    except NotFound:
        name = ""
    return agent_label(bot.handover.agent_label, name) if name else "a person"
