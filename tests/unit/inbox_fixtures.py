"""People in front of the inbox's pages: signed in, over a real store and without Temporal."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest

from handover.staff import Access, Staff
from store import Store
from tests.unit.inbox_world import Browser, Desk, SameSite
from tests.unit.store_world import staff
from tests.unit.web_world import Http, app_on
from web.access import SESSION_COOKIE
from web.services import Services


@pytest.fixture
def client() -> Desk:
    return Desk()


@pytest.fixture
async def desk_team(now_store: Store) -> None:
    """Ann and Ben, and Omar, who manages."""
    people = [Staff(id="ann", name="Ann Berg"), Staff(id="ben", name="Ben Okafor")]
    await staff(now_store, *people, Staff(id="omar", name="Omar Haddad", access=Access.manager))


@pytest.fixture
async def browser(now_store: Store, services: Services, desk_team: None) -> AsyncIterator[Browser]:
    """Opens a browser in which somebody is signed in."""
    app = app_on(services)
    opened: list[Http] = []

    async def signed_in(staff_id: str) -> Http:
        token = await now_store.access.open_session(staff_id, timedelta(hours=1))
        headers = {"Accept": "text/html", **SameSite}
        one = Http(
            transport=httpx2.ASGITransport(app=app),
            base_url="http://handover",
            headers=headers,
            cookies={SESSION_COOKIE: token},
        )
        opened.append(one)
        return one

    yield signed_in
    for one in opened:
        await one.aclose()
