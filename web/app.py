"""The web process: the HTTP API and the pages over real adapters.

python -m uvicorn --factory web.app:create_app
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry
from starlette.middleware.gzip import GZipMiddleware

from assistant.recognition import recognised
from channels.attachments import AttachmentReader, known_servers
from client import HandoverClient, WorkflowSignals, connect
from handover.attachments import MAX_BYTES
from handover.openings import look_up
from integrations.event_tests import EventTester
from integrations.events import EventSender
from integrations.slack_replies import SlackReplies
from keys import first_key, signing_secret
from logs import set_up_logging
from plots.drawing import PygalPlotter
from settings import AppSettings, settings_or_exit
from store import Store
from store.first_start import first_start
from web import api, doors, pages
from web.bodies import BodyLimit
from web.measures import Measured
from web.openapi import Documented
from web.pages import bot_knowledge, chat
from web.pages.errors import add_error_pages, too_large
from web.problems import add_problem_handlers
from web.security import SecurityHeaders
from web.services import Services
from web.watcher import Watcher

HERE = Path(__file__).parent


def create_app() -> FastAPI:
    """The app; it connects to the database and to Temporal when it starts. Wrong settings end the process here, in words."""
    settings = settings_or_exit()
    app = Documented(
        title="Handover",
        version="1",
        summary="Takes over where a chat bot should stop, and makes sure that a person acts.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.registry = CollectorRegistry()
    larger = {chat.UPLOADS: MAX_BYTES, bot_knowledge.UPLOADS: bot_knowledge.MOST_UPLOADED}
    app.add_middleware(BodyLimit, refusal=too_large, larger=larger)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Measured, registry=app.state.registry)
    add_problem_handlers(app)
    add_error_pages(app)
    for router in (*api.ROUTERS, *doors.ROUTERS, *pages.ROUTERS):
        app.include_router(router)
    app.mount("/static", GZipMiddleware(StaticFiles(directory=HERE / "static")), name="static")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    set_up_logging()
    settings: AppSettings = app.state.settings
    store = Store.at(settings.database)
    try:
        await first_start(store, example=settings.example)
        await store.access.admit(first_key(settings), name="first key")
        temporal = await connect(lazy=True)
        async with Watcher(store.reads) as watcher:
            app.state.services = Services(
                settings=settings,
                client=HandoverClient(temporal),
                couriers=WorkflowSignals(temporal),
                reads=store.reads,
                admin=store.settings,
                team=store.team,
                people=store.people,
                inbox=store.notifications,
                desk=store.desk,
                arrivals=store.transcripts,
                kept=store.attachments,
                attachments=AttachmentReader(store.attachments, known_servers(settings)),
                texts=store.texts,
                missed=store.missed,
                subscriptions=store.subscriptions,
                event_tests=EventTester(
                    store.subscriptions, EventSender(allow_private=settings.allow_private_subscribers)
                ),
                door=store.access,
                watcher=watcher,
                recognise=recognised,
                openings=look_up,
                plots=PygalPlotter(),
                button_replies=SlackReplies(settings.slack_hooks_url),
                secret=signing_secret(settings),
            )
            yield
    finally:
        await store.close()
