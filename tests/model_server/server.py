"""The stand-in itself: an HTTP server on a free port of this machine."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import unquote

from tests.model_server.bodies import problem
from tests.model_server.checks import refusal
from tests.model_server.exchange import Exchange, Request
from tests.model_server.faults import Behaviour, answers

KEY = "sk-of-the-tests"
_MODELS = "/v1/models/"


class ModelServer:
    """Behaves as it was told to for each model, and answers properly where it was told nothing.

    received: every request in the order of their arrival. refused: what the vendor would have refused, in its words.
    listed: the models that it lists; None: it has no such list. page: what it shows at every other address.
    """

    def __init__(self) -> None:
        self.received: list[Request] = []
        self.refused: list[str] = []
        self.listed: set[str] | None = set()
        self.page = ""
        self.url = ""
        self._plans: dict[str, list[Behaviour]] = {}
        self._always: dict[str, Behaviour] = {}

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncIterator["ModelServer"]:
        model_server = cls()
        server = await asyncio.start_server(model_server._connected, "127.0.0.1", 0)
        model_server.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        try:
            yield model_server
        finally:
            server.close()

    def plan(self, model: str, *behaviours: Behaviour, then: Behaviour = answers) -> None:
        """How the next requests for a model are answered, one after another, and how all others."""
        self._plans[model] = list(behaviours)
        self._always[model] = then

    def asked(self, model: str) -> list[Request]:
        """The requests for a model."""
        return [one for one in self.received if one.model == model]

    async def was_asked(self) -> bool:
        """Whether anything has come in yet."""
        return bool(self.received)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._serve(reader, writer)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request, method = await _read(reader)
        exchange = Exchange(request, reader, writer)
        if method == "GET":
            await self._look_up(exchange)
            return
        self.received.append(request)
        refused = refusal(request.path, request.headers, request.body, KEY)
        if refused is not None:
            self.refused.append(refused[1]["error"]["message"])
            await exchange.send(*refused)
            return
        planned = self._plans.get(request.model)
        behaviour = planned.pop(0) if planned else self._always.get(request.model, answers)
        await behaviour(exchange)

    async def _look_up(self, exchange: Exchange) -> None:
        """One entry of the list of models."""
        request = exchange.request
        if self.listed is None or not request.path.startswith(_MODELS):
            await exchange.send(200 if self.page else 404, self.page or "404 page not found", kind="text/html")
        elif request.headers.get("authorization") != f"Bearer {KEY}":
            await exchange.send(401, problem("Incorrect API key provided.", code="invalid_api_key"))
        elif (model := unquote(request.path.removeprefix(_MODELS))) not in self.listed:
            await exchange.send(404, problem(f"The model '{model}' does not exist.", code="model_not_found"))
        else:
            await exchange.send(200, {"id": model, "object": "model", "created": 1_790_000_000, "owned_by": "tests"})


async def _read(reader: asyncio.StreamReader) -> tuple[Request, str]:
    """A request, and its method."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    payload = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(path, headers, _json(payload), asyncio.get_running_loop().time()), method


def _json(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return None
