"""Who gets the case."""

from temporalio import activity

from handover.casefile import Assigned, AssignRequest
from handover.ports import Team


class AssignActivities:
    def __init__(self, team: Team) -> None:
        self._team = team

    @activity.defn
    async def assign(self, request: AssignRequest) -> Assigned:
        """Choose somebody and reserve their place in one transaction; repeated, the same person again."""
        return await self._team.assign(request)

    @activity.defn
    async def managers_of(self, staff_id: str | None) -> list[str]:
        """Who answers for a person's work: their manager, otherwise all of them."""
        return await self._team.managers_of(staff_id)
