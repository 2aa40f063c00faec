"""The audit log: who tried or did what, kept for those who look into it."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover.views import AuditView, Page
from store import shapes
from store.paging import Order, part
from store.tables import AuditRow
from store.writing import Repository, add

_NEWEST_FIRST = Order((AuditRow.id,), newest_first=True)
APART_A_MINUTE = 20
"""How many refusals of one kind get a line of their own in a minute; those from yet more addresses share one."""


class Audit(Repository):
    async def audit(self, kind: str, actor: str, text: str) -> None:
        """Write one line down."""
        async with self._database.write() as session:
            session.add(AuditRow(kind=kind, actor=actor, text=text, at=self._clock()))

    async def refused(self, kind: str, actor: str, text: str, address: str) -> None:
        """Write down what anybody can cause as often as they like: a line a minute for each kind, actor and address, which
        says how often, and a bounded number of lines a minute in all."""
        now = self._clock()
        minute = f"{now:%Y-%m-%dT%H:%M} {kind}"
        async with self._database.write() as session:
            if await _once_more(session, f"{minute} {actor} {address}", now):
                return
            if await _begun_since(session, kind, now.replace(second=0, microsecond=0)) < APART_A_MINUTE:
                bucket, text = f"{minute} {actor} {address}", f"{text} from {address}"
            else:
                bucket, actor, text = minute, "unknown", "from further addresses, or under further names"
            values = {"kind": kind, "actor": actor, "text": text, "at": now, "last_at": now, "bucket": bucket}
            if await add(session, AuditRow, values) is None:
                await _once_more(session, bucket, now)

    async def audits(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        actor: str | None = None,
        kind: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[AuditView]:
        """The log, newest first: from `since` on, before `until`, of one actor, of one kind."""
        wanted: list[ColumnElement[bool]] = []
        if since is not None:
            wanted.append(AuditRow.at >= since)
        if until is not None:
            wanted.append(AuditRow.at < until)
        if actor is not None:
            wanted.append(AuditRow.actor == actor)
        if kind is not None:
            wanted.append(AuditRow.kind == kind)
        async with self._database.read() as session:
            found, next_ = await part(session, select(AuditRow).where(*wanted), _NEWEST_FIRST, after, limit)
        return Page(items=[shapes.audit(row) for row in found], next=next_)


async def _once_more(session: AsyncSession, bucket: str, now: datetime) -> bool:
    """Count it in the line that is there; False where there is none."""
    counted = update(AuditRow).where(AuditRow.bucket == bucket).values(times=AuditRow.times + 1, last_at=now)
    return await session.scalar(counted.returning(AuditRow.id)) is not None


async def _begun_since(session: AsyncSession, kind: str, since: datetime) -> int:
    mine = (AuditRow.kind == kind, AuditRow.at >= since, AuditRow.bucket.is_not(None))
    return await session.scalar(select(func.count()).where(*mine)) or 0
