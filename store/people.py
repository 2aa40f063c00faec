"""The team as its managers change it: one change at a time, decided on what everybody is at that moment."""

from collections.abc import Callable, Sequence

from sqlalchemy import select

from handover.staff import Staff
from store.tables import StaffRow
from store.team import loads
from store.writing import Repository, upsert

Change = Callable[[Sequence[Staff]], Staff]


class People(Repository):
    """Implements handover.ports.People."""

    async def change(self, staff_id: str, change: Change) -> tuple[Staff | None, Staff]:
        """Store what `change` makes of the team's member: the person before and after. What it raises changes nothing.

        Everybody is locked meanwhile: two admins can't take each other's access at the same moment.
        """
        async with self._database.write() as session:
            rows = await session.scalars(select(StaffRow).order_by(StaffRow.id).with_for_update())
            team = [Staff.model_validate(row.settings) for row in rows]
            after = change(team)
            await upsert(session, StaffRow, {"id": staff_id, "settings": after.model_dump(mode="json")})
        return next((one for one in team if one.id == staff_id), None), after

    async def loads(self) -> dict[str, int]:
        """How many open cases each person holds; those who hold none are left out."""
        async with self._database.read() as session:
            return await loads(session)
