"""The inbox: the list of what waits, and the page of one conversation with what can be done about it."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from secrets import token_hex
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import ValidationError
from starlette.background import BackgroundTask

from handover.errors import HandoverError, NotFound, Refused
from handover.ids import CONVERSATION_ID
from handover.messages import ConversationStatus
from web.attached import MessageRow, Place, attachment
from web.pages import words
from web.pages.casework import Casework, Deed, casework
from web.pages.deeds import Asked, NotLikeThis, do
from web.pages.guard import Me, SignedIn, still_signed_in
from web.pages.live import all_news, conversation_news, looks_of, own_looks, together, while_allowed, who_writes
from web.pages.rendering import PageRoute, page, see, status_of, wants_html
from web.pages.told import read_on_the_spot
from web.pages.worklist import CaseState, Search, names_of_staff, search, worklist
from web.services import Parts, Services

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ConversationId = Annotated[str, Path(pattern=CONVERSATION_ID)]
MAX_FIELDS = 20
KEEPS_WHAT_WAS_TYPED = frozenset({Deed.reply, Deed.note, Deed.complete})
"""Forms that stay on the page after a refusal even where they came too late: nobody types the same text twice."""
HAS_DRAFTS = frozenset({Deed.reply, Deed.note})
"""Forms whose text the browser keeps until a page says that it was taken."""


@router.get("/inbox")
async def work(request: Request, parts: Parts, me: SignedIn) -> Response:
    """What is mine, what waits for somebody, and for managers what everybody has."""
    context = {"lists": await worklist(parts, me), "asked": Search(), **await _choices(parts)}
    return page(request, "inbox.html", me=me, **context)


@router.get("/conversations")
async def everything(
    request: Request,
    parts: Parts,
    me: SignedIn,
    status: ConversationStatus | CaseState | Annotated[str, Query(max_length=0)] = "",
    person: Annotated[str, Query(pattern=r"^-?[a-z0-9_-]{0,64}$")] = "",
    bot: Annotated[str, Query(max_length=64)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """All conversations, or those that match, newest first."""
    state = status if isinstance(status, ConversationStatus | CaseState) else None
    asked = Search(state, person, bot, q.strip())
    choices = await _choices(parts)
    entries, next_ = await search(parts, me, asked, choices["names"], after)
    context = {"asked": asked, "query": urlencode(asked.query), **choices}
    return page(request, "conversations.html", me=me, entries=entries, next=next_, first=after is None, **context)


@router.get("/inbox/live", response_class=EventSourceResponse)
async def live_list(request: Request, parts: Parts, me: SignedIn) -> AsyncIterator[ServerSentEvent]:
    """A nudge whenever anything happened, or whoever reads the list has looked at something."""
    nudges = together(all_news(parts), own_looks(parts, me.staff_id))
    async for nudge in while_allowed(nudges, lambda: still_signed_in(request, parts)):
        yield nudge


@router.get("/inbox/{conversation_id}")
async def one_conversation(
    request: Request,
    conversation_id: ConversationId,
    parts: Parts,
    me: SignedIn,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """One conversation with its handover, and its newest messages or those above a row. Who opens the newest has looked at
    it; a script that reads it again says so itself."""
    case = await casework(parts, me, conversation_id, before)
    answer = _show(request, me, case)
    if wants_html(request) and before is None:
        answer.background = BackgroundTask(_looked, parts, me.staff_id, conversation_id, case.news.newest)
    return answer


@router.get("/inbox/{conversation_id}/live", response_class=EventSourceResponse)
async def live_conversation(
    request: Request, conversation_id: ConversationId, parts: Parts, me: SignedIn
) -> AsyncIterator[ServerSentEvent]:
    """A nudge whenever something happened in this conversation, and who is writing in it."""

    async def name(staff_id: str) -> str:
        return (await parts.team.staff(staff_id)).name

    nudges = conversation_news(parts, conversation_id, matters=lambda event: True)
    writers = who_writes(parts, conversation_id, me.staff_id, name)
    async for nudge in while_allowed(together(nudges, writers), lambda: still_signed_in(request, parts)):
        yield nudge


@router.get("/inbox/{conversation_id}/messages/{row}/{place}")
async def attached(
    conversation_id: ConversationId, row: MessageRow, place: Place, parts: Parts, me: SignedIn
) -> Response:
    """What came with a message."""
    return await attachment(parts, conversation_id, row, place)


@router.post("/inbox/{conversation_id}/seen", status_code=204)
async def seen(
    conversation_id: ConversationId, parts: Parts, me: SignedIn, event: Annotated[int, Form(ge=0, le=2**62)]
) -> None:
    """This person has the conversation in front of them, as it was at this event."""
    await _looked(parts, me.staff_id, conversation_id, event)


@router.post("/inbox/{conversation_id}/writing", status_code=204)
async def writing(
    conversation_id: ConversationId, parts: Parts, me: SignedIn, goes_on: Annotated[bool, Form()] = True
) -> None:
    """This person is writing an answer, or no longer."""
    if goes_on:
        parts.writers.writes(conversation_id, me.staff_id)
    else:
        parts.writers.stops(conversation_id, me.staff_id)


@router.get("/inbox/{conversation_id}/{deed}")
async def back_to_the_page(conversation_id: ConversationId, deed: Deed, me: SignedIn) -> Response:
    """A refused form leaves its address in the browser; loaded again, it is the conversation's page."""
    return see(f"/inbox/{conversation_id}")


