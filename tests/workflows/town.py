"""A bot, its team, a worker and a clock that can be moved: what the workflow tests are played in."""

import shutil
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from adapters import Outside
from assistant.builtin import BuiltinAssistant
from client import HandoverClient, WorkflowSignals, register_search_attributes
from engine.process import wait_until
from handover.bot import Bot
from handover.ids import HandoverId, conversation_workflow_id
from handover.messages import Author, Contact, HandoverStatus, PostedMessage
from handover.ports import Assistant
from handover.views import ConversationDetail, HandoverDetail, LogView
from settings import AppSettings
from store import Store
from store.first_start import load_folder
from tests.example import BOT_FILE, example_bot
from worker import make_activities, make_worker


@asynccontextmanager
async def time_skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    beside = Path(sys.executable).with_name("temporal-test-server")
    binary = str(beside) if beside.exists() else shutil.which("temporal-test-server")
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=binary, data_converter=pydantic_data_converter, identity="recorded"
    ) as environment:
        await register_search_attributes(environment.client)
        yield environment


class Town:
    """Speaks for contacts and staff, moves the clock, and looks at what came of it."""

    def __init__(self, environment: WorkflowEnvironment, store: Store, client: HandoverClient) -> None:
        self.environment = environment
        self.store = store
        self.client = client
        self.conversation_id = f"c-{uuid.uuid4().hex[:10]}"
        self.channel = "web"

    @classmethod
    @asynccontextmanager
    async def with_people(
        cls, environment: Any, folder: Path, assistant: Assistant | None = None, outside: Outside | None = None
    ) -> AsyncIterator["Town"]:
        store = Store.at(f"sqlite+aiosqlite:///{folder / 'handover.db'}")
        await store.database.migrate()
        await load_folder(store, BOT_FILE.parent)
        await store.settings.put_bot(example_bot())
        activities = make_activities(
            store, assistant or BuiltinAssistant(), WorkflowSignals(environment.client), outside
        )
        async with make_worker(environment.client, activities, AppSettings(graceful_shutdown_seconds=1)):
            yield cls(environment, store, HandoverClient(environment.client))
        await store.close()

    # ---- what people do ------------------------------------------------------------------------------------------------

    async def change_bot(self, **handover: Any) -> Bot:
        """Change the bot's handover settings; what is not named stays as in the example."""
        changed = example_bot(**handover)
        await self.store.settings.put_bot(changed)
        return changed

    async def say(self, text: str, message_id: str | None = None, contact: Contact | None = None) -> None:
        """The contact writes, and the message is taken in."""
        message_id = message_id or uuid.uuid4().hex
        message = PostedMessage(message_id=message_id, text=text)
        await self.client.post(self.conversation_id, message, bot_id="hvac", channel=self.channel, contact=contact)
        await self.until(lambda: self._is_recorded(message_id))

    async def hand_over(self, contact: Contact | None = None) -> HandoverId:
        """The contact asks for a person, and everything that this starts is done."""
        await self.say("I want to talk to a human", contact=contact)
        await self.until(self._all_steps_are_done)
        return self.handover

    @property
    def handover(self) -> HandoverId:
        return HandoverId(self.conversation_id, 1)

    async def pass_time(self, length: timedelta) -> None:
        """Move the clock, and let everything that this sets off happen."""
        await self.environment.sleep(length)

    # ---- what came of it -----------------------------------------------------------------------------------------------

    async def now(self) -> datetime:
        return await self.environment.get_current_time()

    async def until(self, condition: Callable[[], Any], seconds: float = 20) -> None:
        """Wait for something that happens without the clock being moved."""
        assert await wait_until(condition, seconds), "it did not happen"

    async def conversation(self) -> ConversationDetail:
        return await self.store.reads.conversation(self.conversation_id)

    async def detail(self) -> HandoverDetail:
        return await self.store.reads.handover(str(self.handover))

    async def log(self, kind: str) -> list[LogView]:
        return [one for one in (await self.detail()).log if one.kind == kind]

    async def said_by(self, *authors: Author) -> list[str]:
        """What was said, oldest first."""
        page = await self.store.reads.messages(self.conversation_id, notes=True, limit=1000)
        return [one.text for one in page.items if not authors or one.author in authors]

    async def told(self, staff_id: str) -> list[str]:
        """The events that a staff member was told of, oldest first."""
        page = await self.store.notifications.inbox(staff_id, limit=200)
        return [one.event for one in reversed(page.items)]

    def conversation_run(self) -> WorkflowHandle[Any, Any]:
        return self.environment.client.get_workflow_handle(conversation_workflow_id(self.conversation_id))

    def handover_run(self) -> WorkflowHandle[Any, Any]:
        return self.environment.client.get_workflow_handle(self.handover.workflow_id)

    async def _is_recorded(self, message_id: str) -> bool:
        return await self.store.reads.turn_of(self.conversation_id, message_id) is not None

    async def _all_steps_are_done(self) -> bool:
        page = await self.store.reads.handovers(conversation_id=self.conversation_id)
        if not page.items:
            return False
        actions = (await self.detail()).actions
        done = bool(actions) and all(state.status != "running" for state in actions.values())
        return done and page.items[0].status is HandoverStatus.open
