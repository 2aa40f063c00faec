"""Fleet control: one order for everything that matches, carried out a few at a time and told line by line."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime

from fastapi import Request
from fastapi.encoders import jsonable_encoder

from handover.errors import HandoverError, NotFound, Refused, Unavailable
from handover.ids import HandoverId
from handover.messages import Acted, HandBack, HandoverStatus, Reassign, Snooze
from handover.ports import Reads
from handover.routing import is_manager
from handover.staff import Staff
from handover.views import HandoverSummary
from web.access import Manager
from web.acts import on_handover
from web.bodies import (
    BulkAnswer,
    BulkBody,
    BulkHandBackBody,
    BulkLine,
    BulkMatched,
    BulkReassignBody,
    BulkSnoozeBody,
    OpenHandovers,
)
from web.names import check_target
from web.once import IdempotencyKey, actor_of, first_answer
from web.problems import ApiError, problem_type
from web.services import Parts

AT_ONCE = 8
"""How many handovers are acted on at the same time: what single people do meanwhile must get through."""

_PART = 200
_NOT_ENDED = [status for status in HandoverStatus if not status.ended]

Line = BulkMatched | BulkLine | BulkAnswer


class Order:
    """What a manager wants done to all that match; carried out once for each Idempotency-Key.

    The key is also each update's id in Temporal, so an order that was cut off goes on where it was: what was done is not
    done again. replayed: the answer was given before.
    """

    def __init__(
        self, request: Request, parts: Parts, who: Manager, body: BulkBody, key: IdempotencyKey = None
    ) -> None:
        self.request, self.parts, self.who, self.body = request, parts, who, body
        self.by = who.acts_as(body.staff_id)
        self.key = None if body.dry_run else key
        self.replayed = False

    async def lines(self) -> AsyncGenerator[Line, None]:
        """How many match, then each handover as it is done, at last the sum.

        Nothing is done before the second line is asked for. An order that is refused as a whole raises before the first:
        ApiError, Refused. Whoever stops listening stops what was not begun.
        """
        before = await first_answer(self.parts, self.who, self.key, self.request) if self.key else None
        work = self._work() if before is None else self._replay(BulkAnswer.model_validate(before))
        try:
            async with aclosing(work):
                async for line in work:
                    yield line
        except BaseException:
            await asyncio.shield(self._abandon())  # a caller who is gone cancels whatever is awaited here
            raise

    async def _work(self) -> AsyncGenerator[Line, None]:
        await self._check()
        found = await matching(self.parts.reads, self.body.query)
        await self._write_down(len(found))
        yield BulkMatched(matched=len(found))
        told: list[BulkLine] = []
        each = _as_found(found) if self.body.dry_run else self._act_on(found)
        async with aclosing(each):
            async for line in each:
                told.append(line)
                yield line
        answer = _sum(told, self.body.dry_run)
        await self._keep(answer)
        yield answer

    async def _replay(self, answer: BulkAnswer) -> AsyncGenerator[Line, None]:
        self.replayed = True
        yield BulkMatched(matched=answer.matched)
        for line in answer.handovers:
            yield line
        yield answer

    # ---- each handover -------------------------------------------------------------------------------------------------

    async def _act_on(self, found: Sequence[HandoverSummary]) -> AsyncGenerator[BulkLine, None]:
        """Each as soon as it has answered."""
        gate = asyncio.Semaphore(AT_ONCE)
        tasks = [asyncio.create_task(self._act_on_one(one.handover_id, gate)) for one in found]
        try:
            for ready in asyncio.as_completed(tasks):
                yield await ready
        finally:
            for task in tasks:
                task.cancel()

    async def _act_on_one(self, handover_id: str, gate: asyncio.Semaphore) -> BulkLine:
        async with gate:
            try:
                acted = await on_handover(self.parts, handover_id, self._act)
            except HandoverError as error:
                return _not_done(handover_id, error)
        return BulkLine(handover_id=handover_id, result="done", status=acted.status, assignee=acted.assignee)

    def _act(self, handover: HandoverId) -> Awaitable[Acted]:
        client, key = self.parts.client, f"{self.who.name}/{self.key}" if self.key else None
        match self.body:
            case BulkReassignBody(to=to):
                return client.reassign(handover, Reassign(staff_id=self.by, to=to), key=key)
            case BulkSnoozeBody(until=until):
                return client.snooze(handover, Snooze(staff_id=self.by, until=until), key=key)
            case BulkHandBackBody():
                return client.hand_back(handover, HandBack(staff_id=self.by), key=key)

    # ---- before and after ----------------------------------------------------------------------------------------------

    async def _check(self) -> None:
        """Raise what would otherwise be every handover's refusal: the person, the target or the time is wrong."""
        team = await self.parts.admin.team()
        _check_person(self.by, team)
        match self.body:
            case BulkReassignBody(to=to):
                check_target(to, team)
            case BulkSnoozeBody(until=until) if until <= datetime.now(UTC):
                raise Refused("time_out_of_range", "until: allowed is a time from now to a year ahead.")

    async def _write_down(self, count: int) -> None:
        """Before anything is done, so that an order that was cut off is in the audit log as well."""
        if not self.body.dry_run:
            order = self.body.model_dump_json(exclude_none=True, exclude_defaults=True, exclude={"staff_id"})
            await self.parts.door.audit("bulk", self.who.name, f"{self.by} to {count} handovers: {order}")

    async def _keep(self, answer: BulkAnswer) -> None:
        """The answer for the same key again. Where somebody has not answered there is none yet: the key goes on."""
        if self.key and not answer.unanswered:
            await self.parts.door.finish(actor_of(self.who), self.key, 200, jsonable_encoder(answer))
        else:
            await self._abandon()

    async def _abandon(self) -> None:
        if self.key:
            await self.parts.door.abandon(actor_of(self.who), self.key)


