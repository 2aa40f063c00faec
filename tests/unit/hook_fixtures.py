"""A web process that one messenger is connected to, by signed webhooks."""

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from handover.hook_settings import HookSettings
from store import Store
from tests.unit.hook_world import OLDER, SECRET, Workflows
from tests.unit.store_world import BOT
from tests.unit.web_world import Http, app_on
from web.services import Services


@pytest.fixture
def hook_workflows() -> Workflows:
    return Workflows()


@pytest.fixture
async def hook_http(services: Services, hook_workflows: Workflows, now_store: Store) -> AsyncIterator[Http]:
    """A web process that one messenger is connected to."""
    await now_store.settings.put_bot(BOT)
    hook = HookSettings(secret=SecretStr(SECRET), secrets=[SecretStr(OLDER)], bot_id=BOT.id)
    settings = services.settings.model_copy(update={"inbound": {"messenger": hook, "m" * 63: hook}})
    double: Any = hook_workflows
    app = app_on(dataclasses.replace(services, settings=settings, client=double))
    async with Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover") as http:
        yield http
