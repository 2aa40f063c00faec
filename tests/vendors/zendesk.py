"""Zendesk on a free port of this machine: tickets, their comments and their people, and its signed webhooks.

It checks what the vendor checks: who asks, what a ticket holds, which keys were used for what. `refused` has what it said no
to. https://developer.zendesk.com/api-reference/ticketing/introduction/
"""

import asyncio
import base64
import html
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from tests.vendors.zendesk_checks import wrong_comment, wrong_ticket
from tests.vendors.zendesk_wire import EMAIL, TOKEN, Comment, Ticket, request, respond, shown, shown_comment, signed

Answer = tuple[int, dict[str, Any], dict[str, str]]
Fault = Callable[["Zendesk", Callable[[], Answer]], Awaitable[Answer | None]]
"""What happens to one request instead of the answer; None: the connection ends without one."""


async def fails(zendesk: "Zendesk", answer: Callable[[], Answer]) -> Answer | None:
    return 500, {"error": "InternalServerError"}, {}


async def hangs_up(zendesk: "Zendesk", answer: Callable[[], Answer]) -> Answer | None:
    """The request was not looked at."""
    return None


async def does_it_and_hangs_up(zendesk: "Zendesk", answer: Callable[[], Answer]) -> Answer | None:
    """It is done, and nobody was told."""
    answer()
    return None


async def shows_nothing(zendesk: "Zendesk", answer: Callable[[], Answer]) -> Answer | None:
    """A list that does not know yet what was made a moment ago."""
    return 200, {"tickets": [], "count": 0}, {}


def says(status: int, document: dict[str, Any] | None = None, **headers: str) -> Fault:
    async def answer(zendesk: "Zendesk", right: Callable[[], Answer]) -> Answer | None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return status, document or {"error": "TooManyRequests"}, named

    return answer


