"""Handovers and tasks: what people do with them, the log, and the numbers."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime

from handover.ids import HandoverId
from handover.messages import (
    Acted,
    Cancel,
    Claim,
    CompleteTask,
    HandBack,
    HandoverStatus,
    Note,
    Reassign,
    Reply,
    Snooze,
)
from handover.views import HandoverDetail, HandoverNumbers, HandoverSummary, Page, TaskView
from web.access import Caller, Who
from web.acts import on_handover, on_task
from web.bodies import CancelBody, CompleteBody, ReassignBody, SnoozeBody, StaffBody, TextBody
from web.once import IdempotencyKey, once
from web.problems import RESPONSES
from web.services import Parts

router = APIRouter(prefix="/v1", tags=["handovers"], responses=RESPONSES)

Limit = Annotated[int, Query(ge=1, le=200)]


class Act:
    """One person's act on its way: who asks, with which key, of which services."""

    def __init__(self, request: Request, parts: Parts, who: Who, key: IdempotencyKey = None) -> None:
        self.request, self.parts, self.who, self.key = request, parts, who, key
        self.update_id = f"{who.name}/{key}" if key else None

    async def on(self, handover_id: str, act: Callable[[HandoverId], Awaitable[Acted]]) -> Response:
        return await self.once(lambda: on_handover(self.parts, handover_id, act))

    async def once(self, act: Callable[[], Awaitable[Acted]]) -> Response:
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
    act = Reply(staff_id=acting.who.acts_as(body.staff_id), message_id=body.message_id, text=body.text)
    return await acting.on(handover_id, lambda one: acting.parts.client.reply(one, act, key=acting.update_id))


@router.post("/handovers/{handover_id}/note", response_model=Acted)
async def note(handover_id: str, body: TextBody, acting: Acting) -> Response:
    """Write something down for colleagues; the contact never sees it."""
    act = Note(staff_id=acting.who.acts_as(body.staff_id), message_id=body.message_id, text=body.text)
    return await acting.on(handover_id, lambda one: acting.parts.client.note(one, act, key=acting.update_id))


@router.post("/handovers/{handover_id}/reassign", response_model=Acted)
async def reassign(handover_id: str, body: ReassignBody, acting: Acting) -> Response:
    """Give the case to `user:ID`, `role:NAME` or `manager`."""
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
async def cancel(handover_id: str, body: CancelBody, acting: Acting) -> Response:
    """Take the handover back: a manager, or the contact through a backend whose key acts for nobody."""
    staff_id = acting.who.staff_id or body.staff_id
    act = Cancel(staff_id=staff_id, reason=body.reason)
    return await acting.on(handover_id, lambda one: acting.parts.client.cancel(one, act, key=acting.update_id))


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


@router.get("/tasks")
async def list_tasks(
    parts: Parts,
    who: Who,
    assignee: str | None = None,
    status: str | None = None,
    after: str | None = None,
    limit: Limit = 50,
) -> Page[TaskView]:
    """Tasks by their due time, the most urgent first."""
    return await parts.reads.tasks(assignee=assignee, status=status, after=after, limit=limit)


@router.get("/tasks/{task_id}")
async def get_task(task_id: str, parts: Parts, who: Who) -> TaskView:
    """One task, with its description."""
    return await parts.reads.task(task_id)


@router.get("/handovers")
async def list_handovers(
    parts: Parts,
    who: Who,
    bot_id: str | None = None,
    conversation_id: str | None = None,
    reason: str | None = None,
    assignee: str | None = None,
    status: HandoverStatus | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    after: str | None = None,
    limit: Limit = 50,
) -> Page[HandoverSummary]:
    """The handover log, newest first."""
    return await parts.reads.handovers(
        bot_id=bot_id,
        conversation_id=conversation_id,
        reason=reason,
        assignee=assignee,
        status=status,
        since=since,
        until=until,
        after=after,
        limit=limit,
    )


@router.get("/handovers/{handover_id}")
async def get_handover(handover_id: str, parts: Parts, who: Who) -> HandoverDetail:
    """One handover: why it was opened, how each step went, and everything that happened to it."""
    return await parts.reads.handover(handover_id)


@router.get("/metrics/handovers")
async def numbers(
    parts: Parts,
    who: Who,
    bot_id: str | None = None,
    assignee: str | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> HandoverNumbers:
    """The measures: how many, why, how quickly answered, how many completed and in time."""
    return await parts.reads.numbers(bot_id=bot_id, assignee=assignee, since=since, until=until)


def _completion(body: CompleteBody, who: Caller) -> CompleteTask:
    return CompleteTask(staff_id=who.acts_as(body.staff_id), **body.model_dump(exclude={"staff_id"}))
