"""Handovers and tasks: what people do with them, the log, and the numbers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, StreamingResponse

from handover.ids import HandoverId, parse_handover_id
from handover.messages import (
    Acted,
    ByStaff,
    Cancel,
    Claim,
    CompleteTask,
    HandBack,
    Note,
    Opened,
    Reassign,
    Reply,
    Snooze,
)
from handover.views import HandoverDetail, HandoverNumbers, HandoverSummary, Page, TaskView
from web.access import Caller, Who
from web.acts import on_handover, on_task
from web.bodies import BulkAnswer, CompleteBody, ReasonBody, ReassignBody, SnoozeBody, StaffBody, TextBody, check_length
from web.filters import HandoverList, NumbersFilters, TaskList
from web.fleet import Line, Order
from web.names import check_target
from web.once import REPLAYED, IdempotencyKey, once
from web.problems import RESPONSES
from web.services import Parts

router = APIRouter(prefix="/v1", tags=["handovers"], responses=RESPONSES)

LINES = "application/x-ndjson"
Accept = Annotated[str, Header(include_in_schema=False)]  # OpenAPI has it with the kinds of answers


class Act:
    """One person's act on its way: who asks, with which key, of which services."""

    def __init__(self, request: Request, parts: Parts, who: Who, key: IdempotencyKey = None) -> None:
        self.request, self.parts, self.who, self.key = request, parts, who, key
        self.update_id = f"{who.name}/{key}" if key else None

    async def on(self, handover_id: str, act: Callable[[HandoverId], Awaitable[Acted]]) -> Response:
        return await self.once(lambda: on_handover(self.parts, handover_id, act))

    async def once(self, act: Callable[[], Awaitable[Acted | Opened]]) -> Response:
        return await once(self.parts, self.who, self.key, self.request, act)


Acting = Annotated[Act, Depends()]


@router.post("/handovers/{handover_id}/claim", response_model=Acted)
async def claim(handover_id: str, body: StaffBody, acting: Acting) -> Response:
    """I take this case. 409 with who holds it and since when where somebody else does."""
    act = Claim(staff_id=acting.who.acts_as(body.staff_id))
    return await acting.on(handover_id, lambda one: acting.parts.client.claim(one, act, key=acting.update_id))


@router.post("/handovers/{handover_id}/reply", response_model=Acted)
async def reply(handover_id: str, body: TextBody, acting: Acting) -> Response:
    """Write to the contact, inside the conversation."""
    check_length(body.text)
    act = Reply(staff_id=acting.who.acts_as(body.staff_id), message_id=body.message_id, text=body.text)
    return await acting.on(handover_id, lambda one: acting.parts.client.reply(one, act, key=acting.update_id))


@router.post("/handovers/{handover_id}/note", response_model=Acted)
async def note(handover_id: str, body: TextBody, acting: Acting) -> Response:
    """Write something down for colleagues; the contact never sees it."""
    check_length(body.text, "A note")
    act = Note(staff_id=acting.who.acts_as(body.staff_id), message_id=body.message_id, text=body.text)
    return await acting.on(handover_id, lambda one: acting.parts.client.note(one, act, key=acting.update_id))


@router.post("/handovers/{handover_id}/reassign", response_model=Acted)
async def reassign(handover_id: str, body: ReassignBody, acting: Acting) -> Response:
    """Give the case to `user:ID`, `role:NAME` or `manager`. 409 where nobody of them is there now."""
    check_target(body.to, await acting.parts.admin.team())
    act = Reassign(staff_id=acting.who.acts_as(body.staff_id), to=body.to)
    return await acting.on(handover_id, lambda one: acting.parts.client.reassign(one, act, key=acting.update_id))


@router.post("/handovers/{handover_id}/snooze", response_model=Acted)
async def snooze(handover_id: str, body: SnoozeBody, acting: Acting) -> Response:
    """Nothing is asked of anybody until then; the due time stands."""
    act = Snooze(staff_id=acting.who.acts_as(body.staff_id), until=body.until)
    return await acting.on(handover_id, lambda one: acting.parts.client.snooze(one, act, key=acting.update_id))


@router.post("/handovers/{handover_id}/hand-back", response_model=Acted)
async def hand_back(handover_id: str, body: StaffBody, acting: Acting) -> Response:
    """The bot answers again at once; the task and its due time run on."""
    act = HandBack(staff_id=acting.who.acts_as(body.staff_id))
    return await acting.on(handover_id, lambda one: acting.parts.client.hand_back(one, act, key=acting.update_id))


@router.post("/handovers/{handover_id}/cancel", response_model=Acted)
async def cancel(handover_id: str, body: ReasonBody, acting: Acting) -> Response:
    """Take the handover back: a manager, or the contact through a backend whose key acts for nobody."""
    staff_id = acting.who.acts_as(body.staff_id) if body.staff_id else acting.who.staff_id
    act = Cancel(staff_id=staff_id, reason=body.reason)
    return await acting.on(handover_id, lambda one: acting.parts.client.cancel(one, act, key=acting.update_id))


