"""Where plans are played: one time-skipping server, the real worker over a real store, and the ways to break things.

One stage serves all runs; each has a conversation of its own, and what it leaves behind is cleared away.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import delete
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.testservice.v1 import LockTimeSkippingRequest, UnlockTimeSkippingRequest
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import worker as composition
from client import HandoverClient, WorkflowSignals
from handover.bot import Bot
from handover.casefile import AssignRequest, Case
from handover.ids import HandoverId, conversation_workflow_id
from handover.ports import Line, Question
from handover.staff import Access, Staff
from handover.turns import Facts, Score
from settings import AppSettings
from store import Store
from store.tables import ReservationRow
from tests.model.spec import REQUEST, URGENT, Person, answer_to

BOT_ID = "model"
SETTLED_WITHIN = 20.0
"""Seconds after which a run that does not come to rest counts as stuck."""

STANDS_STILL = 3.0
"""Seconds after which the clock is looked at that should have been moved by then."""

SOON = timedelta(seconds=1)
"""A timer is set a moment after its time was worked out; one that fires so soon is waited for."""

TEAM = (
    Person("sarah", "Sarah Lindgren", ("support",), manager="omar"),
    Person("ben", "Ben Okafor", ("support", "dispatch"), manager="omar", load=2),
    Person("mei", "Mei Tanaka", ("technician",), manager="omar", load=4, capacity=5),
    Person("omar", "Omar Haddad", ("manager",)),
    Person("ida", "Ida Moreau", ("manager",), load=6),
)
"""Nobody ever has as many cases as somebody else of the same role, so that the lightest load is always one person."""

_ACTIVITY_ENDED = frozenset(
    {
        EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
        EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
    }
)
_CHILD_STARTED = frozenset(
    {
        EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED,
        EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED,
    }
)
_RUN_ENDED = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
    }
)


class Echo:
    """The port Assistant: repeats what it was asked, and recognises two words. It can be made to think for a while."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.thinks = asyncio.Event()

    async def read(self, question: Question) -> Facts:
        self.thinks.set()
        await self.may_answer.wait()
        words = question.text.split("\n")
        scores = {"human_requested": REQUEST, "high_value": URGENT}
        return Facts(
            answer=answer_to(words),
            scores={
                name: Score(score=1.0, matched=word)
                for name, word in scores.items()
                if any(word in text for text in words)
            },
        )

    async def summarise(self, bot: Bot, case: Case, transcript: Iterable[Line]) -> str:
        return ""


class Faults:
    """Which calls of the ports fail next: before anything was done, or after, when only the answer is lost."""

    def __init__(self) -> None:
        self.before: Counter[str] = Counter()
        self.after: Counter[str] = Counter()

    def clear(self) -> None:
        self.before.clear()
        self.after.clear()

    def around(self, port: Any) -> Any:
        """The port, which fails when it is told to."""
        return _Breakable(port, self)

    def strike(self, calls: Counter[str], name: str) -> None:
        if calls[name] > 0:
            calls[name] -= 1
            raise ConnectionError(f"{name} is broken")


class _Breakable:
    def __init__(self, port: Any, faults: Faults) -> None:
        self._port = port
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        async def call(*arguments: Any, **named: Any) -> Any:
            self._faults.strike(self._faults.before, name)
            answer = await method(*arguments, **named)
            self._faults.strike(self._faults.after, name)
            return answer

        return call


