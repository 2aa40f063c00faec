"""Tickets in Zendesk (https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/, docs/tickets.md)."""

import hashlib
from typing import Any

from handover.bot import Priority
from handover.errors import TryAgain
from handover.outside import Ticket
from handover.ticket import as_html
from integrations.zendesk_api import MAX_COMMENT, ZendeskApi
from integrations.zendesk_shapes import RefusedByZendesk, ZendeskTicket

PRIORITIES = {Priority.low: "low", Priority.medium: "normal", Priority.high: "high", Priority.urgent: "urgent"}


class ZendeskTickets:
    """The port Ticketing. A ticket is looked for before each try: the answer to the one before may have been lost."""

    def __init__(self, api: ZendeskApi) -> None:
        self._api = api

    async def open_ticket(self, ticket: Ticket) -> str:
        """Open the ticket, once, and return its number and where agents see it."""
        opened = await self._api.find(ticket.external_id) or await self._create(ticket)
        return f"#{opened.id} {self._api.page_of(opened.id)}"

    async def _create(self, ticket: Ticket) -> ZendeskTicket:
        """With the contact as its requester; where Zendesk won't have them as one, with us."""
        fields = ticket_fields(ticket)
        requester = requester_of(ticket)
        if requester is None:
            return await self._once(ticket, fields, "alone")
        try:
            return await self._once(ticket, fields | {"requester": requester}, "requester")
        except RefusedByZendesk as error:
            if "requester" not in str(error).lower():
                raise
            return await self._once(ticket, fields, "alone")

    async def _once(self, ticket: Ticket, fields: dict[str, Any], form: str) -> ZendeskTicket:
        """One key for each handover: a request that is still on its way there makes no second ticket.

        A conversation goes on between two tries, and so the second ticket says more. Zendesk refuses that under the same key
        and thereby says that the first one is there, though it could not be found yet.
        """
        try:
            return await self._api.create(fields, idempotency_key(ticket.external_id, form))
        except RefusedByZendesk as error:
            if error.kind != "IdempotentRequestError":
                raise
            found = await self._api.find(ticket.external_id)
            if found is None:
                raise TryAgain("Zendesk has begun to make the ticket, and does not show it yet.") from error
            return found


def ticket_fields(ticket: Ticket) -> dict[str, Any]:
    """The ticket as the API takes it. The comment is private: the contact gets no mail about it. It is HTML, so that nothing
    that others have written becomes a link or a picture there."""
    return {
        "subject": ticket.subject,
        "comment": {"html_body": as_html(ticket, MAX_COMMENT), "public": False},
        "priority": PRIORITIES[ticket.priority],
        "type": "task",
        "due_at": f"{ticket.due_at:%Y-%m-%dT%H:%M:%SZ}",
        "tags": ticket.tags,
        "external_id": ticket.external_id,
    }


def requester_of(ticket: Ticket) -> dict[str, str] | None:
    """The contact, whom Zendesk knows by their e-mail address; None without one: the ticket's requester is then its maker."""
    email = ticket.contact.email.strip()
    if not email:
        return None
    return {"name": ticket.contact.name.strip() or email.partition("@")[0], "email": email}


def idempotency_key(external_id: str, form: str) -> str:
    """The same for the same handover, for ever; Zendesk remembers it for two hours."""
    return hashlib.sha256(f"handover/{external_id}/{form}".encode()).hexdigest()
