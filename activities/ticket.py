"""Tickets in outside systems."""

from collections.abc import Mapping

from temporalio import activity

from activities.refusal import outside_answers
from handover.casefile import ActionState, TicketRequest
from handover.ports import Ticketing, Transcripts
from handover.ticket import MOST_READ, ticket_of
from handover.trying import is_test


class TicketActivities:
    """`systems` by the name that an action uses; one that is not there is off. `public_url`: where the inbox is."""

    def __init__(self, systems: Mapping[str, Ticketing], transcripts: Transcripts, public_url: str = "") -> None:
        self._systems = systems
        self._transcripts = transcripts
        self._public_url = public_url

    @activity.defn
    async def open_ticket(self, request: TicketRequest) -> ActionState:
        """Open a ticket with the whole case and all that was said by now; repeated, the same ticket. For a test none."""
        if is_test(request.case.channel):
            return ActionState(status="skipped", text=f"in a test no ticket is opened in {request.system}")
        system = self._systems.get(request.system)
        if system is None:
            return ActionState(status="skipped", text=f"{request.system} is not connected, so no ticket was opened")
        lines = await self._transcripts.transcript(request.case.conversation_id, MOST_READ)
        with outside_answers():
            reference = await system.open_ticket(ticket_of(request.case, lines, self._public_url))
        return ActionState(status="done", text=reference)
