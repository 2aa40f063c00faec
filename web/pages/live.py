"""Nudges for open pages: that something is new, never what. The page then asks for what it may see."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi.sse import ServerSentEvent

from web.api.conversations import BEAT_SECONDS, follow
from web.services import Services

HELLO = ServerSentEvent(comment="hello", retry=1000)
BEAT = ServerSentEvent(comment="still here")
NEWS = "news"
"""The name of the event that a page listens for."""
WRITING = "writing"
"""The name of the event that says which colleagues are writing: a list of names."""


async def conversation_news(
    parts: Services, conversation_id: str, matters: Callable[[ServerSentEvent], bool]
) -> AsyncIterator[ServerSentEvent]:
    """A nudge for each event of one conversation that matters to the page, from now on."""
    newest = await parts.reads.newest_event()
    yield HELLO
    async for event in follow(parts, conversation_id, newest):
        if event.event is None:
            yield BEAT
        elif matters(event):
            yield ServerSentEvent(event=NEWS, id=event.id, data=event.event)


async def who_writes(
    parts: Services, conversation_id: str, me: str, name: Callable[[str], Awaitable[str]]
) -> AsyncIterator[ServerSentEvent]:
    """The names of those who write in a conversation beside me, whenever that changes."""
    async for writers in parts.writers.changes(conversation_id):
        names = [await name(one) for one in writers if one != me]
        yield ServerSentEvent(event=WRITING, data=names)


async def all_news(parts: Services) -> AsyncIterator[ServerSentEvent]:
    """A nudge whenever anything happened in any conversation, from now on."""
    yield HELLO
    seen = await parts.reads.newest_event()
    async for changed in parts.watcher.changes("*", BEAT_SECONDS):
        newest = await parts.reads.newest_event()
        if newest > seen:
            seen = newest
            yield ServerSentEvent(event=NEWS, id=str(newest), data="any")
        elif not changed:
            yield BEAT


async def own_looks(parts: Services, staff_id: str) -> AsyncIterator[ServerSentEvent]:
    """A nudge whenever this person has looked at a conversation, on this page or another: it is unread no longer."""
    async for changed in parts.watcher.changes(looks_of(staff_id), BEAT_SECONDS):
        if changed:
            yield ServerSentEvent(event=NEWS, data="looked")


def looks_of(staff_id: str) -> str:
    """What the watcher calls a person's own looks; no conversation's id has a slash."""
    return f"looks/{staff_id}"


async def together(*streams: AsyncIterator[ServerSentEvent]) -> AsyncIterator[ServerSentEvent]:
    """What several streams say, as it comes; the first that fails ends all."""
    said: asyncio.Queue[ServerSentEvent | BaseException | None] = asyncio.Queue()

    async def listen(stream: AsyncIterator[ServerSentEvent]) -> None:
        try:
            async for one in stream:
                said.put_nowait(one)
            said.put_nowait(None)
        except Exception as error:
            said.put_nowait(error)

    listening = [asyncio.create_task(listen(one)) for one in streams]
    try:
        while True:
            one = await said.get()
            if one is None:
                return
            if isinstance(one, BaseException):
                raise one
            yield one
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def while_allowed(
    nudges: AsyncIterator[ServerSentEvent], allowed: Callable[[], Awaitable[bool]]
) -> AsyncIterator[ServerSentEvent]:
    """Nudges until they are no longer allowed: a page that stays open learns nothing after signing out."""
    async for nudge in nudges:
        if not await allowed():
            return
        yield nudge
