"""Tickets in outside systems."""

from collections.abc import Mapping

from temporalio import activity

from handover.casefile import ActionState, TicketRequest
from handover.ports import Ticketing


class TicketActivities:
    """`systems` by the name that an action uses; one that is not there is off."""

    def __init__(self, systems: Mapping[str, Ticketing]) -> None:
        self._systems = systems

    @activity.defn
    async def open_ticket(self, request: TicketRequest) -> ActionState:
        """Open a ticket with the whole case; repeated, the same ticket."""
        system = self._systems.get(request.system)
        if system is None:
            return ActionState(status="skipped", text=f"{request.system} is not connected, so no ticket was opened")
        reference = await system.open_ticket(request)
        return ActionState(status="done", text=reference)
