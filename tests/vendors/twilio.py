"""Twilio on a free port of this machine: it takes messages as the Messages resource does, and calls our doors, signed.

It checks what the vendor checks: who asks, which parameters there are, whether they are numbers and addresses, how long a
text is, who wants no more. `refused` has what it said no to. https://www.twilio.com/docs/messaging/api/message-resource
"""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import httpx2

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "token-of-the-tests"
OUR_NUMBER = "+15550100"
OTHER_NUMBER = "+15550101"
SERVICE = "MG" + "fedcba9876543210" * 2

_OURS = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
_START = {"START", "YES", "UNSTOP"}
_KNOWN = {"To", "From", "MessagingServiceSid", "Body", "StatusCallback"}

PAUSE = 1
"""How many seconds it wants to be left alone when it has too much to do."""

Answer = tuple[int, dict[str, Any]]
File = tuple[int, dict[str, str], bytes]
Fault = Callable[["Twilio", dict[str, str]], Awaitable[Answer | None]]
"""What happens to one request for a message instead; None: the connection ends without an answer."""


class Message(NamedTuple):
    """A message that was taken."""

    sid: str
    to: str
    sender: str
    body: str
    callback: str
    created: datetime


async def fails(twilio: "Twilio", form: dict[str, str]) -> Answer | None:
    return 503, {"code": 20503, "message": "Service unavailable", "status": 503}


async def has_too_much_to_do(twilio: "Twilio", form: dict[str, str]) -> Answer | None:
    """It says when to come again: see PAUSE."""
    return 429, {"code": 20429, "message": "Too Many Requests", "status": 429}


async def hangs_up(twilio: "Twilio", form: dict[str, str]) -> Answer | None:
    """The request was not looked at."""
    return None


async def takes_and_hangs_up(twilio: "Twilio", form: dict[str, str]) -> Answer | None:
    """The message is on its way, and nobody was told."""
    twilio.answer(form)
    return None


async def never_answers(twilio: "Twilio", form: dict[str, str]) -> Answer | None:
    """Until whoever asked has given up, and long after."""
    twilio.answer(form)
    await asyncio.sleep(3600)
    return None


async def answers_without_end(twilio: "Twilio", form: dict[str, str]) -> Answer | None:
    status, document = twilio.answer(form)
    return status, document | {"more": "x" * 2_000_000}


async def takes_and_fails(twilio: "Twilio", form: dict[str, str]) -> Answer | None:
    twilio.answer(form)
    return await fails(twilio, form)


def refuses(code: int, words: str = "No.", status: int = 400) -> Fault:
    async def refuse(twilio: "Twilio", form: dict[str, str]) -> Answer | None:
        return status, _problem(code, words, status)

    return refuse