async def matching(reads: Reads, query: OpenHandovers) -> list[HandoverSummary]:
    """All handovers that match and have not ended: the most urgent first, of equals the one that waits longest."""
    found = await _walk(reads, query)
    return sorted(found, key=lambda one: (-one.priority.rank, one.opened_at))


async def _walk(reads: Reads, query: OpenHandovers) -> list[HandoverSummary]:
    """Part by part. One walk for all statuses: between two, a case that changes its status would be missed."""
    filters = query.model_dump() | {"status": query.status or _NOT_ENDED}
    part = await reads.handovers(**filters, limit=_PART)
    found = part.items
    while part.next is not None:
        part = await reads.handovers(**filters, limit=_PART, after=part.next)
        found += part.items
    return found


async def _as_found(found: Sequence[HandoverSummary]) -> AsyncGenerator[BulkLine, None]:
    for one in found:
        yield BulkLine(handover_id=one.handover_id, result="matched", status=one.status, assignee=one.assignee)


def _sum(told: list[BulkLine], dry_run: bool) -> BulkAnswer:
    results = [line.result for line in told]
    return BulkAnswer(
        matched=len(told),
        done=results.count("done"),
        refused=results.count("refused"),
        unanswered=results.count("unanswered"),
        dry_run=dry_run,
        handovers=told,
    )


def _not_done(handover_id: str, error: HandoverError) -> BulkLine:
    return BulkLine(
        handover_id=handover_id,
        result="unanswered" if isinstance(error, Unavailable) else "refused",
        type=problem_type(error.code),
        detail=str(error),
        holder=error.holder,
        since=error.since,
    )


def _check_person(staff_id: str, team: Sequence[Staff]) -> None:
    """A key that acts for everybody may not do in bulk, in somebody's name, what that person may not."""
    person = next((one for one in team if one.id == staff_id and one.enabled), None)
    if person is None:
        raise Refused("unknown_staff", f"staff_id: {NotFound('staff member', staff_id)}")
    if not is_manager(person):
        raise ApiError(403, "managers_only", f"This is for managers and admins, and {person.name} is neither.")