@router.post("/handovers/{handover_id}/reopen", response_model=Opened)
async def reopen(handover_id: str, body: ReasonBody, acting: Acting) -> Response:
    """A manager takes up a case again that was ended wrongly: it goes on with whoever had it, and with a new task."""
    parts, act = acting.parts, ByStaff(staff_id=acting.who.acts_as(body.staff_id))
    handover = parse_handover_id((await parts.reads.handover(handover_id)).handover_id)
    return await acting.once(lambda: parts.client.reopen(handover, act, body.reason, key=acting.update_id))


@router.post("/handovers/{handover_id}/complete", response_model=Acted)
async def complete_handover(handover_id: str, body: CompleteBody, acting: Acting) -> Response:
    """The case is done: its open task, or the handover itself where its action makes no task."""
    act = _completion(body, acting.who)
    return await acting.on(handover_id, lambda one: acting.parts.client.complete(one, act, key=acting.update_id))


@router.post("/tasks/{task_id}/complete", response_model=Acted)
async def complete(task_id: str, body: CompleteBody, acting: Acting) -> Response:
    """The task is done: with its outcome, and whether it brought a booking or was unnecessary."""
    act, parts = _completion(body, acting.who), acting.parts
    return await acting.once(
        lambda: on_task(parts, task_id, lambda one: parts.client.complete(one, act, key=acting.update_id))
    )


@router.post(
    "/handovers/bulk",
    response_model=BulkAnswer,
    responses={200: {"content": {LINES: {"schema": {"type": "string"}}}, "description": "What came of each"}},
)
async def bulk(order: Annotated[Order, Depends()], accept: Accept = "") -> Response:
    """Reassign, snooze or hand back everything that matches and has not ended. For managers.

    `query` takes the filters of `GET /v1/handovers`; without any, `all: true` asks for everything. `dry_run: true` says what
    matches and changes nothing. What one handover refuses is told with it, and the rest goes on.

    With `Accept: application/x-ndjson` the answer comes as it happens, a JSON object a line: `{"matched": 25}`, then each
    handover, at last the sum; an answer without the sum was cut off. Closing the connection stops what was not begun. The
    same Idempotency-Key again does nothing twice: it goes on where the order was cut off or not answered, and otherwise
    gives the first answer again.
    """
    lines = order.lines()
    first = await anext(lines)  # what is refused as a whole is raised here, while there is no answer yet
    headers = REPLAYED if order.replayed else {}
    if LINES in accept:
        return StreamingResponse(_one_by_one(first, lines), headers=headers, media_type=LINES)
    *_, answer = [line async for line in lines]
    return JSONResponse(jsonable_encoder(answer, exclude_none=True), headers=headers)


@router.get("/tasks")
async def list_tasks(asked: Annotated[TaskList, Query()], parts: Parts, who: Who) -> Page[TaskView]:
    """Tasks by their due time, the most urgent first."""
    return await parts.reads.tasks(**asked.model_dump())


@router.get("/tasks/{task_id}")
async def get_task(task_id: str, parts: Parts, who: Who) -> TaskView:
    """One task, with its description."""
    return await parts.reads.task(task_id)


@router.get("/handovers")
async def list_handovers(asked: Annotated[HandoverList, Query()], parts: Parts, who: Who) -> Page[HandoverSummary]:
    """The handover log, newest first."""
    return await parts.reads.handovers(**asked.model_dump())


@router.get("/handovers/{handover_id}")
async def get_handover(handover_id: str, parts: Parts, who: Who) -> HandoverDetail:
    """One handover: why it was opened, how each step went, and everything that happened to it."""
    return await parts.reads.handover(handover_id)


@router.get("/metrics/handovers")
async def numbers(asked: Annotated[NumbersFilters, Query()], parts: Parts, who: Who) -> HandoverNumbers:
    """The measures: how many, why, how quickly answered, how many completed and in time. Staff see their own alone."""
    filters = asked.model_dump()
    return await parts.reads.numbers(**filters | {"assignee": who.counted_for(asked.assignee)})


def _completion(body: CompleteBody, who: Caller) -> CompleteTask:
    check_length(body.note, "A note")
    return CompleteTask(staff_id=who.acts_as(body.staff_id), **body.model_dump(exclude={"staff_id"}))


async def _one_by_one(first: Line, lines: AsyncIterator[Line]) -> AsyncIterator[str]:
    """JSON lines; the sum does not repeat what had a line each."""
    yield f"{first.model_dump_json()}\n"
    async for line in lines:
        yield f"{line.model_dump_json(exclude_none=True, exclude={'handovers'})}\n"
