"""A system of one's own that takes tickets by webhook, on a free port of this machine: it checks each request with the
reference library of Standard Webhooks, and knows a ticket that comes again by its id."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class TicketReceiver:
    """answers: the next answers, one after another (status, body); None: the connection ends, though the ticket was taken.
    tickets: by their `webhook-id`. tries: how many requests came. refused: what was wrong with one."""

    def __init__(self) -> None:
        self.url = ""
        self.is_down = False
        self.answers: list[tuple[int, str] | None] = []
        self.tickets: dict[str, dict[str, Any]] = {}
        self.tries = 0
        self.refused: list[str] = []

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncIterator["TicketReceiver"]:
        receiver = cls()
        server = await asyncio.start_server(receiver._connected, "127.0.0.1", 0)
        receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/tickets"
        try:
            yield receiver
        finally:
            server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = (line.partition(":") for line in head[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            body = await reader.readexactly(int(headers["content-length"]))
            answer = None if self.is_down else self._answer(headers, body)
            self.tries += 1
            if answer is not None:
                status, text = answer
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())
                await writer.drain()
        writer.close()

    def _answer(self, headers: dict[str, str], body: bytes) -> tuple[int, str] | None:
        event = self._checked(headers, body)
        if event is None:
            return 401, '{"error": "signature"}'
        planned = self.answers.pop(0) if self.answers else (200, "")
        if planned is not None and planned[0] >= 300:
            return planned
        taken = self.tickets.setdefault(headers["webhook-id"], event["data"])
        number = list(self.tickets.values()).index(taken) + 1
        return (planned[0], planned[1] or json.dumps({"reference": f"OPS-{number}"})) if planned else None

    def _checked(self, headers: dict[str, str], body: bytes) -> dict[str, Any] | None:
        try:
            event: dict[str, Any] = Webhook(SECRET).verify(body, headers)
        except Exception as error:  # the library lets more escape than its own error
            self.refused.append(f"{type(error).__name__}: {error}")
            return None
        if event["type"] != "ticket.open" or headers.get("content-type") != "application/json":
            self.refused.append(f"{event['type']} as {headers.get('content-type')}")
            return None
        return event
