"""Handover's HTTP API, as the terminal uses it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

LINES = "application/x-ndjson"

Json = dict[str, Any]


class ApiRefused(Exception):
    """The API said no; the text is its own.

    `passing`: the same request may go through in a moment. `wrong`: what was asked is not valid.
    """

    def __init__(self, text: str, passing: bool = False, wrong: bool = False) -> None:
        super().__init__(text)
        self.passing = passing
        self.wrong = wrong


class Api:
    """A connection with a key. Raises ApiRefused with the problem document's detail."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    @classmethod
    @asynccontextmanager
    async def at(cls, url: str, key: str) -> AsyncIterator["Api"]:
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=70, trust_env=False) as client:
            yield cls(client)

    async def get(self, path: str, **params: Any) -> Json:
        return await self._call("GET", path, params=params)

    async def post(self, path: str, body: Json, *, idempotency_key: str | None = None, **params: Any) -> Json:
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return await self._call("POST", path, json=body, params=params, headers=headers)

    async def put(self, path: str, body: Json) -> Json:
        return await self._call("PUT", path, json=body)

    async def delete(self, path: str) -> Json:
        return await self._call("DELETE", path)

    async def lines(self, path: str, body: Json, *, idempotency_key: str) -> AsyncIterator[Json]:
        """What the API answers line by line, while it works."""
        headers = {"Idempotency-Key": idempotency_key, "Accept": LINES}
        try:
            async with self._client.stream("POST", f"/v1{path}", json=body, headers=headers) as response:
                if response.is_error:
                    await response.aread()
                    _answer(response)
                async for line in response.aiter_lines():
                    yield json.loads(line)
        except httpx2.TransportError as error:
            raise ApiRefused(f"Handover does not answer: {error}", passing=True) from error

    async def _call(self, method: str, path: str, **more: Any) -> Json:
        try:
            response = await self._client.request(method, f"/v1{path}", **more)
        except httpx2.TransportError as error:
            raise ApiRefused(f"Handover does not answer: {error}", passing=True) from error
        return _answer(response)


def _answer(response: httpx2.Response) -> Json:
    if response.is_error:
        problem = response.json() if "json" in response.headers.get("content-type", "") else {}
        passing = response.status_code == 503 or problem.get("type", "").endswith(":in_progress")
        text = problem.get("detail", f"The server answered {response.status_code}.")
        raise ApiRefused(text, passing, wrong=response.status_code == 422)
    found: Json = response.json() if response.content else {}
    return found
