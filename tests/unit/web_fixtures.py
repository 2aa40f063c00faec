"""The HTTP API over a real store, without Temporal: what the client is asked to do is written down."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from assistant.recognition.detection import recognised
from channels.attachments import AttachmentReader
from handover.openings import look_up
from integrations.event_tests import EventTester
from integrations.events import EventSender
from integrations.slack_replies import SlackReplies
from plots.drawing import PygalPlotter
from settings import AppSettings
from store import Store
from store.database import Database
from tests.unit.web_world import ClientDouble, Http, SignIn, app_on
from web.services import Services
from web.watcher import Watcher


@pytest.fixture
def client() -> ClientDouble:
    return ClientDouble()


@pytest.fixture
async def now_store(url: str) -> AsyncIterator[Store]:
    """A store by the real clock: receipts and sessions run out by it."""
    database = Database(url)
    yield Store(database, lambda: datetime.now(UTC))
    await database.close()


@pytest.fixture
def services(now_store: Store, client: ClientDouble, tmp_path: Path) -> Services:
    store: Any = now_store
    double: Any = client
    return Services(
        settings=AppSettings(data_dir=tmp_path),
        client=double,
        couriers=double,
        reads=store.reads,
        admin=store.settings,
        team=store.team,
        people=store.people,
        inbox=store.notifications,
        desk=store.desk,
        arrivals=store.transcripts,
        kept=store.attachments,
        attachments=AttachmentReader(store.attachments, {}),
        texts=store.texts,
        missed=store.missed,
        subscriptions=store.subscriptions,
        event_tests=EventTester(store.subscriptions, EventSender()),
        door=store.access,
        watcher=Watcher(store.reads),
        recognise=recognised,
        openings=look_up,
        plots=PygalPlotter(),
        button_replies=SlackReplies(),
        secret="secret",
    )


@pytest.fixture
async def sign_in(now_store: Store, services: Services) -> AsyncIterator[SignIn]:
    """Makes a connection with a new key: one that acts for a person, or for everybody."""
    app = app_on(services)
    opened: list[Http] = []

    async def connected(staff_id: str | None = None) -> Http:
        secret = (await now_store.access.create_key("test", staff_id)).key
        headers = {"Authorization": f"Bearer {secret}"}
        opened.append(Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover", headers=headers))
        return opened[-1]

    yield connected
    for one in opened:
        await one.aclose()
