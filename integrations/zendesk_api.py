"""Zendesk's Ticketing API as far as tickets need it (https://developer.zendesk.com/api-reference/ticketing/introduction/).

Every call has a time limit and a limit for the size of its answer; redirects are not followed, or another host would be
shown the token. What goes wrong says which setting to look at, and never what the token is.
"""

import asyncio
import json
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import httpx2
from pydantic import BaseModel, SecretStr, ValidationError

from handover.errors import TryAgain
from integrations.zendesk_shapes import (
    Comments,
    NotThere,
    RefusedByZendesk,
    ZendeskComment,
    ZendeskTicket,
    ZendeskUser,
)
from outbound import body_within, pause_asked

SECONDS = 10.0
"""How long one call may take."""

MAX_ANSWER = 8 * 1024 * 1024
"""How many bytes an answer may have: a page of comments holds up to PAGE_SIZE of 64 KiB each, in three forms."""

PAGE_SIZE = 25
MOST_PAGES = 200
"""A ticket has at most 5000 comments."""

MAX_COMMENT = 60_000
"""Bytes of a comment that we write; Zendesk takes 64 KiB."""

Shape = TypeVar("Shape", bound=BaseModel)
_PERMANENT = frozenset({400, 410, 413, 422})


class ZendeskAccount(NamedTuple):
    """Where, and as whom."""

    url: str
    email: str
    token: SecretStr


class ZendeskApi:
    """One account. Raises RefusedByZendesk for what will never be taken, TryAgain for everything else that goes wrong."""

    def __init__(self, account: ZendeskAccount) -> None:
        self.account = account
        self._base = account.url.rstrip("/")
        self._me: int | None = None

    def page_of(self, ticket_id: int) -> str:
        """Where agents see a ticket."""
        return f"{self._base}/agent/tickets/{ticket_id}"

    async def find(self, external_id: str) -> ZendeskTicket | None:
        """The ticket of an external id; where there are several, the first one."""
        answer = await self._call("GET", "/api/v2/tickets.json", params={"external_id": external_id})
        tickets = [_read(ZendeskTicket, one) for one in answer.get("tickets") or []]
        return min(tickets, key=lambda one: one.id, default=None)

    async def create(self, ticket: dict[str, Any], key: str) -> ZendeskTicket:
        """Open a ticket; within two hours the same key gives the same ticket, or a refusal where the ticket differs."""
        body = {"ticket": ticket}
        answer = await self._call("POST", "/api/v2/tickets.json", body=body, headers={"Idempotency-Key": key})
        return _read(ZendeskTicket, answer.get("ticket"))

    async def comments(self, ticket_id: int) -> Comments:
        """All comments of a ticket."""
        found, users, after = list[ZendeskComment](), dict[int, ZendeskUser](), ""
        for _ in range(MOST_PAGES):
            page = {"include": "users", "page[size]": str(PAGE_SIZE)} | ({"page[after]": after} if after else {})
            answer = await self._call("GET", f"/api/v2/tickets/{ticket_id}/comments.json", params=page)
            found += [_read(ZendeskComment, one) for one in answer.get("comments") or []]
            users |= {one.id: one for one in (_read(ZendeskUser, each) for each in answer.get("users") or [])}
            meta = answer.get("meta") or {}
            after = str(meta.get("after_cursor") or "")
            if not meta.get("has_more") or not after:
                break
        return Comments(sorted(found, key=lambda one: one.id), users)

    async def add_note(self, ticket_id: int, html: str) -> None:
        """Write a private comment."""
        comment = {"html_body": html, "public": False}
        await self._call("PUT", f"/api/v2/tickets/{ticket_id}.json", body={"ticket": {"comment": comment}})

    async def me(self) -> int:
        """The id of the account that we are, which tells our own comments from others'."""
        if self._me is None:
            answer = await self._call("GET", "/api/v2/users/me.json")
            self._me = _read(ZendeskUser, answer.get("user")).id
        return self._me

    async def user(self, user_id: int) -> ZendeskUser:
        answer = await self._call("GET", f"/api/v2/users/{user_id}.json")
        return _read(ZendeskUser, answer.get("user"))

    async def solved_at(self, ticket_id: int) -> datetime | None:
        """When a ticket was solved last."""
        answer = await self._call("GET", f"/api/v2/tickets/{ticket_id}/metrics.json")
        at = (answer.get("ticket_metric") or {}).get("solved_at")
        return datetime.fromisoformat(at) if at else None

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        try:
            async with asyncio.timeout(SECONDS), self._client() as client:
                request = client.build_request(method, path, params=params, json=body, headers=headers)
                answer = await client.send(request, stream=True)
                try:
                    content = await _content(answer)
                finally:
                    await answer.aclose()
        except TimeoutError as error:
            raise TryAgain(f"Zendesk did not answer within {SECONDS:g} seconds.") from error
        except httpx2.HTTPError as error:
            raise TryAgain(f"Zendesk could not be reached at {self._base} ({type(error).__name__}).") from error
        return _json(answer, content) if answer.is_success else self._fail(answer, content)

    def _client(self) -> httpx2.AsyncClient:
        login = (f"{self.account.email}/token", self.account.token.get_secret_value())
        accept = {"Accept": "application/json"}
        return httpx2.AsyncClient(base_url=self._base, auth=login, headers=accept, timeout=SECONDS)

    def _fail(self, answer: httpx2.Response, content: bytes) -> dict[str, Any]:
        """Raises what an answer that is no success means."""
        status = answer.status_code
        if status in _PERMANENT:
            kind, text = _reason(content)
            raise RefusedByZendesk(status, kind, f"Zendesk refused it ({status}): {text}")
        if status in (401, 403):
            settings = "HANDOVER_ZENDESK_EMAIL, HANDOVER_ZENDESK_TOKEN and what that account may do there"
            raise TryAgain(f"Zendesk does not let us in ({status}): look at {settings}.")
        if status == 404:
            raise NotThere(f"Zendesk knows no {answer.request.url.path}: look at HANDOVER_ZENDESK_URL.")
        if answer.is_redirect:
            raise TryAgain(
                f"Zendesk is somewhere else ({status}): look at HANDOVER_ZENDESK_URL, which is {self._base}."
            )
        raise TryAgain(f"Zendesk answered {status}.", pause_asked(answer))


async def _content(answer: httpx2.Response) -> bytes:
    body = await body_within(answer, MAX_ANSWER)
    if body is None:
        raise TryAgain(f"Zendesk's answer is longer than {MAX_ANSWER} bytes.")
    return body


def _json(answer: httpx2.Response, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise TryAgain(f"Zendesk answered {answer.status_code} with something else than JSON.") from error
    if not isinstance(found, dict):
        raise TryAgain(f"Zendesk answered {answer.status_code} with something else than an object.")
    return found


def _read(shape: type[Shape], value: Any) -> Shape:
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
        raise TryAgain(f"Zendesk's answer can't be read: {shape.__name__} {wrong}") from error


def _reason(content: bytes) -> tuple[str, str]:
    """What Zendesk says is wrong: its name for it, and words for people."""
    try:
        found = json.loads(content)
        kind, text = str(found.get("error", "")), str(found.get("description") or found.get("error") or "")
        details = found.get("details") or {}
        more = [str(one.get("description", "")) for group in details.values() for one in group]
    except (ValueError, AttributeError, TypeError):
        return "", content[:200].decode("utf-8", "replace")
    return kind, "; ".join(filter(None, [text, *more]))[:500]
