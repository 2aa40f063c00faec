"""Tags on the contact."""

from temporalio import activity

from handover.casefile import TagRequest
from handover.ports import Handovers


class TagActivities:
    def __init__(self, handovers: Handovers) -> None:
        self._handovers = handovers

    @activity.defn
    async def tag(self, request: TagRequest) -> None:
        """Add tags to the contact, and set the contact's status."""
        await self._handovers.tag(request.contact_id, request.tags, request.status)