class _BrokenStore:
    """A store whose repositories fail when they are told to."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        return self._faults.around(getattr(self._store, name))


class Stage:
    """The server's clock, the worker, the store, and one conversation at a time."""

    def __init__(self, environment: WorkflowEnvironment, store: Store) -> None:
        self.environment = environment
        self.store = store
        self.client = HandoverClient(environment.client)
        self.faults = Faults()
        self.assistant = Echo()
        self.conversation_id = ""
        self._worker: Worker | None = None
        self._running: asyncio.Task[None] | None = None
        self._remembers = True

    @classmethod
    @asynccontextmanager
    async def built(cls, environment: WorkflowEnvironment, folder: Path) -> AsyncIterator["Stage"]:
        store = Store.at(f"sqlite+aiosqlite:///{folder / 'model.db'}")
        await store.database.migrate()
        stage = cls(environment, store)
        for person in TEAM:
            await stage.put_person(person)
            for number in range(person.load):
                await store.team.assign(_other_case(person, number))
        await stage.start_worker()
        yield stage
        await stage.stop_worker()
        await store.close()

    # ---- one run -----------------------------------------------------------------------------------------------------

    async def begin(self, bot: Bot, goes_down: bool) -> None:
        """A new conversation, with this bot and everybody there.

        On this server nobody else takes a task that was meant for a worker which has gone. One that will go down therefore
        remembers no run between two of its tasks: it replays the whole history each time.
        """
        if self._remembers is goes_down:
            await self.stop_worker()
            self._remembers = not goes_down
            await self.start_worker()
        self.conversation_id = f"m-{uuid.uuid4().hex[:12]}"
        await self.store.settings.put_bot(bot)
        for person in TEAM:
            await self.put_person(person)

    async def end(self) -> None:
        """Nothing of the run is left that could hold up the clock of the next, or count as somebody's case."""
        self.faults.clear()
        await self.start_worker()
        with suppress(TimeoutError):
            await self.settled()
        for workflow_id in await self._workflow_ids():
            with suppress(RPCError):
                await self.environment.client.get_workflow_handle(workflow_id).terminate()
        async with self.store.database.write() as session:
            mine = ReservationRow.conversation_id == self.conversation_id
            await session.execute(delete(ReservationRow).where(mine))

    async def put_person(self, person: Person) -> None:
        await self.store.settings.put_staff(
            Staff(
                id=person.id,
                name=person.name,
                roles=list(person.roles),
                manager=person.manager,
                capacity=person.capacity,
                access=Access.manager if person.manages else Access.staff,
                enabled=person.enabled,
                available=person.available,
            )
        )

    # ---- the worker --------------------------------------------------------------------------------------------------

    async def start_worker(self) -> None:
        if self._running is not None:
            return
        signals = self.faults.around(WorkflowSignals(self.environment.client))
        store: Any = _BrokenStore(self.store, self.faults)
        activities = composition.make_activities(store, self.assistant, signals)
        cached = composition.CACHED_RUNS if self._remembers else 0
        with (
            patch.object(composition, "CACHED_RUNS", cached),
            patch.object(composition, "make_workflow_runner", UnsandboxedWorkflowRunner),
        ):
            settings = AppSettings(graceful_shutdown_seconds=1)
            self._worker = composition.make_worker(self.environment.client, activities, settings)
        self._running = asyncio.create_task(self._worker.run())

    async def stop_worker(self) -> None:
        if self._running is None or self._worker is None:
            return
        await self._worker.shutdown()
        await self._running
        self._running = self._worker = None

    # ---- the bot -----------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def while_the_bot_thinks(self, asked: Awaitable[None]) -> AsyncIterator[None]:
        """Ask something, and have the bot think about it for as long as this lasts."""
        self.assistant.thinks.clear()
        self.assistant.may_answer.clear()
        try:
            await asked
            async with asyncio.timeout(SETTLED_WITHIN):
                await self.assistant.thinks.wait()
            yield
        finally:
            self.assistant.may_answer.set()

    # ---- the clock ---------------------------------------------------------------------------------------------------

    async def now(self) -> datetime:
        return await self.environment.get_current_time()

    async def pass_time(self, length: timedelta) -> None:
        """The server stops its clock while something is under way; once in hundreds of runs it forgets to let it go on."""
        asleep = asyncio.create_task(self.environment.sleep(length))
        while not asleep.done():
            await asyncio.wait({asleep}, timeout=STANDS_STILL)
            if not asleep.done() and await self._clock_stands_still():
                await self.environment.client.test_service.unlock_time_skipping(UnlockTimeSkippingRequest())
        await asleep

    async def _clock_stands_still(self) -> bool:
        """Nothing is under way, and yet no time is skipped."""
        before, rested = await self.now(), await self._is_at_rest()
        await asyncio.sleep(0.2)
        return rested and await self._is_at_rest() and await self.now() - before < timedelta(seconds=STANDS_STILL)

    async def pass_time_without_a_worker(self, length: timedelta) -> None:
        """Each task that waits for a worker stops the clock once: it is let go as often, and held again afterwards."""
        service = self.environment.client.test_service
        let_go = 0
        asleep = asyncio.create_task(self.environment.sleep(length))
        while not asleep.done():
            if let_go < await self._tasks_that_wait():
                await service.unlock_time_skipping(UnlockTimeSkippingRequest())
                let_go += 1
            await asyncio.wait({asleep}, timeout=0.01)
        await asleep
        for _ in range(let_go):
            await service.lock_time_skipping(LockTimeSkippingRequest())

    # ---- rest --------------------------------------------------------------------------------------------------------

    async def settled(self) -> None:
        """Wait until nothing is under way: no workflow task, no activity, no timer whose time has come."""
        async with asyncio.timeout(SETTLED_WITHIN):
            while not await self._is_at_rest():  # noqa: ASYNC110 (nobody could set an event: it is the server that rests)
                await asyncio.sleep(0.002)

    async def _is_at_rest(self) -> bool:
        """Looked at twice, for what is still under way in one run may reach the other in between."""
        first = await self._histories()
        now = await self.now()
        if not all(_rests(events, now) for events in first):
            return False
        second = await self._histories()
        return list(map(len, first)) == list(map(len, second))

    async def _tasks_that_wait(self) -> int:
        return sum(_waits_for_a_worker(events) for events in await self._histories())

    async def _histories(self) -> list[list[HistoryEvent]]:
        histories = []
        for workflow_id in await self._workflow_ids():
            with suppress(RPCError):  # it has not begun
                history = await self.environment.client.get_workflow_handle(workflow_id).fetch_history()
                histories.append(list(history.events))
        return histories

    async def _workflow_ids(self) -> list[str]:
        """The conversation's, and its newest handover's: an older one has ended, and its run was at rest before."""
        page = await self.store.reads.handovers(conversation_id=self.conversation_id)
        newest = [HandoverId(self.conversation_id, one.number).workflow_id for one in page.items[:1]]
        return [conversation_workflow_id(self.conversation_id), *newest]

    async def run(self, act: Callable[[], Awaitable[Any]]) -> Any:
        """Do something, and wait until everything that it sets off has happened."""
        answer = await act()
        await self.settled()
        return answer


