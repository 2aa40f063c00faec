"""Nudges for open pages: that something is new, never what. The page then asks for what it may see."""

from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi.sse import ServerSentEvent

from web.api.conversations import BEAT_SECONDS, follow
from web.services import Services

HELLO = ServerSentEvent(comment="hello", retry=1000)
BEAT = ServerSentEvent(comment="still here")
NEWS = "news"
"""The name of the event that a page listens for."""


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


async def while_allowed(
    nudges: AsyncIterator[ServerSentEvent], allowed: Callable[[], Awaitable[bool]]
) -> AsyncIterator[ServerSentEvent]:
    """Nudges until they are no longer allowed: a page that stays open learns nothing after signing out."""
    async for nudge in nudges:
        if not await allowed():
            return
        yield nudge
