"""A bot, a team, several clients and a worker on a real Temporal server: what the races are played in."""

import asyncio
import random
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select
from temporalio.client import Client, WorkflowHandle

from adapters import Outside
from client import HandoverClient, WorkflowSignals, connect
from engine.process import wait_until
from engine.stack import free_port
from engine.temporal import temporal_answers, temporal_process
from handover.bot import Bot
from handover.casefile import Case
from handover.conversation import ConversationInput
from handover.ids import HandoverId, conversation_workflow_id
from handover.messages import Author, Contact, Opened, PostedMessage, RequestHuman
from handover.outside import Ticket
from handover.ports import Line, Question
from handover.staff import Staff
from handover.turns import Delivery, Facts, Score
from handover.views import HandoverDetail, HandoverSummary, LogView, MessageView
from settings import AppSettings
from store import Store
from store.tables import HandoverRow
from worker import make_activities, make_worker

FINAL = "Thank you! Someone from the team will get back to you."
CLIENTS = 4
PATIENCE_SECONDS = 60.0
"""Races are about who wins, not about how quickly a loaded machine says so."""
JAMIE = Contact(name="Jamie", email="jamie@example.org")
"""A contact who can be reached, so that nobody has to ask how."""


def make_bot(bot_id: str = "racing", action: dict[str, Any] | None = None) -> Bot:
    """A bot whose team is always there, with one handover action."""
    handover = {
        "hours": {"open": "24/7"},
        "agents_available": True,
        "actions": {"follow_up": {"final_message": FINAL, **(action or {})}},
    }
    return Bot.model_validate({"id": bot_id, "name": "Racing", "handover": handover})


def person(staff_id: str, *roles: str, **values: object) -> Staff:
    return Staff.model_validate({"id": staff_id, "name": staff_id.title(), "roles": roles, "capacity": 1000, **values})


@asynccontextmanager
async def dev_server(folder: Path) -> AsyncIterator[str]:
    """A Temporal dev server with nothing in it; yields its address."""
    port = free_port()
    process = temporal_process(folder / "temporal.db", folder / "temporal.log", port=port, ui_port=None)
    await process.start()
    try:
        assert await temporal_answers(f"127.0.0.1:{port}"), process.tail()
        yield f"127.0.0.1:{port}"
    finally:
        await process.stop()


class Sent(NamedTuple):
    """A message, and the moment at which it had left."""

    at: float
    delivery: Delivery


class Outlet:
    """The way to the contact. Takes `delay()` seconds for what the bot says, and remembers when each message had left.

    Like any channel it may be handed the same message twice and, by its key, passes it on once; `again` has the others.
    """

    def __init__(self) -> None:
        self.delay: Callable[[], float] = lambda: 0.0
        self.sent: dict[str, dict[str, Sent]] = defaultdict(dict)
        self.again: list[Sent] = []

    async def send(self, delivery: Delivery) -> None:
        if delivery.author is Author.bot:
            await asyncio.sleep(self.delay())
        sent = Sent(time.monotonic(), delivery)
        if self.sent[delivery.conversation_id].setdefault(delivery.key, sent) is not sent:
            self.again.append(sent)

    def of_bot(self, conversation_id: str) -> list[Sent]:
        return [one for one in self.sent[conversation_id].values() if one.delivery.author is Author.bot]


