"""What happened, for whoever watches: events are emitted while a transaction runs and written as the last thing in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import EventRow

_LOCK = 7_305_801_126
_EMITTED = "events"


def emit(session: AsyncSession, conversation_id: str, kind: str, at: datetime, data: Mapping[str, Any]) -> None:
    """Tell of something that this transaction does. Kinds: message, outbox, status, handover, log, task, change."""
    event = {"conversation_id": conversation_id, "kind": kind, "at": at, "data": dict(data)}
    session.info.setdefault(_EMITTED, []).append(event)


async def publish(session: AsyncSession) -> None:
    """Write what was emitted.

    On PostgreSQL numbers are given out before the commit; without the lock, a watcher that has seen number 8 would never
    see a 7 that was committed later. Nothing is locked after it, so nobody waits for each other in a circle.
    """
    emitted = session.info.pop(_EMITTED, [])
    if not emitted:
        return
    await session.flush()
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    await session.execute(insert(EventRow), emitted)
