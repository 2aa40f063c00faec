"""Chatwoot's API for applications, as far as an agent bot needs it.

Shapes by https://developers.chatwoot.com/api-reference and, where that is silent, by Chatwoot's own controllers
(https://github.com/chatwoot/chatwoot, app/controllers/api/v1/accounts). What a bot's token may do is listed in
app/controllers/concerns/access_token_auth_helper.rb: write messages, change the status, assign, and in newer versions read the
conversation and its labels; never list agents or messages.
"""

import asyncio
import json
import ssl
from collections.abc import Iterator, Sequence
from typing import Any

import httpx2

from handover.chatwoot import MARK, Place
from handover.errors import TryAgain, Undeliverable
from outbound import Answer, body_within, object_in, pause_asked

SECONDS = 10.0
"""How long one call may take, from beginning to end."""

MAX_ANSWER = 4 * 1024 * 1024
"""How much of an answer is read, in bytes: a list of messages may be long, a list without an end is refused."""

_NOT_FOR_BOTS = "not authorized for bots"
_TOO_MANY = "too many"


class ChatwootTrouble(TryAgain):
    """Chatwoot is away, or says no to something that people can put right; it is tried again. The text is for them."""


class TokenRefused(ChatwootTrouble):
    """The access token is unknown there, or may not do this."""


class Gone(Undeliverable):
    """The conversation is not there (any more)."""


class ChatwootApi:
    """`token`: of the agent bot. `user_token`: of a person there, for what bots may not do; without it that is left out."""

    def __init__(self, url: str, token: str, user_token: str = "") -> None:
        self._base = url.rstrip("/") + "/api/v1/accounts"
        self._token = token
        self._user_token = user_token
        self._trust = ssl.create_default_context()

    async def post_message(self, place: Place, content: str, key: str, *, private: bool = False) -> int:
        """Write a message or, `private`, a note for agents, and return its number."""
        body = {"content": content, "message_type": "outgoing", "private": private, "content_attributes": {MARK: key}}
        answer = await self._in(place, "POST", "/messages", body)
        number = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(number, int):
            raise ChatwootTrouble("Chatwoot took a message and did not say how it calls it")
        return number

    async def find_message(self, place: Place, key: str) -> int | None:
        """The number of a message of ours that is there already; None where none is seen.

        A person's token sees the last twenty messages, a bot's the last one, and in older versions of Chatwoot none.
        """
        try:
            return next((one["id"] for one in await self._last_messages(place) if _marked(one) == key), None)
        except Gone:
            raise
        except (TokenRefused, Undeliverable):
            return None

    async def _last_messages(self, place: Place) -> list[dict[str, Any]]:
        if self._user_token:
            return list(_messages(_part(await self._in(place, "GET", "/messages", as_user=True), "payload")))
        shown = await self._in(place, "GET", "")
        return list(_messages([*_listed(shown, "messages"), _part(shown, "last_non_activity_message")]))

    async def set_status(self, place: Place, status: str) -> None:
        """`open` gives the conversation to people, `pending` to the bot, `resolved` ends it. The same again changes nothing."""
        await self._in(place, "POST", "/toggle_status", {"status": status})

    async def agents(self, account: int) -> dict[str, int]:
        """The agents' numbers by their email addresses. Raises TokenRefused without a person's token."""
        answer = await self._call("GET", f"/{account}/agents", as_user=True)
        agents = [one for one in answer if isinstance(one, dict)] if isinstance(answer, list) else []
        return {
            str(one["email"]).casefold(): one["id"] for one in agents if one.get("email") and _is_number(one.get("id"))
        }

    async def assign(self, place: Place, agent: int) -> None:
        await self._in(place, "POST", "/assignments", {"assignee_id": agent})

    async def labels(self, place: Place) -> list[str]:
        answer = await self._in(place, "GET", "/labels", as_user=bool(self._user_token))
        return [str(label) for label in _listed(answer, "payload")]

    async def set_labels(self, place: Place, labels: Sequence[str]) -> None:
        """These and no others: the list is replaced."""
        await self._in(place, "POST", "/labels", {"labels": list(labels)}, as_user=bool(self._user_token))

    async def _in(self, place: Place, method: str, path: str, body: Any = None, *, as_user: bool = False) -> Any:
        path = f"/{place.account}/conversations/{place.conversation}{path}"
        return await self._call(method, path, body, as_user=as_user)

    async def _call(self, method: str, path: str, body: Any = None, *, as_user: bool = False) -> Any:
        """What Chatwoot answers, from its JSON. Raises ChatwootTrouble, Undeliverable."""
        token = self._user_token if as_user else self._token
        if not token:
            raise TokenRefused("Chatwoot does not let bots do this; HANDOVER_CHATWOOT_USER_TOKEN is not set")
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self._exchange(method, self._base + path, body, token)
        except TimeoutError as error:
            raise ChatwootTrouble(f"Chatwoot did not answer within {SECONDS:g} seconds") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ChatwootTrouble(f"Chatwoot could not be reached: {type(error).__name__}") from error
        _check(answer, "HANDOVER_CHATWOOT_USER_TOKEN" if as_user else "HANDOVER_CHATWOOT_TOKEN")
        return _parsed(answer.body)

    async def _exchange(self, method: str, url: str, body: Any, token: str) -> Answer:
        headers = {"api_access_token": token, "Accept": "application/json"}
        async with (
            httpx2.AsyncClient(timeout=SECONDS, verify=self._trust) as client,
            client.stream(method, url, json=body, headers=headers) as response,
        ):
            return Answer(response.status_code, await _read(response), pause_asked(response))