class Thinking:
    """An assistant that takes `delay()` seconds and quotes what it was asked, so that an answer tells what it answers.

    `hold` keeps it thinking until it is set. Whoever writes of a human is understood to want one.
    """

    def __init__(self) -> None:
        self.delay: Callable[[], float] = lambda: 0.0
        self.asked: list[Question] = []
        self.hold = asyncio.Event()
        self.hold.set()

    async def read(self, question: Question) -> Facts:
        self.asked.append(question)
        await self.hold.wait()
        await asyncio.sleep(self.delay())
        wants_human = Score(score=float("human" in question.text), matched="human")
        answer = "\n".join(f"> {line}" for line in question.text.splitlines())
        return Facts(answer=answer, grounded=True, scores={"human_requested": wants_human})

    async def summarise(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        return ""


def quoted(answer: str) -> list[str]:
    """The messages that an answer answers."""
    return [line.removeprefix("> ") for line in answer.splitlines()]


class Tickets:
    """A ticket system that counts how often it was asked for a ticket."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    async def open_ticket(self, ticket: Ticket) -> str:
        self.opened.append(ticket.external_id)
        return f"#{len(self.opened)}"


class Arena:
    """One store, one worker, and several clients with connections of their own."""

    def __init__(self, store: Store, temporal: Sequence[Client]) -> None:
        self.store = store
        self.temporal = temporal[0]
        self.clients = [HandoverClient(one, PATIENCE_SECONDS) for one in temporal]
        self.signals = WorkflowSignals(self.temporal)
        self.outlet = Outlet()
        self.assistant = Thinking()
        self.tickets = Tickets()

    @classmethod
    @asynccontextmanager
    async def without_worker(cls, address: str, url: str) -> AsyncIterator["Arena"]:
        store = Store.at(url)
        await store.database.migrate()
        await store.settings.put_bot(make_bot())
        try:
            yield cls(store, [await connect(target_host=address) for _ in range(CLIENTS)])
        finally:
            await store.close()

    @classmethod
    @asynccontextmanager
    async def opened(cls, address: str, url: str) -> AsyncIterator["Arena"]:
        async with cls.without_worker(address, url) as arena:
            settings = AppSettings(graceful_shutdown_seconds=1)
            async with make_worker(arena.temporal, arena._activities(), settings):
                yield arena

    def _activities(self) -> list[Any]:
        """The worker's activities, with an outlet and a ticket system that can be looked at."""
        outside = Outside(channels={"web": self.outlet}, ticketing={"tickets": self.tickets})
        return make_activities(self.store, self.assistant, self.signals, outside)

    @property
    def client(self) -> HandoverClient:
        """One of the clients, whichever."""
        return random.choice(self.clients)

    async def hire(self, *people: Staff) -> None:
        for one in people:
            await self.store.settings.put_staff(one)

    async def bot(self, **action: Any) -> str:
        """A bot of its own with this handover action; returns its id."""
        bot = make_bot(f"bot-{uuid.uuid4().hex[:8]}", action)
        await self.store.settings.put_bot(bot)
        return bot.id

    async def talk(self, **action: Any) -> "Talk":
        """A new conversation with a bot of its own."""
        return Talk(self, await self.bot(**action))

    async def case(self, handover: HandoverId) -> Case:
        """The state of a handover as its workflow has written it down last."""
        async with self.store.database.read() as session:
            found = select(HandoverRow.case).where(
                HandoverRow.conversation_id == handover.conversation_id, HandoverRow.number == handover.number
            )
            return Case.model_validate(await session.scalar(found))


class Talk:
    """One conversation: what its contact says, and what came of it."""

    def __init__(self, arena: Arena, bot_id: str) -> None:
        self.arena = arena
        self.bot_id = bot_id
        self.id = f"c-{uuid.uuid4().hex[:10]}"
        self.posted: list[str] = []

    # ---- what the contact does -----------------------------------------------------------------------------------------

    def next_text(self, words: str = "") -> str:
        """The text, and the id, of the contact's next message."""
        self.posted.append(f"{self.id}/{len(self.posted)} {words}".strip())
        return self.posted[-1]

    async def post(self, text: str) -> None:
        """The message is on its way; nobody waits until it is taken in."""
        message = PostedMessage(message_id=text, text=text)
        await self.arena.client.post(self.id, message, bot_id=self.bot_id, contact=JAMIE)

    async def say(self, words: str = "") -> str:
        """The contact writes, and the message is taken in. Every turn that began before has ended by then."""
        text = self.next_text(words)
        await self.post(text)
        await until(lambda: self.is_recorded(text), f"{text!r} is taken in")
        return text

    async def press(self) -> Opened:
        """The contact presses "Talk to a person"."""
        start = ConversationInput(conversation_id=self.id, bot_id=self.bot_id, contact=JAMIE)
        return await self.arena.client.request_human(self.id, RequestHuman(), start=start)

    async def is_recorded(self, text: str) -> bool:
        return await self.arena.store.reads.turn_of(self.id, text) is not None

    # ---- what came of it -----------------------------------------------------------------------------------------------

    @property
    def handover(self) -> HandoverId:
        return HandoverId(self.id, 1)

    async def messages(self) -> list[MessageView]:
        """Everything that the person on the case sees, oldest first."""
        return (await self.arena.store.reads.messages(self.id, limit=200)).items

    async def said_by(self, *authors: Author) -> list[str]:
        return [one.text for one in await self.messages() if one.author in authors]

    async def handovers(self) -> list[HandoverSummary]:
        return (await self.arena.store.reads.handovers(conversation_id=self.id)).items

    async def detail(self, number: int = 1) -> HandoverDetail:
        return await self.arena.store.reads.handover(str(HandoverId(self.id, number)))

    async def log(self, kind: str, number: int = 1) -> list[LogView]:
        return [one for one in (await self.detail(number)).log if one.kind == kind]

    async def has_logged(self, kind: str, number: int = 1) -> bool:
        return bool(await self.handovers()) and bool(await self.log(kind, number))

    async def has_no_handover(self) -> bool:
        """As the conversation itself sees it."""
        return (await self.arena.client.view(self.id)).handover is None

    async def keeps(self, count: int) -> bool:
        """So many messages are kept that nobody has answered yet."""
        return (await self.arena.client.view(self.id)).kept == count

    async def is_held_by(self, staff_id: str) -> bool:
        return (await self.detail()).assignee == staff_id

    async def is_open(self) -> bool:
        """The handover is there, and everything that it does at once is done."""
        if not await self.handovers():
            return False
        actions = (await self.detail()).actions
        return bool(actions) and all(state.status != "running" for state in actions.values())

    def answered_by_bot(self) -> list[str]:
        """The messages that the bot has answered, in the order of its answers."""
        return [text for one in self.arena.outlet.of_bot(self.id) for text in quoted(one.delivery.text)]

    async def bot_has_answered(self, *texts: str) -> bool:
        return set(texts) <= set(self.answered_by_bot())

    def run(self) -> WorkflowHandle[Any, Any]:
        return self.arena.temporal.get_workflow_handle(conversation_workflow_id(self.id))

    def handover_run(self) -> WorkflowHandle[Any, Any]:
        return self.arena.temporal.get_workflow_handle(self.handover.workflow_id)


class Gate:
    """A door in front of a call: whoever comes is noticed, and waits until it is opened. `behind`: the door comes after."""

    def __init__(self, call: Callable[..., Awaitable[Any]], *, behind: bool = False) -> None:
        self._call = call
        self._behind = behind
        self.reached = asyncio.Event()
        self.open = asyncio.Event()

    async def __call__(self, *arguments: Any) -> Any:
        result = await self._call(*arguments) if self._behind else None
        self.reached.set()
        await self.open.wait()
        return result if self._behind else await self._call(*arguments)


async def until(condition: Callable[[], Awaitable[bool]], what: str, seconds: float = 60) -> None:
    """Wait for something that happens by itself; how long it takes proves nothing, that it happens does."""
    assert await wait_until(condition, seconds, every=0.01), f"it did not happen: {what}"


async def later(seconds: float, act: Callable[[], Awaitable[Any]]) -> Any:
    """Do something after a while; at once where the while is not positive."""
    await asyncio.sleep(max(0.0, seconds))
    return await act()
