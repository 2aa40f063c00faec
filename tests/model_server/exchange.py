"""One request and the ways to answer it, down to the bytes."""

import asyncio
import json
import socket
import struct
from typing import Any, NamedTuple

from tests.model_server.bodies import FORM, completion, declined, response, said
from tests.model_server.checks import RESPONSES

_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: closing tells the other side that the connection is gone, and not that everything was sent."""


class Request(NamedTuple):
    """What came in, and when: seconds of the loop's clock. Names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: Any
    at: float

    @property
    def model(self) -> str:
        return str(self.body["model"])

    @property
    def limit(self) -> int:
        """How many tokens the answer may have."""
        return int(self.body["max_output_tokens" if self.path == RESPONSES else "max_tokens"])

    @property
    def wants_form(self) -> bool:
        """Whether the model is to keep to a schema."""
        return (
            "response_format" in self.body or self.body.get("text", {}).get("format", {}).get("type") == "json_schema"
        )


class Exchange:
    """A request with the connection that it came by."""

    def __init__(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self._reader = reader
        self._writer = writer

    # ---- bodies ------------------------------------------------------------------------------------------------------

    def answer(self, text: str | None = None) -> dict[str, Any]:
        """The model writes this; without a text, what it was asked for."""
        text = self._wanted() if text is None else text
        if self.request.path == RESPONSES:
            return response(self.request.model, said(text))
        return completion(self.request.model, text)

    def _wanted(self) -> str:
        """An honest model names only sources that it was given."""
        if not self.request.wants_form:
            return "The contact wants to know a price."
        known = all(source in json.dumps(self.request.body) for source in FORM["sources"])
        return json.dumps(FORM if known else FORM | {"grounded": None, "sources": []})

    def refusal(self) -> dict[str, Any]:
        """The model does not want to."""
        words = "I'm sorry, but I can't assist with that."
        if self.request.path == RESPONSES:
            return response(self.request.model, declined(words))
        return completion(self.request.model, None, refusal=words)

    def stopped(self, reason: str) -> dict[str, Any]:
        """The model was stopped within the form: by its limit (`max_output_tokens`) or by the content filter."""
        begun = json.dumps(FORM)[:24]
        if self.request.path == RESPONSES:
            return response(self.request.model, said(begun), status="incomplete", reason=reason)
        finish = {"max_output_tokens": "length"}.get(reason, reason)
        return completion(self.request.model, begun, finish_reason=finish)

    def thought_too_long(self) -> dict[str, Any]:
        """All of its limit went into the model's own thoughts: there is no message at all."""
        if self.request.path == RESPONSES:
            return response(self.request.model, status="incomplete", reason="max_output_tokens")
        return completion(self.request.model, "", finish_reason="length")

    # ---- on the wire -------------------------------------------------------------------------------------------------

    async def send(
        self, status: int, body: dict[str, Any] | str, headers: dict[str, str] | None = None, kind: str = ""
    ) -> None:
        """A whole answer. A text is sent as it is, as JSON unless `kind` says otherwise."""
        payload = encoded(body)
        self._write_head(status, {"Content-Length": str(len(payload))} | (headers or {}), kind or "application/json")
        self._writer.write(payload)
        await self._writer.drain()

    async def send_half(self, body: dict[str, Any]) -> None:
        """The first half of a body of which the whole was announced."""
        payload = encoded(body)
        self._write_head(200, {"Content-Length": str(len(payload))}, "application/json")
        self._writer.write(payload[: len(payload) // 2])
        await self._writer.drain()

    async def drip(self, body: dict[str, Any], pause: float) -> None:
        """A body that never ends, a byte at a time, until the other side has had enough."""
        self._write_head(200, {"Transfer-Encoding": "chunked"}, "application/json")
        payload = encoded(body)[:-1]
        while not self._writer.is_closing() and not self._reader.at_eof():
            self._writer.write(b"1\r\n" + (payload[:1] or b" ") + b"\r\n")
            payload = payload[1:]
            await self._writer.drain()
            await asyncio.sleep(pause)

    async def until_they_leave(self) -> None:
        """Say nothing until the other side has hung up."""
        await self._reader.read()

    def reset(self) -> None:
        """Have the connection break off, as when a server is killed."""
        connection: socket.socket = self._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self._writer.transport.abort()

    def _write_head(self, status: int, headers: dict[str, str], kind: str) -> None:
        lines = [f"HTTP/1.1 {status} -", f"Content-Type: {kind}", "Connection: close", "x-request-id: req_1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join([*lines, "", ""]).encode())


def encoded(body: dict[str, Any] | str) -> bytes:
    return (body if isinstance(body, str) else json.dumps(body)).encode()