async def _read(response: httpx2.Response) -> bytes:
    """The answer's body. Raises ChatwootTrouble for one without an end."""
    body = await body_within(response, MAX_ANSWER)
    if body is None:
        raise ChatwootTrouble(f"Chatwoot answered with more than {MAX_ANSWER // 1024 // 1024} MB")
    return body


def _check(answer: Answer, setting: str) -> None:
    """Raise what a refusal means: worth another try, or not."""
    status = answer.status
    if 200 <= status < 300:
        return
    said = _said(answer.body)
    why = f"Chatwoot answered {status}" + (f": {said}" if said else "")
    if status == 401:
        help_ = (
            "" if _NOT_FOR_BOTS in said.casefold() else f"; check {setting} and that its owner belongs to this account"
        )
        raise TokenRefused(why + help_, answer.after)
    if status == 404:
        raise Gone("Chatwoot does not have this conversation (any more)")
    if status in (400, 403, 422) and _TOO_MANY not in said.casefold():
        raise Undeliverable(why)
    help_ = "; check HANDOVER_CHATWOOT_URL" if status < 400 or status == 405 else ""
    raise ChatwootTrouble(why + help_, answer.after)


def _said(answer: bytes) -> str:
    """Chatwoot's own words, on one line and never in full length."""
    said = object_in(answer)
    words = said.get("error") or said.get("message")
    return " ".join(words.split())[:200] if isinstance(words, str) else ""


def _parsed(answer: bytes) -> Any:
    """JSON; nothing where the answer is empty."""
    try:
        return json.loads(answer) if answer.strip() else None
    except (ValueError, RecursionError) as error:
        raise ChatwootTrouble("What answered is not Chatwoot's API; check HANDOVER_CHATWOOT_URL") from error


def _part(answer: Any, name: str) -> Any:
    return answer.get(name) if isinstance(answer, dict) else None


def _listed(answer: Any, name: str) -> list[Any]:
    found = _part(answer, name)
    return found if isinstance(found, list) else []


def _messages(found: Any) -> Iterator[dict[str, Any]]:
    """What has the shape of a message in a list."""
    for one in found if isinstance(found, list) else []:
        if isinstance(one, dict) and _is_number(one.get("id")):
            yield one


def _marked(message: dict[str, Any]) -> str | None:
    """The key that a message of ours carries."""
    key = _part(message.get("content_attributes"), MARK)
    return key if isinstance(key, str) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
