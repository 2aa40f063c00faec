"""The first answer that an actor got to a request, for the same request again."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from handover.ports import Receipt
from store.tables import ReceiptRow
from store.writing import Repository, add

IN_PROGRESS = timedelta(seconds=90)
"""How long a request counts as being worked on; after that whoever did has died, and it may be begun anew."""

KEPT = timedelta(days=7)
"""How long an answer is kept."""


class Receipts(Repository):
    async def begin(self, actor: str, key: str, request_hash: str) -> Receipt:
        """Where an actor's request stands: `new` (go on, and `finish` it), `in_progress`, `done` (give that answer again)
        or `other` (the key was used for another request)."""
        now = self._clock()
        async with self._database.write() as session:
            await session.execute(delete(ReceiptRow).where(ReceiptRow.begun_at < now - KEPT))
            first = {"actor": actor, "key": key, "request_hash": request_hash, "begun_at": now}
            if await add(session, ReceiptRow, first) is not None:
                return Receipt("new")
            row = await _locked(session, actor, key)
            if row.request_hash == request_hash and row.status is None and row.begun_at <= now - IN_PROGRESS:
                row.begun_at = now
                return Receipt("new")
            return _receipt(row, request_hash)

    async def finish(self, actor: str, key: str, status: int, answer: dict[str, Any]) -> None:
        """Keep the answer to a request that has begun; the first one stays."""
        async with self._database.write() as session:
            row = await _locked(session, actor, key)
            if row.status is None:
                row.status, row.answer = status, answer

    async def abandon(self, actor: str, key: str) -> None:
        """Forget a request that came to nothing: it may be begun anew. One that was answered stays."""
        async with self._database.write() as session:
            mine = (ReceiptRow.actor == actor) & (ReceiptRow.key == key)
            await session.execute(delete(ReceiptRow).where(mine, ReceiptRow.status.is_(None)))


async def _locked(session: AsyncSession, actor: str, key: str) -> ReceiptRow:
    return await session.get_one(ReceiptRow, (actor, key), with_for_update=True)


def _receipt(row: ReceiptRow, request_hash: str) -> Receipt:
    if row.request_hash != request_hash:
        return Receipt("other")
    if row.status is None:
        return Receipt("in_progress")
    return Receipt("done", row.status, row.answer)
