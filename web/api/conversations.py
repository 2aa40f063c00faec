"""Conversations: messages in, replies out, the button, stepping in, history and live events."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from handover.conversation import ConversationInput
from handover.errors import NotFound, Refused, Unavailable
from handover.ids import CONVERSATION_ID
from handover.messages import ByStaff, Opened, PostedMessage, RequestHuman
from handover.views import ConversationDetail, ConversationSummary, MessageView, Page
from web.access import Caller, Who, still_admitted
from web.attached import ANSWERS, MessageRow, Place, attachment
from web.bodies import HandoverBody, MessageBody, PostedAnswer, StaffBody, check_length
from web.filters import ConversationList
from web.once import IdempotencyKey, once
from web.problems import RESPONSES
from web.services import Parts, Services

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], responses=RESPONSES)

ConversationId = Annotated[str, Path(pattern=CONVERSATION_ID)]
MAX_WAIT = 60.0
BEAT_SECONDS = 15.0
_POSTED = "post_message"


@router.post(
    "/{conversation_id}/messages",
    status_code=202,
    responses={200: {"model": PostedAnswer, "description": "With `wait`: answered in time"}},
)
async def post_message(
    conversation_id: ConversationId,
    body: MessageBody,
    parts: Parts,
    who: Who,
    response: Response,
    wait: Annotated[float | None, Query(gt=0, le=MAX_WAIT, description="Wait so many seconds for the replies.")] = None,
) -> PostedAnswer:
    """The contact wrote. 202 once it is accepted; with `wait`, 200 with the replies, or 202 when none came in time."""
    await check_bot(parts, body.bot_id, is_told=True)
    start = ConversationInput(
        conversation_id=conversation_id, bot_id=body.bot_id, channel=body.channel, contact=body.contact
    )
    answer = await post(parts, start, body.as_message(), wait)
    response.status_code = 200 if answer.replies else 202
    return answer


async def post(
    parts: Services, start: ConversationInput, message: PostedMessage, wait: float | None = None
) -> PostedAnswer:
    """Accept a message from whoever may send it: an API key, a door, or a visitor's page. `start` says whose it is; that its
    bot is there, check_bot has seen.
    """
    check_length(message.text)
    conversation_id, message_id = start.conversation_id, message.message_id
    duplicate = await _came_before(parts, conversation_id, message_id)
    try:  # a repeated message is signalled again: whether the first one got through, only the workflow knows
        await parts.client.post(
            conversation_id, message, bot_id=start.bot_id, channel=start.channel, contact=start.contact
        )
    except Unavailable:
        await parts.door.abandon(_POSTED, f"{conversation_id}/{message_id}")
        raise
    answer = PostedAnswer(conversation_id=conversation_id, message_id=message_id, duplicate=duplicate)
    if wait is not None:
        answer.replies = await replies_to(parts, conversation_id, message_id, wait)
    return answer


async def _came_before(parts: Services, conversation_id: str, message_id: str) -> bool:
    receipt = await parts.door.begin(_POSTED, f"{conversation_id}/{message_id}", "")
    return receipt.state != "new" or await parts.reads.turn_of(conversation_id, message_id) is not None


async def replies_to(parts: Services, conversation_id: str, message_id: str, seconds: float) -> list[MessageView]:
    """What was said in the turn that took a message; empty where nothing was within so many seconds."""

    async def look() -> list[MessageView] | None:
        turn = await parts.reads.turn_of(conversation_id, message_id)
        return (await parts.reads.replies(conversation_id, turn) or None) if turn is not None else None

    return await parts.watcher.find(conversation_id, look, seconds) or []


async def check_bot(parts: Services, bot_id: str | None, *, is_told: bool = False) -> None:
    """Raise Refused where a message names a bot that is not there. `is_told`: whoever sends it reads the answer, and is told
    as well that there is no bot at all. What a vendor brings is taken in then: it is answered once there is one.
    """
    if bot_id is None and not is_told:
        return
    try:
        await parts.admin.bot(bot_id)
    except NotFound as error:
        if bot_id is None:
            text = "There is no bot yet: load one (starter.py load FOLDER), or make one (PUT /v1/bots/ID)."
            raise Refused("unknown_bot", text) from error
        names = ", ".join(one.bot.id for one in await parts.admin.bots()) or "none: there is no bot yet"
        raise Refused("unknown_bot", f"bot_id: there is no bot {bot_id!r}; allowed are {names}.") from error


@router.post("/{conversation_id}/handover", response_model=Opened)
async def request_human(
    conversation_id: ConversationId,
    body: HandoverBody,
    parts: Parts,
    who: Who,
    request: Request,
    key: IdempotencyKey = None,
) -> Response:
    """The "Talk to a person" button. Where a handover is open, that one answers."""
    await check_bot(parts, body.bot_id, is_told=True)
    start = ConversationInput(
        conversation_id=conversation_id, bot_id=body.bot_id, channel=body.channel, contact=body.contact
    )
    act = lambda: parts.client.request_human(  # noqa: E731
        conversation_id, RequestHuman(text=body.text), start=start, key=_key(who, key)
    )
    return await once(parts, who, key, request, act)


@router.post("/{conversation_id}/take-over", response_model=Opened)
async def take_over(
    conversation_id: ConversationId,
    body: StaffBody,
    parts: Parts,
    who: Who,
    request: Request,
    key: IdempotencyKey = None,
) -> Response:
    """A person steps in without a trigger. 409 where a handover is open: claim that one."""
    act = ByStaff(staff_id=who.acts_as(body.staff_id))
    await parts.reads.conversation(conversation_id)
    await parts.team.staff(act.staff_id)
    step_in = lambda: parts.client.take_over(conversation_id, act, key=_key(who, key))  # noqa: E731
    return await once(parts, who, key, request, step_in)


@router.post("/{conversation_id}/close", status_code=204, response_class=Response)
async def close(
    conversation_id: ConversationId,
    body: StaffBody,
    parts: Parts,
    who: Who,
    request: Request,
    key: IdempotencyKey = None,
) -> Response:
    """A person closes the conversation. 409 while a handover is open: complete it first."""
    act = ByStaff(staff_id=who.acts_as(body.staff_id))
    await parts.reads.conversation(conversation_id)
    return await once(parts, who, key, request, lambda: parts.client.close(conversation_id, act, key=_key(who, key)))


@router.get("")
async def list_conversations(
    asked: Annotated[ConversationList, Query()], parts: Parts, who: Who
) -> Page[ConversationSummary]:
    """Conversations, newest first."""
    return await parts.reads.conversations(**asked.model_dump())


@router.get("/{conversation_id}")
async def get_conversation(conversation_id: ConversationId, parts: Parts, who: Who) -> ConversationDetail:
    """Where a conversation stands: status, handover, what happens next and when."""
    return await parts.reads.conversation(conversation_id)


@router.get("/{conversation_id}/messages")
async def list_messages(
    conversation_id: ConversationId,
    parts: Parts,
    who: Who,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    notes: bool = False,
) -> Page[MessageView]:
    """The history, oldest first; `notes` with what colleagues wrote for each other."""
    return await parts.reads.messages(conversation_id, after=after, limit=limit, notes=notes)


@router.get("/{conversation_id}/messages/{row}/attachments/{place}", response_class=Response, responses=ANSWERS)
async def get_attachment(
    conversation_id: ConversationId, row: MessageRow, place: Place, parts: Parts, who: Who
) -> Response:
    """What came with a message, wherever it is kept: a picture or a PDF file of at most 10 MB."""
    return await attachment(parts, conversation_id, row, place)


@router.get("/{conversation_id}/events", response_class=EventSourceResponse)
async def events(
    conversation_id: ConversationId,
    request: Request,
    parts: Parts,
    who: Who,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[ServerSentEvent]:
    """What happens in the conversation, live. A client that was cut off resumes behind `Last-Event-ID`. It ends when the key
    is revoked."""
    resumed = int(last_event_id) if last_event_id and last_event_id.isdecimal() and len(last_event_id) < 19 else after
    async for event in follow(parts, conversation_id, resumed):
        if not await still_admitted(request, parts):
            return
        yield event


async def follow(parts: Services, conversation_id: str, after: int) -> AsyncIterator[ServerSentEvent]:
    """Every event behind `after`, those that are there and then those that come."""
    async for changed in parts.watcher.changes(conversation_id, BEAT_SECONDS):
        if not changed:
            yield ServerSentEvent(comment="still here")
        for event in await parts.reads.events(conversation_id, after=after):
            after = event.id
            yield ServerSentEvent(data=event.model_dump(mode="json"), event=event.kind, id=str(event.id))


def _key(who: Caller, key: str | None) -> str | None:
    """An update's id in Temporal: the caller's key, apart from other callers'."""
    return f"{who.name}/{key}" if key else None
