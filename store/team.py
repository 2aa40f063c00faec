"""Who gets a case: everybody's load, the choice, and the place that it takes, in one transaction."""

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.casefile import Assigned, AssignRequest, Case
from handover.errors import NotFound
from handover.routing import Candidate, assign, managers_of
from handover.staff import Staff
from handover.trying import is_test
from store.tables import AssignmentRow, ConversationRow, ReservationRow, StaffRow
from store.writing import Repository, upsert


class Team(Repository):
    """Implements handover.ports.Team."""

    async def staff(self, staff_id: str) -> Staff:
        """One person. Raises NotFound."""
        async with self._database.read() as session:
            row = await session.get(StaffRow, staff_id)
        if row is None:
            raise NotFound("staff member", staff_id)
        return Staff.model_validate(row.settings)

    async def managers_of(self, staff_id: str | None) -> list[str]:
        """Who answers for a person's work: their manager, otherwise all of them."""
        async with self._database.read() as session:
            return managers_of(staff_id, await everybody(session))

    async def assign(self, request: AssignRequest) -> Assigned:
        """Choose somebody and take a place of theirs; the same key gives the same answer and takes no second place.

        Whoever a test is given to keeps their places, and their turn in the round.
        """
        async with self._database.write() as session:
            # All are locked, always in the same order: two cases never see the same last place as free.
            locked = await session.scalars(select(StaffRow).order_by(StaffRow.id).with_for_update())
            team = {row.id: row for row in locked}
            before = await session.get(AssignmentRow, request.key)
            if before is not None:
                return Assigned.model_validate(before.answer)
            answer = assign(request, await _candidates(session, team))
            await self._write_down(session, request, answer, team)
            return answer

    async def _write_down(
        self, session: AsyncSession, request: AssignRequest, answer: Assigned, team: dict[str, StaffRow]
    ) -> None:
        session.add(AssignmentRow(key=request.key, answer=answer.model_dump(mode="json"), at=self._clock()))
        if answer.holder is not None and not await _is_tried(session, request.conversation_id):
            last = max(row.last_assigned for row in team.values())
            team[answer.holder.staff_id].last_assigned = last + 1
            await reserve(session, request.conversation_id, request.number, answer.holder.staff_id)


async def _is_tried(session: AsyncSession, conversation_id: str) -> bool:
    conversation = await session.get(ConversationRow, conversation_id)
    return conversation is not None and is_test(conversation.channel)


async def _candidates(session: AsyncSession, team: dict[str, StaffRow]) -> list[Candidate]:
    held = await loads(session)
    return [
        Candidate(Staff.model_validate(row.settings), held.get(row.id, 0), row.last_assigned) for row in team.values()
    ]


async def loads(session: AsyncSession) -> dict[str, int]:
    """How many cases each person holds."""
    held = select(ReservationRow.staff_id, func.count().label("held")).group_by(ReservationRow.staff_id)
    return {row.staff_id: row.held for row in await session.execute(held)}


async def reserve(session: AsyncSession, conversation_id: str, number: int, staff_id: str) -> None:
    """The case takes a place of this person, instead of the one that it had."""
    place = {"conversation_id": conversation_id, "handover_number": number, "staff_id": staff_id}
    await upsert(session, ReservationRow, place)


async def everybody(session: AsyncSession) -> list[Staff]:
    """All staff by id, those who are disabled included."""
    rows = await session.scalars(select(StaffRow).order_by(StaffRow.id))
    return [Staff.model_validate(row.settings) for row in rows]


async def move_reservation(session: AsyncSession, case: Case, former: str | None) -> None:
    """A case that has ended frees its place; one that has changed hands takes the new holder's.

    As long as the holder is the former one it stays: somebody else may be reserved by an assignment that the case does
    not know yet. A test takes no place.
    """
    if is_test(case.channel):
        return
    holder = case.holder_id
    if case.status.ended or (former is not None and holder is None):
        mine = ReservationRow.conversation_id == case.conversation_id
        await session.execute(delete(ReservationRow).where(mine, ReservationRow.handover_number == case.number))
    elif holder is not None and holder != former:
        await reserve(session, case.conversation_id, case.number, holder)