class Twilio:
    """One account. `faults`: what happens to the next requests for a message, one after another. `taken`: the messages.
    `blocked`: who has texted STOP to which of the senders. `doors`: where our webhooks are."""

    def __init__(self) -> None:
        self.url = ""
        self.doors = ""
        self.faults: list[Fault] = []
        self.taken: list[Message] = []
        self.refused: list[str] = []
        self.lists = 0
        self.blocked: set[tuple[str, str]] = set()
        self.lying: dict[str, File] = {}
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._connections: set[asyncio.Task[Any]] = set()

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncIterator["Twilio"]:
        twilio = cls()
        server = await asyncio.start_server(twilio._connected, "127.0.0.1", 0)
        twilio.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield twilio
        finally:
            server.close()
            for one in twilio._connections:
                one.cancel()

    # ---- what the world does -------------------------------------------------------------------------------------------

    def bodies(self, to: str) -> list[str]:
        """What arrived at a phone, oldest first."""
        return [one.body for one in self.taken if one.to == to]

    def media(self, content: bytes, kind: str) -> dict[str, str]:
        """The parameters of a picture that comes with a text. Who asks for it, with the account's name and token, is sent
        on to where it lies. https://www.twilio.com/docs/messaging/api/media-resource"""
        path = f"/2010-04-01/Accounts/{SID}/Messages/MM{uuid.uuid4().hex}/Media/ME{uuid.uuid4().hex}"
        lies = f"/media/{uuid.uuid4().hex}"
        self.lying |= {path: (307, {"Location": lies}, b""), lies: (200, {"Content-Type": kind}, content)}
        return {"NumMedia": "1", "MediaUrl0": self.url + path, "MediaContentType0": kind}

    async def text(self, sender: str, body: str, **more: str) -> httpx2.Response:
        """A phone texts us. Twilio reads STOP and START itself, and tells our door all the same."""
        to = more.get("To", OUR_NUMBER)
        if body.strip().upper() in _STOP:
            self.blocked.add((to, sender))
        if body.strip().upper() in _START:
            self.blocked.discard((to, sender))
        return await self.call(f"{self.doors}/webhooks/twilio/sms", text_of(sender, body, **more))

    async def tell(self, message: Message, status: str, code: int | None = None) -> httpx2.Response:
        """What became of a message."""
        form = {"MessageSid": message.sid, "MessageStatus": status, "AccountSid": SID, "ApiVersion": "2010-04-01"}
        form |= {"SmsSid": message.sid, "SmsStatus": status, "To": message.to, "From": message.sender}
        return await self.call(message.callback, form | ({"ErrorCode": str(code)} if code else {}))

    async def call(self, url: str, form: Mapping[str, str]) -> httpx2.Response:
        async with httpx2.AsyncClient(trust_env=False) as client:
            headers = {"X-Twilio-Signature": signature(url, list(form.items()))}
            return await client.post(url, data=dict(form), headers=headers, timeout=20)

    # ---- the API -------------------------------------------------------------------------------------------------------

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            method, target, headers, body = await _request(reader)
            if method == "GET" and target in self.lying:
                await _send(writer, *self._media(target, headers))
                return
            answer = await self._answer(method, target, headers, body)
            if answer is not None:
                await _respond(writer, *answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # whoever asked has gone
        finally:
            self._connections.discard(task)
            writer.close()

    async def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        if headers.get("authorization") != _OURS:
            return self._no(20003, "Authenticate", 401)
        url = urlsplit(target)
        if url.path != f"/2010-04-01/Accounts/{SID}/Messages.json":
            return self._no(20404, f"The requested resource {url.path} was not found", 404)
        if method == "GET":
            return 200, self._list(dict(parse_qsl(url.query)))
        if method != "POST" or headers.get("content-type") != "application/x-www-form-urlencoded":
            return self._no(20001, f"{method} of {headers.get('content-type')}", 400)
        form = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
        return await self.faults.pop(0)(self, form) if self.faults else self.answer(form)

    def _media(self, target: str, headers: Mapping[str, str]) -> File:
        """What lies there. An account may ask its own for its name; where it sends people on to, anybody may look."""
        if target.startswith("/2010-04-01/") and headers.get("authorization") != _OURS:
            self.refused.append(f"20003: {target}")
            return 401, {}, b""
        return self.lying[target]

    def answer(self, form: dict[str, str]) -> Answer:
        """Take a message, or say why not."""
        refusal = self._refusal(form)
        if refusal is not None:
            return self._no(*refusal)
        sender = form.get("From", OUR_NUMBER)
        sid = f"SM{uuid.uuid4().hex}"
        self.taken.append(Message(sid, form["To"], sender, form["Body"], form.get("StatusCallback", ""), self.clock()))
        return 201, _resource(self.taken[-1])

    def _refusal(self, form: dict[str, str]) -> tuple[int, str] | None:
        sender = form.get("From", "")
        callback = urlsplit(form.get("StatusCallback", "http://none"))
        rules: list[tuple[bool, int, str]] = [
            (bool(form.keys() - _KNOWN), 20001, f"unknown parameters: {sorted(form.keys() - _KNOWN)}"),
            (not _E164.fullmatch(form.get("To", "")), 21211, f"Invalid 'To' Phone Number: {form.get('To')}"),
            (not sender and not form.get("MessagingServiceSid"), 21603, "A 'From' parameter is required"),
            (sender not in ("", OUR_NUMBER, OTHER_NUMBER), 21606, f"The 'From' number {sender} is not valid"),
            (form.get("MessagingServiceSid", SERVICE) != SERVICE, 21701, "The Messaging Service does not exist"),
            (not form.get("Body", "").strip(), 21602, "Message body is required"),
            (len(form.get("Body", "")) > 1600, 21617, "The concatenated message body exceeds the 1600 character limit"),
            (callback.scheme not in ("http", "https") or not callback.hostname, 21609, "Invalid StatusCallback"),
            (
                ((sender or OUR_NUMBER), form.get("To")) in self.blocked,
                21610,
                "Attempt to send to unsubscribed recipient",
            ),
        ]
        return next(((code, words) for broken, code, words in rules if broken), None)

    def _list(self, query: dict[str, str]) -> dict[str, Any]:
        """The newest first."""
        self.lists += 1
        if query.keys() - {"To", "From", "PageSize"} or not 1 <= int(query.get("PageSize", "50")) <= 1000:
            self.refused.append(f"list by {query}")
        found = [one for one in reversed(self.taken) if one.to == query.get("To", one.to)]
        found = [one for one in found if one.sender == query.get("From", one.sender)]
        return {"messages": [_resource(one) for one in found][: int(query.get("PageSize", "50"))], "page": 0}

    def _no(self, code: int, words: str, status: int = 400) -> Answer:
        self.refused.append(f"{code}: {words}")
        return status, _problem(code, words, status)


def text_of(sender: str, body: str, **more: str) -> dict[str, str]:
    """The parameters of a message that came in, a few that nobody asked for among them."""
    sid = f"SM{uuid.uuid4().hex}"
    form = {
        "ToCountry": "US",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "SmsSid": sid,
        "SmsStatus": "received",
    }
    form |= {"Body": body, "FromCountry": "US", "To": OUR_NUMBER, "NumSegments": "1", "MessageSid": sid}
    return form | {"AccountSid": SID, "From": sender, "ApiVersion": "2010-04-01"} | more


def signature(url: str, form: list[tuple[str, str]], token: str = TOKEN) -> str:
    """As Twilio signs: the address, then each parameter's name and value in the order of the names, SHA-1, Base64."""
    text = url
    for name in sorted({name for name, _ in form}):
        text += "".join(name + value for value in sorted(value for other, value in form if other == name))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def later(length: timedelta) -> Callable[[], datetime]:
    """A clock that is ahead, or behind."""
    return lambda: datetime.now(UTC) + length


def _resource(message: Message) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "account_sid": SID,
        "to": message.to,
        "from": message.sender,
        "body": message.body,
        "status": "queued",
        "direction": "outbound-api",
        "date_created": format_datetime(message.created),
        "date_sent": None,
        "error_code": None,
    }


def _problem(code: int, words: str, status: int) -> dict[str, Any]:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": words, "more_info": more, "status": status}


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return method, target, headers, await reader.readexactly(int(headers.get("content-length", "0")))


async def _respond(writer: asyncio.StreamWriter, status: int, document: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json"} | ({"Retry-After": str(PAUSE)} if status == 429 else {})
    await _send(writer, status, headers, json.dumps(document).encode())


async def _send(writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str], body: bytes) -> None:
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items())]
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    writer.write("\r\n".join(lines).encode() + body)
    await writer.drain()