def _other_case(person: Person, number: int) -> AssignRequest:
    return AssignRequest(
        key=f"other/{person.id}/{number}",
        conversation_id=f"other-{person.id}",
        number=number + 1,
        targets=[f"user:{person.id}"],
    )


def _rests(events: list[HistoryEvent], now: datetime) -> bool:
    if not events or events[-1].event_type in _RUN_ENDED:
        return True
    under_way = _has_open_task(events) or _has_open_activity(events) or _has_child_to_start(events)
    return not under_way and not _has_timer_soon(events, now)


def _workflow_tasks(events: list[HistoryEvent]) -> list[Any]:
    return [one.event_type for one in events if "WORKFLOW_TASK" in EventType.Name(one.event_type)]


def _has_open_task(events: list[HistoryEvent]) -> bool:
    tasks = _workflow_tasks(events)
    return not tasks or tasks[-1] != EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED


def _waits_for_a_worker(events: list[HistoryEvent]) -> bool:
    return bool(events) and events[-1].event_type not in _RUN_ENDED and _has_open_task(events)


def _has_open_activity(events: list[HistoryEvent]) -> bool:
    kinds = Counter(one.event_type for one in events)
    return kinds[EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED] > sum(kinds[kind] for kind in _ACTIVITY_ENDED)


def _has_child_to_start(events: list[HistoryEvent]) -> bool:
    """A handover that was asked for and has not begun has no history of its own yet."""
    kinds = Counter(one.event_type for one in events)
    asked_for = kinds[EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED]
    return asked_for > sum(kinds[kind] for kind in _CHILD_STARTED)


def _has_timer_soon(events: list[HistoryEvent], now: datetime) -> bool:
    timers: dict[str, datetime] = {}
    for event in events:
        started = event.timer_started_event_attributes
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
            timers[started.timer_id] = _time(event) + started.start_to_fire_timeout.ToTimedelta()
        timers.pop(event.timer_fired_event_attributes.timer_id, None)
        timers.pop(event.timer_canceled_event_attributes.timer_id, None)
    return any(at <= now + SOON for at in timers.values())


def _time(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(tzinfo=UTC)
