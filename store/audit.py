"""The audit log: who tried or did what, kept for those who look into it."""

from sqlalchemy import select

from handover.views import AuditView, Page
from store import shapes
from store.paging import Order, part
from store.tables import AuditRow
from store.writing import Repository

_NEWEST_FIRST = Order((AuditRow.id,), newest_first=True)


class Audit(Repository):
    async def audit(self, kind: str, actor: str, text: str) -> None:
        """Write one line down."""
        async with self._database.write() as session:
            session.add(AuditRow(kind=kind, actor=actor, text=text, at=self._clock()))

    async def audits(self, *, after: str | None = None, limit: int = 50) -> Page[AuditView]:
        """The log, newest first."""
        async with self._database.read() as session:
            found, next_ = await part(session, select(AuditRow), _NEWEST_FIRST, after, limit)
        return Page(items=[shapes.audit(row) for row in found], next=next_)
