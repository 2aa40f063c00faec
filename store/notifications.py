"""The inbox: what staff were told, by which channel, and what of it they have read."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update

from handover.casefile import Notification
from handover.views import NotificationView, Page
from store import shapes
from store.paging import Order, part
from store.tables import NotificationRow
from store.writing import Repository, add, values_of

_NEWEST_FIRST = Order((NotificationRow.id,), newest_first=True)


class Notifications(Repository):
    """Implements handover.ports.Inbox. A notifier puts, sends what waits, and marks it: who is killed between them has lost
    nothing, since what is not marked is sent by the next attempt."""

    async def put(self, notification: Notification, channel: str = "inbox") -> bool:
        """Keep a notification for one channel, once. True while the channel has still to send it; the inbox never has."""
        now = self._clock()
        values = {**values_of(notification, NotificationRow), "channel": channel, "at": now}
        async with self._database.write() as session:
            await add(session, NotificationRow, values | {"sent_at": now if channel == "inbox" else None})
            return await session.scalar(select(NotificationRow.id).where(_unsent(notification, channel))) is not None

    async def mark_sent(self, notification: Notification, channel: str) -> None:
        """Note that the channel has taken it; the first time stays."""
        sent = update(NotificationRow).where(_unsent(notification, channel)).values(sent_at=self._clock())
        async with self._database.write() as session:
            await session.execute(sent)

    async def inbox(
        self, staff_id: str, *, unread: bool = False, after: str | None = None, limit: int = 50
    ) -> Page[NotificationView]:
        """What one person was told by the inbox, newest first."""
        rows = select(NotificationRow).where(NotificationRow.staff_id == staff_id, NotificationRow.channel == "inbox")
        if unread:
            rows = rows.where(NotificationRow.read_at.is_(None))
        async with self._database.read() as session:
            found, next_ = await part(session, rows, _NEWEST_FIRST, after, limit)
        return Page(items=[shapes.notification(row) for row in found], next=next_)

    async def mark_read(self, staff_id: str, ids: Sequence[int]) -> None:
        """Note that a person has read these; those of others, and those read before, stay as they are."""
        mine = (NotificationRow.staff_id == staff_id) & NotificationRow.read_at.is_(None)
        async with self._database.write() as session:
            await session.execute(
                update(NotificationRow).where(mine, NotificationRow.id.in_(ids)).values(read_at=self._clock())
            )


def _unsent(notification: Notification, channel: str) -> ColumnElement[bool]:
    mine = (NotificationRow.key == notification.key) & (NotificationRow.channel == channel)
    return mine & NotificationRow.sent_at.is_(None)
