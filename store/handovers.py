"""Handovers: opened once under the fence, and then written down as their workflows report them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover.casefile import Case, CaseRecord, LogEntry, OpenedCase, OpenRequest, Policy
from handover.errors import NotFound
from handover.escalation import due_at, missed_due
from handover.events import changes
from handover.ids import HandoverId
from handover.messages import Author, ContactStatus, ConversationStatus, HandoverStatus
from handover.trying import is_test
from handover.wording import shortened
from store import shapes
from store.conversations import ensure, raise_fence, tell_standing
from store.events import emit
from store.settings import answering_bot_id
from store.tables import ContactRow, ConversationRow, HandoverRow, LogRow, MessageRow
from store.tasks import describe_task, write_task
from store.team import move_reservation
from store.writing import Repository, add, values_of


class Handovers(Repository):
    """Implements handover.ports.Handovers."""

    async def open(self, request: OpenRequest, policy: Policy) -> OpenedCase:
        """Give the handover its number and raise the fence. Where one is open already, that one is the answer."""
        async with self._database.write() as session:
            conversation, person = await ensure(session, self._clock(), request, request.bot_id)
            same, current = await _same(session, request), await _current(session, conversation)
            row = same or current
            if row is None:
                person.status = ContactStatus.in_progress
                row = await self._open(session, conversation, request, policy)
            return OpenedCase(
                number=row.number,
                standing=shapes.standing(conversation),
                contact=shapes.contact(person),
                bot_id=row.bot_id,
                policy=Policy.model_validate(row.policy),
                adopted=same is None and current is not None,
            )

    async def _open(
        self, session: AsyncSession, conversation: ConversationRow, request: OpenRequest, policy: Policy
    ) -> HandoverRow:
        row = await _new_row(session, conversation, request, policy)
        session.add(row)
        status = ConversationStatus.human if request.staff_id else ConversationStatus.escalated
        raise_fence(conversation, status, row.number, request.staff_id)
        now = self._clock()
        tell_standing(session, conversation, now)
        _tell_handover(session, row, now)
        return row

    async def save(self, record: CaseRecord) -> None:
        """Write the case, where it is newer, and its log entries, where they are not there yet."""
        async with self._database.write() as session:
            row = await self._row(session, record.case)
            before = Case.model_validate(row.case) if row.case else None
            new = [entry for entry in record.entries if await _log(session, record.case, entry)]
            written = await self._project(session, row, record)
            told = record.model_copy(update={"entries": new})
            _tell_changes(session, before if written else record.case, told, self._clock())

    async def _row(self, session: AsyncSession, case: Case) -> HandoverRow:
        """The handover's row, locked."""
        key = (case.conversation_id, case.number)
        row = await session.get(HandoverRow, key, with_for_update=True)
        if row is None:
            raise NotFound("handover", str(case.id))
        return row

    async def _project(self, session: AsyncSession, row: HandoverRow, record: CaseRecord) -> bool:
        """Write the case; False, and nothing changed, where a newer one is there."""
        case = record.case
        # A case that is reopened takes its place anew.
        former = None if HandoverStatus(row.status).ended else row.assignee
        newer = update(HandoverRow).where(
            HandoverRow.conversation_id == case.conversation_id,
            HandoverRow.number == case.number,
            HandoverRow.seq < case.seq,
        )
        written = await session.scalar(newer.values(_values(row, record)).returning(HandoverRow.number))
        if written is None:
            return False
        now = self._clock()
        await write_task(session, case, now)
        await move_reservation(session, case, former)
        await session.refresh(row)
        _tell_handover(session, row, now)
        return True

    async def case(self, handover: HandoverId) -> Case:
        """A handover's case as it was written down last. Raises NotFound."""
        async with self._database.read() as session:
            row = await session.get(HandoverRow, tuple(handover))
        if row is None or row.case is None:
            raise NotFound("handover", str(handover))
        return Case.model_validate(row.case)

    async def put_task(self, case: Case, description: str) -> None:
        """Put the follow-up on its list; where it is there already, only its description is set."""
        async with self._database.write() as session:
            await self._row(session, case)
            await describe_task(session, case, description, self._clock())

    async def tag(self, contact_id: str, tags: Sequence[str], status: ContactStatus | None) -> None:
        """Add tags to a contact, and set its status where one is given. Raises NotFound."""
        async with self._database.write() as session:
            person = await session.get(ContactRow, contact_id, with_for_update=True)
            if person is None:
                raise NotFound("contact", contact_id)
            person.tags = list(dict.fromkeys([*person.tags, *tags]))
            person.status = status or person.status


