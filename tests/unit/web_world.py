"""What the tests of the HTTP API stand on where there is no Temporal."""

import asyncio
from collections.abc import Awaitable, Callable
from copy import copy
from functools import cache
from typing import Any

import httpx2
from fastapi import FastAPI
from starlette.datastructures import State

from handover.ids import HandoverId
from handover.messages import Acted, HandoverStatus
from handover.outside import Errand
from web.app import create_app
from web.services import Services

Http = httpx2.AsyncClient
SignIn = Callable[..., Awaitable[Http]]


def app_on(services: Services) -> FastAPI:
    """The whole app on these services; several may be open. FastAPI makes a route ready when it is first looked at, which
    takes longer than most tests: so all of them share the routes, and what is counted of them.
    """
    made = _made()
    app = copy(made)
    app.state = State({"settings": made.state.settings, "registry": made.state.registry, "services": services})
    return app


@cache
def _made() -> FastAPI:
    app = create_app()
    app.middleware_stack = app.build_middleware_stack()
    return app


class ClientDouble:
    """Stands in for the HandoverClient. An update with the same id is answered once, as Temporal does.

    fails: what a handover answers instead. most: how many were under way at the same time.
    """

    def __init__(self) -> None:
        self.fails: dict[str, Exception] = {}
        self.acts: list[tuple[str, str, Any]] = []
        self.woken: list[Errand] = []
        self.under_way = self.most = 0
        self._answers: dict[tuple[str, str], Acted] = {}

    async def reassign(self, handover: HandoverId, act: Any, *, key: str | None = None) -> Acted:
        return await self._do("reassign", handover, act, key)

    async def snooze(self, handover: HandoverId, act: Any, *, key: str | None = None) -> Acted:
        return await self._do("snooze", handover, act, key)

    async def hand_back(self, handover: HandoverId, act: Any, *, key: str | None = None) -> Acted:
        return await self._do("hand_back", handover, act, key)

    async def wake(self, errand: Errand) -> None:
        self.woken.append(errand)

    async def _do(self, name: str, handover: HandoverId, act: Any, key: str | None) -> Acted:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.005)
        self.under_way -= 1
        if str(handover) in self.fails:
            raise self.fails[str(handover)]
        if key is not None and (str(handover), key) in self._answers:
            return self._answers[str(handover), key]
        self.acts.append((name, str(handover), act))
        answer = Acted(handover_id=str(handover), status=HandoverStatus.open, assignee="ben")
        if key is not None:
            self._answers[str(handover), key] = answer
        return answer