class Zendesk:
    """One account. `write_faults` and `read_faults`: what happens to the next requests of that kind, one after another.
    `is_down`: nobody answers. `asked`: each request. `opened`: all tickets, by their numbers."""

    def __init__(self) -> None:
        self.url = ""
        self.is_down = False
        self.write_faults: list[Fault] = []
        self.read_faults: list[Fault] = []
        self.asked: list[str] = []
        self.refused: list[str] = []
        self.suspended: set[str] = set()
        self.tickets: dict[int, Ticket] = {}
        self.users: dict[int, dict[str, Any]] = {}
        self.me = self.person("Handover", EMAIL, "agent")
        self._keys: dict[str, tuple[str, Answer]] = {}
        self._comments = 1000

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncIterator["Zendesk"]:
        zendesk = cls()
        server = await asyncio.start_server(zendesk._connected, "127.0.0.1", 0)
        zendesk.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield zendesk
        finally:
            server.close()

    # ---- what agents do ------------------------------------------------------------------------------------------------

    def person(self, name: str, email: str | None, role: str = "agent") -> int:
        known = next((number for number, one in self.users.items() if email and one["email"] == email), None)
        number = known or 700 + len(self.users)
        self.users.setdefault(number, {"id": number, "name": name, "email": email, "role": role})
        return number

    def comment(self, ticket: Ticket, author_id: int, text: str, public: bool = True) -> Comment:
        shown = html.escape(text, quote=False).replace("\n", "<br>")
        return self._add(ticket, author_id, f"<p>{shown}</p>" if text else "", public)

    def solve(self, ticket: Ticket, assignee_id: int, *tags: str, status: str = "solved") -> None:
        ticket.status, ticket.assignee_id, ticket.solved_at = status, assignee_id, datetime.now(UTC)
        ticket.fields["tags"] = [*ticket.fields["tags"], *tags]

    async def tell(self, doors: str, ticket: Ticket) -> httpx2.Response:
        """The trigger of docs/tickets.md fires."""
        return await self.post(doors, {"external_id": ticket.fields["external_id"], "ticket_id": str(ticket.id)})

    async def tell_event(self, doors: str, ticket: Ticket, kind: str = "status_changed") -> httpx2.Response:
        """A webhook that is subscribed to ticket events."""
        detail = {"id": str(ticket.id), "external_id": ticket.fields["external_id"], "status": ticket.status.upper()}
        event = {"current": ticket.status.upper(), "previous": "OPEN"}
        more = {"account_id": 22129848, "id": str(uuid.uuid4()), "subject": f"zen:ticket:{ticket.id}"}
        return await self.post(
            doors, {"type": f"zen:event-type:ticket.{kind}", "detail": detail, "event": event} | more
        )

    async def post(self, doors: str, document: dict[str, Any]) -> httpx2.Response:
        body = json.dumps(document).encode()
        async with httpx2.AsyncClient(trust_env=False) as client:
            return await client.post(f"{doors}/webhooks/zendesk", content=body, headers=signed(body), timeout=20)

    def forget_keys(self) -> None:
        """Two hours have passed."""
        self._keys.clear()

    # ---- the API -------------------------------------------------------------------------------------------------------

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            method, target, headers, body = await request(reader)
            self.asked.append(f"{method} {urlsplit(target).path}")
            faults = self.read_faults if method == "GET" else self.write_faults
            fault = hangs_up if self.is_down else faults.pop(0) if faults else None

            def right() -> Answer:
                return self._answer(method, target, headers, body)

            answer = await fault(self, right) if fault else right()
            if answer is not None:
                await respond(writer, *answer)
        writer.close()

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        login = base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
        if headers.get("authorization") != f"Basic {login}":
            return self._no(401, {"error": "Couldn't authenticate you"})
        if method != "GET" and headers.get("content-type") != "application/json":
            return self._no(415, {"error": "UnsupportedMediaType"})
        url = urlsplit(target)
        query = dict(parse_qsl(url.query))
        match method, *url.path.removeprefix("/api/v2/").removesuffix(".json").split("/"):
            case "GET", "tickets" if query.keys() == {"external_id"}:
                found = [one for one in self.tickets.values() if one.fields["external_id"] == query["external_id"]]
                return 200, {"tickets": [shown(one) for one in found], "count": len(found), "next_page": None}, {}
            case "POST", "tickets":
                return self._create(headers.get("idempotency-key", ""), json.loads(body).get("ticket"))
            case "PUT", "tickets", number if int(number) in self.tickets:
                return self._update(self.tickets[int(number)], json.loads(body)["ticket"])
            case "GET", "tickets", number, "comments" if int(number) in self.tickets:
                return self._comments_of(self.tickets[int(number)], query)
            case "GET", "tickets", number, "metrics" if int(number) in self.tickets:
                at = self.tickets[int(number)].solved_at
                return 200, {"ticket_metric": {"solved_at": f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None}}, {}
            case "GET", "users", "me":
                return 200, {"user": self.users[self.me]}, {}
            case "GET", "users", number if int(number) in self.users:
                return 200, {"user": self.users[int(number)]}, {}
        return self._no(404, {"error": "RecordNotFound", "description": "Not found"})

    def _create(self, key: str, ticket: Any) -> Answer:
        asked = json.dumps(ticket, sort_keys=True)
        if key in self._keys:
            before, answer = self._keys[key]
            if before == asked:
                return answer[0], answer[1], {"x-idempotency-lookup": "hit"}
            words = "Request parameters don't match the given idempotency key"
            return 400, {"error": "IdempotentRequestError", "description": words}, {}
        wrong = wrong_ticket(ticket, self.suspended)
        if wrong or not 1 <= len(key) <= 255:
            details = {"error": "RecordInvalid", "description": "Record validation errors", "details": wrong}
            return self._no(422, details)
        made = self._made(ticket)
        self._keys[key] = (asked, (201, {"ticket": shown(made)}, {}))
        return 201, {"ticket": shown(made)}, {"x-idempotency-lookup": "miss"}

    def _made(self, fields: dict[str, Any]) -> Ticket:
        requester = fields.get("requester")
        who = self.person(requester["name"], requester["email"], "end-user") if requester else self.me
        made = Ticket(35 + len(self.tickets), fields, who)
        self.tickets[made.id] = made
        self._add_ours(made, fields["comment"])
        return made

    def _update(self, ticket: Ticket, fields: dict[str, Any]) -> Answer:
        wrong = wrong_comment(fields.get("comment")) or ("closed" if ticket.status == "closed" else "")
        if wrong or fields.keys() != {"comment"}:
            return self._no(422, {"error": "RecordInvalid", "description": wrong})
        self._add_ours(ticket, fields["comment"])
        return 200, {"ticket": shown(ticket)}, {}

    def _add_ours(self, ticket: Ticket, comment: dict[str, Any]) -> None:
        shown = comment.get("html_body") or html.escape(comment["body"])
        self._add(ticket, self.me, shown, comment.get("public", True))

    def _add(self, ticket: Ticket, author_id: int, shown: str, public: bool) -> Comment:
        self._comments += 1
        ticket.comments.append(Comment(self._comments, author_id, shown, public))
        return ticket.comments[-1]

    def _comments_of(self, ticket: Ticket, query: dict[str, str]) -> Answer:
        size, begin = int(query.get("page[size]", "100")), int(query.get("page[after]", "0"))
        if not 1 <= size <= 100 or query.get("include") != "users":
            return self._no(400, {"error": "InvalidPaginationParameter"})
        part = ticket.comments[begin : begin + size]
        users = [self.users[number] for number in {one.author_id for one in part}]
        more = begin + size < len(ticket.comments)
        meta = {"has_more": more, "after_cursor": str(begin + size) if more else None}
        return 200, {"comments": [shown_comment(one) for one in part], "users": users, "meta": meta}, {}

    def _no(self, status: int, document: dict[str, Any]) -> Answer:
        self.refused.append(f"{status}: {json.dumps(document)}")
        return status, document, {}