@router.post("/inbox/{conversation_id}/{deed}")
async def act(request: Request, conversation_id: ConversationId, deed: Deed, parts: Parts, me: SignedIn) -> Response:
    """Do something; what is refused is shown with who was faster, and what was typed stays in its field."""
    async with request.form(max_files=0, max_fields=MAX_FIELDS) as form:
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
    try:
        await do(deed, Asked(parts, conversation_id, me.staff_id, typed))
    except NotFound:
        raise
    except (HandoverError, ValidationError) as error:
        case = await casework(parts, me, conversation_id)
        return _show(request, me, case, error, deed, typed)
    taken = f"?{urlencode({'taken': typed['message_id'].strip()})}" if deed in HAS_DRAFTS else ""
    return see(f"/inbox/{conversation_id}{taken}")


async def _choices(parts: Services) -> dict[str, Any]:
    """What a search can be narrowed down to: the team's names and the bots' by their ids."""
    bots = {one.bot.id: one.bot.name for one in await parts.admin.bots()}
    return {"names": await names_of_staff(parts), "bots": bots, "states": words.CONVERSATION_STATES | words.CASE_STATES}


async def _looked(parts: Services, staff_id: str, conversation_id: str, event: int) -> None:
    await parts.desk.looked(staff_id, conversation_id, event)
    await read_on_the_spot(parts, staff_id, conversation_id)
    parts.watcher.stir(looks_of(staff_id))


def _show(
    request: Request,
    me: Me,
    case: Casework,
    error: Exception | None = None,
    refused: Deed | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The page of a conversation; after a refusal with what was typed."""
    context: dict[str, Any] = {
        "me": me,
        "case": case,
        "offers": case.offers | ({refused} & KEEPS_WHAT_WAS_TYPED),
        "refused": refused,
        "typed": typed or {},
        "alert": _alert(error, case) if error else "",
        "message_id": token_hex(8),
    }
    return page(request, "conversation.html", 200 if error is None else _status(error), **context)


def _alert(error: Exception, case: Casework) -> str:
    if isinstance(error, Refused):
        return words.refusal(error, case.names, datetime.now(UTC))
    return str(error) if isinstance(error, HandoverError) else "Something in the form can't be used like this."


def _status(error: Exception) -> int:
    return 422 if isinstance(error, NotLikeThis) else status_of(error)