async def _same(session: AsyncSession, request: OpenRequest) -> HandoverRow | None:
    """The handover that the same trigger opened before."""
    mine = HandoverRow.conversation_id == request.conversation_id
    return await session.scalar(select(HandoverRow).where(mine, HandoverRow.trigger_key == request.trigger.key))


async def _current(session: AsyncSession, conversation: ConversationRow) -> HandoverRow | None:
    """The open handover. The fence says which, for the projection may lag behind it; one that has ended is none."""
    if conversation.handover is None:
        return None
    row = await session.get(HandoverRow, (conversation.id, conversation.handover))
    return None if row is None or HandoverStatus(row.status).ended else row


async def _new_row(
    session: AsyncSession, conversation: ConversationRow, request: OpenRequest, policy: Policy
) -> HandoverRow:
    last = select(func.max(HandoverRow.number)).where(HandoverRow.conversation_id == conversation.id)
    trigger, claimed = request.trigger, request.staff_id is not None
    return HandoverRow(
        conversation_id=conversation.id,
        number=(await session.scalar(last) or 0) + 1,
        bot_id=request.bot_id or conversation.bot_id or await answering_bot_id(session, request.channel),
        trigger_key=trigger.key,
        turn=request.turn,
        status=HandoverStatus.acknowledged if claimed else HandoverStatus.open,
        reason=trigger.reason,
        priority=trigger.priority,
        request=trigger.request or await _last_words(session, conversation.id),
        assignee=request.staff_id,
        opened_at=request.opened_at,
        acknowledged_at=request.opened_at if claimed else None,
        next_step="",
        trigger=trigger.model_dump(mode="json"),
        policy=policy.model_dump(mode="json"),
    )


async def _last_words(session: AsyncSession, conversation_id: str) -> str:
    """What the contact wrote last: the request of a trigger that came without words, as the button does."""
    theirs = (MessageRow.conversation_id == conversation_id) & (MessageRow.author == Author.contact)
    last = select(MessageRow.text).where(theirs).order_by(MessageRow.row.desc()).limit(1)
    return shortened(await session.scalar(last) or "", 300)


def _values(row: HandoverRow, record: CaseRecord) -> dict[str, Any]:
    """The columns that follow from a case; times of firsts stay once they are known."""
    case = record.case
    acknowledged = case.held_since if case.status is HandoverStatus.acknowledged else None
    return {
        "seq": case.seq,
        "status": case.status,
        "reason": case.trigger.reason,
        "priority": case.priority,
        "request": case.trigger.request or row.request,
        "assignee": case.holder_id,
        "acknowledged_at": row.acknowledged_at or acknowledged,
        "first_response_at": row.first_response_at or case.first_response_at,
        "completed_at": case.completed_at,
        "completed_by": case.ended_by,
        "due_at": due_at(case),
        "breached_at": row.breached_at or _completed_late(row, record) or missed_due(case),
        "outcome": case.outcome,
        "converted": case.converted,
        "unnecessary": case.unnecessary,
        "next_step": case.next_step,
        "next_at": case.next_at,
        "trigger": case.trigger.model_dump(mode="json"),
        "policy": case.policy.model_dump(mode="json"),
        "case": case.model_dump(mode="json"),
    }


def _completed_late(row: HandoverRow, record: CaseRecord) -> datetime | None:
    """The due time that a completion came too late for.

    A case without a task that goes on from there knows only its next due time; this row still has the one before.
    """
    done = [entry.at for entry in record.entries if entry.kind == "task_completed"]
    return row.due_at if row.due_at is not None and any(at > row.due_at for at in done) else None


async def _log(session: AsyncSession, case: Case, entry: LogEntry) -> bool:
    """Write a line of the log; False where it is there already."""
    key = {"conversation_id": case.conversation_id, "handover_number": case.number}
    row = await add(session, LogRow, {**key, **values_of(entry, LogRow)})
    if row is not None:
        told = {"handover": case.number, "row": row, "kind": entry.kind, "text": entry.text, "actor": entry.actor}
        emit(session, case.conversation_id, "log", entry.at, told)
    return row is not None


def _tell_changes(session: AsyncSession, before: Case | None, record: CaseRecord, now: datetime) -> None:
    """What other programs are told, written down as it stands now: it may be sent much later. Of a test they are not."""
    if is_test(record.case.channel):
        return
    for change in changes(before, record, now):
        emit(session, record.case.conversation_id, "change", change.timestamp, change.stored())


def _tell_handover(session: AsyncSession, row: HandoverRow, at: datetime) -> None:
    told = {"number": row.number, "status": row.status, "next_step": row.next_step, "assignee": row.assignee}
    emit(session, row.conversation_id, "handover", at, told)
