"""A plain chat page for visitors: write, read, and ask for a person, in their own conversation only."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field

from handover.bot import Id
from handover.conversation import ConversationInput
from handover.errors import NotFound
from handover.messages import Author, RequestHuman
from handover.views import MessageView, Page
from web.access import check_origin
from web.api.conversations import post
from web.bodies import Body, MessageBody
from web.pages.live import conversation_news
from web.pages.rendering import PageRoute, page, see
from web.pages.standing import ChatStanding, chat_standing
from web.pages.visitors import TheVisitor, new_visitor, remember, visitor_of
from web.services import Parts, Services

router = APIRouter(prefix="/chat", route_class=PageRoute, include_in_schema=False)

MessageId = Annotated[str, Field(min_length=1, max_length=100)]
_OF_INTEREST = frozenset({"message", "status"})


class Said(Body):
    """What the visitor wrote, and nothing else: what they say about tags, owner or status is not taken."""

    message_id: MessageId
    text: Annotated[str, Field(min_length=1)]


class Pressed(Body):
    """The button. The same `press_id` again is the same press."""

    press_id: MessageId


class ChatMessage(BaseModel):
    """What a visitor sees of a message. `message_id` is their own, of what they wrote themselves."""

    row: int
    author: Author
    label: str
    text: str
    at: str
    message_id: str = ""


class ChatPart(BaseModel):
    """Messages and where the conversation stands. `next`: ask again behind this row."""

    items: list[ChatMessage]
    next: str | None
    standing: ChatStanding


@router.get("")
async def chat_page(request: Request, parts: Parts, bot: Id | None = None) -> Response:
    """The chat; who comes back, or loads it again, finds their conversation."""
    found = visitor_of(request, parts)
    if found is None or bot not in (None, found.bot_id):
        found = new_visitor(bot)
    settings = (await parts.admin.bot(found.bot_id)).bot
    answer = page(request, "chat.html", bot=settings, chat=found.conversation_id[-8:])
    remember(request, answer, parts, found)
    return answer


@router.post("/new")
async def start_over(request: Request, parts: Parts) -> Response:
    """A new conversation with the same bot."""
    check_origin(request)
    before = visitor_of(request, parts)
    answer = see("/chat")
    remember(request, answer, parts, new_visitor(before.bot_id if before else None))
    return answer


@router.post("/messages", status_code=202)
async def say(said: Said, parts: Parts, who: TheVisitor) -> dict[str, str]:
    """The visitor wrote."""
    body = MessageBody(message_id=said.message_id, text=said.text, bot_id=who.bot_id)
    await post(parts, "visitor", who.conversation_id, body, wait=None)
    return {"message_id": said.message_id}


@router.get("/messages")
async def messages(parts: Parts, who: TheVisitor, after: Annotated[int, Query(ge=0, le=2**62)] = 0) -> ChatPart:
    """What was said in the visitor's conversation, without what the team notes for itself."""
    found = await _messages(parts, who.conversation_id, after)
    return ChatPart(
        items=[_shown(one) for one in found.items],
        next=found.next,
        standing=await chat_standing(parts, who),
    )


@router.get("/live", response_class=EventSourceResponse)
async def live(parts: Parts, who: TheVisitor) -> AsyncIterator[ServerSentEvent]:
    """A nudge whenever there is something new for the visitor to see."""
    async for nudge in conversation_news(parts, who.conversation_id, _matters):
        yield nudge


@router.post("/handover", status_code=202)
async def talk_to_a_person(pressed: Pressed, parts: Parts, who: TheVisitor) -> dict[str, bool]:
    """The button. Raises Refused with the bot's own words where it hands nothing over."""
    start = ConversationInput(conversation_id=who.conversation_id, bot_id=who.bot_id, channel="web")
    key = f"visitor/{pressed.press_id}"
    await parts.client.request_human(who.conversation_id, RequestHuman(), start=start, key=key)
    return {"requested": True}


async def _messages(parts: Services, conversation_id: str, after: int) -> Page[MessageView]:
    """What was said; nothing yet where the conversation has not begun."""
    try:
        return await parts.reads.messages(conversation_id, after=after)
    except NotFound:
        return Page(items=[])


def _shown(one: MessageView) -> ChatMessage:
    own = one.message_id if one.author is Author.contact else ""
    return ChatMessage(
        row=one.row, author=one.author, label=one.label, text=one.text, at=one.at.isoformat(), message_id=own
    )


def _matters(event: ServerSentEvent) -> bool:
    """Whether there is something to see for the visitor: what the team notes for itself is not even hinted at."""
    is_note = isinstance(event.data, dict) and event.data.get("data", {}).get("author") == Author.note
    return event.event in _OF_INTEREST and not is_note
