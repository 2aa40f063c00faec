"""Slack's door, open beside a case of Ann's."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from integrations.slack_replies import SlackReplies
from settings import AppSettings
from store import Store
from tests.unit.people_world import ANN, BEN, OMAR
from tests.unit.slack_world import ANN_THERE, BEN_THERE, PressedClient, at_slack, noting
from tests.unit.store_world import begin, case_of, open_one, save, staff
from tests.unit.web_world import Http, app_on
from tests.vendors.notified import Vendors
from tests.vendors.slack import SIGNING_SECRET
from web.services import Services


@pytest.fixture
def pressing() -> PressedClient:
    return PressedClient()


@pytest.fixture
def slack_vendors() -> Iterator[Vendors]:
    with Vendors.running() as running:
        yield running


@pytest.fixture
async def slack_door(
    now_store: Store, services: Services, pressing: PressedClient, slack_vendors: Vendors, tmp_path: Path
) -> AsyncIterator[Http]:
    """The app with the door open, beside a case of Ann's."""
    await staff(now_store, at_slack(ANN, ANN_THERE), at_slack(BEN, BEN_THERE), OMAR)
    await begin(now_store)
    await save(now_store, case_of(await open_one(now_store), holder="ann"))
    opened = AppSettings(
        data_dir=tmp_path,
        public_url="https://help.example.org/",
        slack_signing_secret=SecretStr(SIGNING_SECRET),
        slack_hooks_url=slack_vendors.url,
    )
    double: Any = pressing
    app = app_on(replace(services, client=double, settings=opened, button_replies=SlackReplies(opened.slack_hooks_url)))
    async with Http(transport=httpx2.ASGITransport(app=noting(app, pressing)), base_url="http://handover") as http:
        yield http
