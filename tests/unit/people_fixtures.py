"""Browsers of the team, signed in or not, over the pages and a real store."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest

from store import Store
from tests.unit.people_world import ANN, BEN, FORM, OMAR, ROOT, BrowserOf
from tests.unit.store_world import staff
from tests.unit.web_world import Http, app_on
from web.access import SESSION_COOKIE
from web.services import Services


@pytest.fixture
async def team(now_store: Store) -> None:
    await staff(now_store, ANN, BEN, OMAR, ROOT)


@pytest.fixture
async def browser_of(now_store: Store, services: Services, team: None) -> AsyncIterator[BrowserOf]:
    """Opens a browser: signed in as somebody, or nobody."""
    app = app_on(services)
    opened: list[Http] = []

    async def browser(staff_id: str | None = None) -> Http:
        http = Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover", headers=FORM)
        if staff_id is not None:
            http.cookies.set(SESSION_COOKIE, await now_store.access.open_session(staff_id, timedelta(hours=1)))
        opened.append(http)
        return http

    yield browser
    for one in opened:
        await one.aclose()
