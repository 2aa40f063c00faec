"""Twilio's Messages resource: what it takes, what it has taken, and what its refusals mean.

https://www.twilio.com/docs/messaging/api/message-resource
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, NamedTuple

import httpx2
from pydantic import SecretStr

from handover.errors import TryAgain, Undeliverable
from handover.sms_failures import settings_fault, why
from outbound import body_within, object_in, pause_asked

SECONDS = 10.0
"""How long one request may take, the answer included."""

MAX_ANSWER = 1024 * 1024
"""How much of an answer is read, in bytes: a list of 50 messages has 50 times 1,600 characters and some more."""

LOOKED_THROUGH = 50
"""How many of the newest messages to a number are looked through."""


class NotTaken(TryAgain):
    """Twilio certainly did not take the message, and may later. The text is for staff."""


class AnswerLost(TryAgain):
    """Whether Twilio took the message is not known. The text is for staff."""


@dataclass(frozen=True)
class TwilioAccount:
    """Whose account it is, and from where it sends: our number, or a Messaging Service (`MG…`)."""

    sid: str
    token: SecretStr
    sender: str
    api_url: str


class Taken(NamedTuple):
    """A message that Twilio has."""

    sid: str
    body: str
    created: datetime


class _Answer(NamedTuple):
    status: int
    body: dict[str, Any]
    after: timedelta | None
    """How long Twilio wants to be left alone; None where it does not say."""


class TwilioApi:
    """One account's messages."""

    def __init__(self, account: TwilioAccount) -> None:
        self._auth = httpx2.BasicAuth(account.sid, account.token.get_secret_value())
        self._url = f"{account.api_url}/2010-04-01/Accounts/{account.sid}/Messages.json"

    async def create(self, form: Mapping[str, str]) -> str:
        """Have a message sent, and return its sid. Raises Undeliverable, NotTaken and AnswerLost."""
        answer = await self._call("POST", data=dict(form))
        sid = answer.body.get("sid")
        if answer.status == 201 and isinstance(sid, str) and sid:
            return sid
        raise _refusal(answer)

    async def newest(self, to: str, sender: str) -> list[Taken]:
        """The newest messages to a number, from one of ours where `sender` says which. Raises NotTaken: nothing was sent."""
        query = {"To": to, "PageSize": str(LOOKED_THROUGH)} | ({"From": sender} if sender else {})
        try:
            answer = await self._call("GET", params=query)
        except AnswerLost as error:
            raise NotTaken(str(error)) from error
        messages = answer.body.get("messages")
        if answer.status != 200 or not isinstance(messages, list):
            raise NotTaken(str(_refusal(answer)), answer.after)
        return [taken for one in messages if (taken := _taken(one)) is not None]

    async def _call(self, method: str, **what: Any) -> _Answer:
        try:
            async with (
                asyncio.timeout(SECONDS),
                httpx2.AsyncClient(auth=self._auth, verify=_trusted(), timeout=SECONDS) as client,
                client.stream(method, self._url, follow_redirects=False, **what) as response,
            ):
                body = object_in(await body_within(response, MAX_ANSWER) or b"")
                return _Answer(response.status_code, body, pause_asked(response))
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise NotTaken("Twilio can't be reached (HANDOVER_TWILIO_API_URL)") from error
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise AnswerLost(f"Twilio did not answer within {SECONDS:g} seconds") from error
        except httpx2.HTTPError as error:
            raise AnswerLost("The connection to Twilio broke off") from error


def _refusal(answer: _Answer) -> Exception:
    """What an answer other than the expected one means. A fault of a server may come after it has taken the message."""
    code = answer.body.get("code")
    code = code if isinstance(code, int) else None
    ours = settings_fault(code)
    if ours:
        return NotTaken(f"Twilio refuses the message: {ours} (Twilio {code})")
    if answer.status in (401, 403):
        return NotTaken("Twilio does not let us in: look at HANDOVER_TWILIO_ACCOUNT_SID and HANDOVER_TWILIO_AUTH_TOKEN")
    if answer.status == 429:
        return NotTaken("Twilio has too much to do for us right now (429)", answer.after)
    if answer.status == 400 and code is not None:
        return Undeliverable(why(code, "refuses", str(answer.body.get("message", ""))))
    if 200 <= answer.status < 300 or answer.status >= 500:
        return AnswerLost(f"Twilio answered with status {answer.status} and no message", answer.after)
    return NotTaken(f"This is not how Twilio answers: status {answer.status} (HANDOVER_TWILIO_API_URL)")


def _taken(message: Any) -> Taken | None:
    """One entry of the list; None for what came in, and for what is no message at all."""
    try:
        created = parsedate_to_datetime(message["date_created"])
        taken = Taken(str(message["sid"]), str(message["body"]), created)
        return taken if created.tzinfo and str(message["direction"]).startswith("outbound") else None
    except (KeyError, TypeError, ValueError):
        return None


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """The certificate authorities of the system; read once, for it takes a while."""
    return httpx2.create_ssl_context()
