"""The chat of visitors: write, read, and ask for a person, in their own conversation only.

/chat is a page of its own; the widget shows the same chat in a frame on other sites (widget.py).
"""

import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field

from handover.attachments import IN_WORDS, Content, SaysSomething, file_name, kind_of
from handover.bot import Id
from handover.conversation import ConversationInput
from handover.messages import MAX_ATTACHMENTS, PostedMessage, RequestHuman
from web.access import check_origin
from web.api.conversations import check_bot, post
from web.attached import as_answer
from web.bodies import Body
from web.pages.rendering import PageRoute, page, see
from web.pages.sites import check_allowed, site_of
from web.pages.standing import ChatStanding, chat_standing
from web.pages.visitor_news import ChatMessage, ShownAttachment, in_chat, said, shown, visitor_news
from web.pages.visitors import (
    KEPT_SECONDS,
    TheVisitor,
    Visitor,
    new_visitor,
    on_their_site,
    remember,
    token_for,
    visitor_in,
    visitor_of,
)
from web.problems import ApiError
from web.services import Parts, Services

router = APIRouter(prefix="/chat", route_class=PageRoute, include_in_schema=False)

MessageId = Annotated[str, Field(min_length=1, max_length=100)]
AttachmentId = Annotated[str, Field(pattern=r"^[\w-]{1,64}$")]
UPLOADS = "/chat/attachments"
"""Where bodies may be as large as an attachment."""


class Said(Body, SaysSomething):
    """What the visitor wrote, and nothing else: what they say about tags, owner or status is not taken. `attachments`: the
    ids of what was uploaded for it."""

    message_id: MessageId
    attachments: Annotated[list[AttachmentId], Field(max_length=MAX_ATTACHMENTS)] = []


class Pressed(Body):
    """The button. The same `press_id` again is the same press."""

    press_id: MessageId


class Entering(Body):
    """A new conversation with a bot, or with `token` a new token for the one that it names."""

    bot: Id | None = None
    token: Annotated[str, Field(max_length=2000)] | None = None


class Entered(BaseModel):
    """The token for everything else. `chat`: the end of the conversation's id, by which the inbox names visitors."""

    token: str
    chat: str


class ChatPart(BaseModel):
    """Messages and where the conversation stands. `next`: ask again behind this row. `cursor`: follow behind this event."""

    items: list[ChatMessage]
    next: str | None
    cursor: int
    standing: ChatStanding


def entered(parts: Services, who: Visitor) -> Entered:
    """What a page needs for the chat of this visitor."""
    return Entered(token=token_for(parts, who), chat=who.conversation_id[-8:])


@router.get("")
async def chat_page(request: Request, parts: Parts, bot: Id | None = None) -> Response:
    """The chat; who comes back, or loads it again, finds their conversation."""
    found = visitor_of(request, parts)
    if found is None or bot not in (None, found.bot_id):
        found = new_visitor(bot)
    settings = (await parts.admin.bot(found.bot_id)).bot
    answer = page(request, "chat.html", bot=settings, entered=entered(parts, found))
    remember(request, answer, parts, found)
    return answer


@router.post("/new")
async def start_over(request: Request, parts: Parts) -> Response:
    """A new conversation with the same bot."""
    await check_origin(request, parts)
    before = visitor_of(request, parts)
    answer = see("/chat")
    remember(request, answer, parts, new_visitor(before.bot_id if before else None))
    return answer


@router.post("/session")
async def enter(entering: Entering, request: Request, parts: Parts) -> Entered:
    """A token. Raises ApiError 403 on a site that the bot does not allow, 401 where the old token is too old."""
    await check_origin(request, parts)
    if entering.token is not None:
        known = await visitor_in(request, parts, entering.token, KEPT_SECONDS)
        return entered(parts, await on_their_site(request, parts, known))
    site = site_of(request)
    await check_allowed(request, parts, entering.bot, site)
    return entered(parts, new_visitor(entering.bot, site))


async def _may_begin(request: Request, parts: Parts, who: TheVisitor) -> Visitor:
    """The visitor, who may begin a conversation where they have none yet. Raises ApiError 429."""
    address = request.client.host if request.client else ""
    known = parts.crowd.knows(address, who.conversation_id) or await _has_begun(parts, who)
    if not known and not parts.crowd.admits(address, who.conversation_id, time.monotonic()):
        detail = "Too many new conversations from your network. Please try again later."
        raise ApiError(429, "too_many", detail, {"Retry-After": "60"})
    return who


Beginner = Annotated[Visitor, Depends(_may_begin)]


@router.post("/messages", status_code=202)
async def say(message: Said, parts: Parts, who: Beginner) -> dict[str, str]:
    """The visitor wrote."""
    await check_bot(parts, who.bot_id)
    sent = await parts.kept.sent(who.conversation_id, message.attachments) if message.attachments else []
    posted = PostedMessage(message_id=message.message_id, text=message.text, attachments=sent)
    await post(parts, _start(who), posted)
    return {"message_id": message.message_id}


@router.post(UPLOADS.removeprefix("/chat"), status_code=201)
async def attach(
    request: Request, parts: Parts, who: Beginner, name: Annotated[str, Query(max_length=500)] = ""
) -> ShownAttachment:
    """A picture or a PDF file, for the message that comes next. Raises ApiError 415 for everything else."""
    body = await request.body()
    media_type = kind_of(body)
    if media_type is None:
        raise ApiError(415, "unsupported", f"Only {IN_WORDS} can be sent here. Nothing was stored.")
    return in_chat(await parts.kept.put(who.conversation_id, file_name(name), Content(media_type, body)))


@router.get("/attachments/{attachment_id}")
async def attached(attachment_id: AttachmentId, parts: Parts, who: TheVisitor) -> Response:
    """What the visitor has attached. Raises NotFound for everybody else's."""
    return as_answer(await parts.kept.content(who.conversation_id, attachment_id), "")


@router.post("/handover", status_code=202)
async def talk_to_a_person(pressed: Pressed, parts: Parts, who: Beginner) -> dict[str, bool]:
    """The button. Raises Refused with the bot's own words where it hands nothing over."""
    key = f"visitor/{pressed.press_id}"
    await parts.client.request_human(who.conversation_id, RequestHuman(), start=_start(who), key=key)
    return {"requested": True}


@router.get("/messages")
async def messages(parts: Parts, who: TheVisitor, after: Annotated[int, Query(ge=0, le=2**62)] = 0) -> ChatPart:
    """What was said in the visitor's conversation, without what the team notes for itself."""
    cursor = await parts.reads.newest_event()  # before the messages: what comes in between is told twice, not never
    found = await said(parts, who.conversation_id, after)
    return ChatPart(
        items=[shown(one) for one in found.items],
        next=found.next,
        cursor=cursor,
        standing=await chat_standing(parts, who, (await parts.admin.bot(who.bot_id)).bot),
    )


@router.get("/live", response_class=EventSourceResponse)
async def live(
    parts: Parts, who: TheVisitor, last_event_id: Annotated[int, Header(ge=0, le=2**62)]
) -> AsyncIterator[ServerSentEvent]:
    """What is new behind an event, live."""
    async for news in visitor_news(parts, who, last_event_id):
        yield news


async def _has_begun(parts: Services, who: Visitor) -> bool:
    return bool((await said(parts, who.conversation_id, limit=1)).items)


def _start(who: Visitor) -> ConversationInput:
    return ConversationInput(conversation_id=who.conversation_id, bot_id=who.bot_id, channel=who.channel)
