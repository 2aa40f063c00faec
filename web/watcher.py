"""One look at the store for all who wait: whoever waits for news of a conversation is woken by one watcher a process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from handover.ports import Events

Found = TypeVar("Found")

LOOK_SECONDS = 0.01
"""How often the watcher looks while somebody waits. One cheap query; with nobody waiting it does not look at all."""

IDLE_LOOK_SECONDS = 0.1
"""How often it looks while only live pages wait, which have half a second to show what is new."""


class Watcher:
    """Wakes readers when something was written about their conversation, by this process or another."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._hurried = 0
        self._somebody_waits = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Watcher":
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def find(
        self, conversation_id: str, look: Callable[[], Awaitable[Found | None]], seconds: float
    ) -> Found | None:
        """What `look` finds, tried now and after every change of the conversation; None at the deadline."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    with _Seat(self, conversation_id, hurried=True) as news:
                        found = await look()
                        if found is not None:
                            return found
                        await news.wait()
        return None

    async def changes(self, conversation_id: str, beat: float) -> AsyncIterator[bool]:
        """True whenever it is time to look: at once, and after every change. False where none came for `beat` seconds.

        The place is taken before the first look, so that no change falls between a look and the wait for the next one.
        `*` stands for any conversation.
        """
        with _Seat(self, conversation_id, hurried=False) as news:
            changed = True
            while True:
                news.clear()
                yield changed
                try:
                    changed = await asyncio.wait_for(news.wait(), beat)
                except TimeoutError:
                    changed = False

    def stir(self, subject: str) -> None:
        """Wake who waits for a change that is no event of a conversation; of this process alone."""
        for news in self._waiting.get(subject, ()):
            news.set()

    async def _watch(self) -> None:
        newest = await self._newest(0)
        while True:
            await self._somebody_waits.wait()
            newest = await self._look(newest)
            await asyncio.sleep(LOOK_SECONDS if self._hurried else IDLE_LOOK_SECONDS)

    async def _newest(self, known: int) -> int:
        with suppress(Exception):  # the database may be away for a while; whoever waits goes on waiting
            return await self._events.newest_event()
        return known

    async def _look(self, newest: int) -> int:
        if await self._newest(newest) <= newest:
            return newest
        with suppress(Exception):
            for event in await self._events.events_since(newest):
                newest = event.id
                for news in [*self._waiting.get(event.conversation_id, ()), *self._waiting.get("*", ())]:
                    news.set()
        return newest


class _Seat:
    """Somebody's place among those who wait."""

    def __init__(self, watcher: Watcher, conversation_id: str, hurried: bool) -> None:
        self._watcher, self._conversation_id, self._hurried = watcher, conversation_id, hurried
        self._news = asyncio.Event()

    def __enter__(self) -> asyncio.Event:
        self._watcher._waiting[self._conversation_id].add(self._news)
        self._watcher._hurried += self._hurried
        self._watcher._somebody_waits.set()
        return self._news

    def __exit__(self, *_: object) -> None:
        watcher, others = self._watcher, self._watcher._waiting[self._conversation_id]
        others.discard(self._news)
        watcher._hurried -= self._hurried
        if not others:
            del watcher._waiting[self._conversation_id]
        if not watcher._waiting:
            watcher._somebody_waits.clear()
