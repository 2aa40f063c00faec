"""Who is writing an answer right now, so that colleagues on the same conversation see it.

Kept in the memory of one web process, for seconds: a browser that types says so again and again, and what it no longer says is
over. People whose pages are served by another web process don't see each other writing; who wins, the fence decides anyway.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable

LASTS_SECONDS = 6.0
"""How long somebody counts as writing after they said so; pages say so every three seconds."""


class Writers:
    """Who is writing in which conversation. `clock` gives seconds that only grow."""

    def __init__(self, lasts: float = LASTS_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._lasts, self._clock = lasts, clock
        self._until: dict[str, dict[str, float]] = {}
        self._watching: dict[str, set[asyncio.Event]] = defaultdict(set)

    def writes(self, conversation_id: str, staff_id: str) -> None:
        """Somebody has typed something."""
        new = staff_id not in self.at(conversation_id)
        self._until.setdefault(conversation_id, {})[staff_id] = self._clock() + self._lasts
        if new:
            self._tell(conversation_id)

    def stops(self, conversation_id: str, staff_id: str) -> None:
        """They have sent it, or taken it back."""
        if self._until.get(conversation_id, {}).pop(staff_id, None) is not None:
            self._tell(conversation_id)

    def at(self, conversation_id: str) -> list[str]:
        """Who is writing in a conversation, by staff id; who has fallen silent is forgotten."""
        there = {one: until for one, until in self._until.get(conversation_id, {}).items() if until > self._clock()}
        if there:
            self._until[conversation_id] = there
        else:
            self._until.pop(conversation_id, None)
        return sorted(there)

    async def changes(self, conversation_id: str) -> AsyncIterator[list[str]]:
        """Who is writing, whenever that has changed: nobody is known at first."""
        news, known = asyncio.Event(), list[str]()
        self._watching[conversation_id].add(news)
        try:
            while True:
                news.clear()
                now = self.at(conversation_id)
                if now != known:
                    known = now
                    yield now
                await self._wait(news, conversation_id)
        finally:
            self._watching[conversation_id].discard(news)
            if not self._watching[conversation_id]:
                del self._watching[conversation_id]

    async def _wait(self, news: asyncio.Event, conversation_id: str) -> None:
        """Until somebody begins or ends, or the first of them has fallen silent."""
        ends = self._until.get(conversation_id, {}).values()
        try:
            await asyncio.wait_for(news.wait(), min(ends) - self._clock() + 0.01 if ends else None)
        except TimeoutError:
            return

    def _tell(self, conversation_id: str) -> None:
        for news in self._watching.get(conversation_id, ()):
            news.set()
