"""What a visitor hears while the chat is open: messages, where the conversation stands, and who is writing to them.

Messages come with the id of their event, behind which a page that was cut off resumes. Who is writing has none: it soon ends.
"""

from collections.abc import AsyncIterator

from fastapi.sse import ServerSentEvent
from pydantic import BaseModel

from handover.attachments import is_picture
from handover.bot import Bot
from handover.errors import NotFound
from handover.messages import Attachment, Author, ConversationStatus
from handover.views import MessageView, Page
from web.api.conversations import follow
from web.pages.live import BEAT, HELLO, WRITING, together
from web.pages.sites import is_allowed
from web.pages.standing import ChatStanding, chat_standing, label_of
from web.pages.visitors import Visitor
from web.services import Services

_OF_INTEREST = frozenset({"message", "status", "handover"})


class ShownAttachment(BaseModel):
    """What a visitor has attached. `is_picture`: the chat shows it in its place."""

    id: str
    name: str
    is_picture: bool


class ChatMessage(BaseModel):
    """What a visitor sees of a message. `message_id` is their own, of what they wrote themselves."""

    row: int
    author: Author
    label: str
    text: str
    at: str
    message_id: str = ""
    attachments: list[ShownAttachment] = []


class Writing(BaseModel):
    """Who is writing to the visitor; empty: nobody."""

    label: str


def shown(one: MessageView) -> ChatMessage:
    """A message as its visitor sees it."""
    own = one.message_id if one.author is Author.contact else ""
    return ChatMessage(
        row=one.row,
        author=one.author,
        label=one.label,
        text=one.text,
        at=one.at.isoformat(),
        message_id=own,
        attachments=[in_chat(attachment) for attachment in one.attachments if attachment.id],
    )


def in_chat(attachment: Attachment) -> ShownAttachment:
    """What was attached here, as the chat shows it."""
    return ShownAttachment(id=attachment.id, name=attachment.name, is_picture=is_picture(attachment.media_type))


async def said(parts: Services, conversation_id: str, after: int = 0, limit: int = 200) -> Page[MessageView]:
    """What was said behind a row; nothing yet where the conversation has not begun."""
    try:
        return await parts.reads.messages(conversation_id, after=after, limit=limit)
    except NotFound:
        return Page(items=[])


async def visitor_news(parts: Services, who: Visitor, after: int) -> AsyncIterator[ServerSentEvent]:
    """Everything behind event `after` that the visitor may see, and then what comes; ends when the bot no longer allows
    their site."""
    yield HELLO
    heard = _Heard(parts, who)
    async for news in together(_events(parts, who, after), _writers(parts, who)):
        bot = (await parts.admin.bot(who.bot_id)).bot
        if not is_allowed(bot, who.site):
            return
        async for told in heard.tell(bot, news):
            yield told


class _Heard:
    """What one open chat knows already: where the conversation stands is told when it has changed."""

    def __init__(self, parts: Services, who: Visitor) -> None:
        self._parts, self._who = parts, who
        self._standing: ChatStanding | None = None

    async def tell(self, bot: Bot, news: ServerSentEvent) -> AsyncIterator[ServerSentEvent]:
        if news.event == WRITING:
            yield await self._writing(bot, news)
            return
        if news.event == "message":
            async for message in self._message(news):
                yield message
        standing = await chat_standing(self._parts, self._who, bot)
        if standing != self._standing:
            self._standing = standing
            yield ServerSentEvent(event="standing", data=standing.model_dump(mode="json"), id=news.id)
        elif news.event is None:
            yield BEAT

    async def _message(self, news: ServerSentEvent) -> AsyncIterator[ServerSentEvent]:
        """The message that an event is about; none where it is a note of the team."""
        row = news.data["data"]["row"] if isinstance(news.data, dict) else 0
        for one in (await said(self._parts, self._who.conversation_id, after=row - 1, limit=1)).items:
            if one.row == row:
                yield ServerSentEvent(event="message", data=shown(one).model_dump(mode="json"), id=news.id)

    async def _writing(self, bot: Bot, news: ServerSentEvent) -> ServerSentEvent:
        """Whoever has the case is writing to the visitor; what others write may never be sent."""
        holder = await self._holder()
        label = await label_of(self._parts, bot, holder) if holder and holder in (news.data or ()) else ""
        return ServerSentEvent(event=WRITING, data=Writing(label=label).model_dump())

    async def _holder(self) -> str | None:
        try:
            conversation = await self._parts.reads.conversation(self._who.conversation_id)
        except NotFound:
            return None
        speaks = conversation.status is ConversationStatus.human and conversation.handover
        return conversation.handover.assignee if speaks and conversation.handover else None


async def _events(parts: Services, who: Visitor, after: int) -> AsyncIterator[ServerSentEvent]:
    """What may matter to the visitor, and beats between: one at once, for where it stands is told even if nothing happens."""
    yield BEAT
    async for event in follow(parts, who.conversation_id, after):
        if event.event is None or event.event in _OF_INTEREST:
            yield event


async def _writers(parts: Services, who: Visitor) -> AsyncIterator[ServerSentEvent]:
    """Who of the team is writing in the conversation, by staff id, whenever that has changed."""
    async for writers in parts.writers.changes(who.conversation_id):
        yield ServerSentEvent(event=WRITING, data=writers)
