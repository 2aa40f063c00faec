"""The inbox: what staff were told, by which channel, what of it they have read, and what still waits."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover.casefile import Notification
from handover.digest import Digest, Waiting
from handover.views import NotificationView, Page
from store import shapes
from store.paging import Order, part
from store.tables import NotificationRow, StaffRow
from store.writing import Repository, add, values_of

_NEWEST_FIRST = Order((NotificationRow.id,), newest_first=True)
_LOOKED_AT = 20
"""Among how many of a person's newest notifications by a channel the last one that leaves is looked for."""

Decide = Callable[[datetime | None, datetime], datetime]
"""When a notification leaves, told when the last one did (or will) and what time it is."""
Placed = Literal["now", "held", "over"]


class Notifications(Repository):
    """Implements handover.ports.Inbox. A notifier puts, sends what waits, and marks it: who is killed between them has lost
    nothing, since what is not marked is sent by the next attempt."""

    async def put(self, notification: Notification, channel: str = "inbox") -> bool:
        """Keep a notification for one channel, once. True while the channel has still to send it; the inbox never has."""
        async with self._database.write() as session:
            await self._add(session, notification, channel)
            return await session.scalar(select(NotificationRow.id).where(_unsent(notification, channel))) is not None

    async def place(self, notification: Notification, channel: str, decide: Decide) -> Placed:
        """Keep a notification for a channel, and decide whether it leaves now or is held; the same again is decided anew,
        unless it is held already. `over`: it was sent, or given up.

        One at a time for each person, so that of a burst one leaves and the others know of it.
        """
        async with self._database.write() as session:
            await session.scalar(select(StaffRow.id).where(StaffRow.id == notification.staff_id).with_for_update())
            await self._add(session, notification, channel)
            row = await session.scalar(select(NotificationRow).where(_unsent(notification, channel)))
            if row is None or row.failed:
                return "over"
            if row.held_until is None:
                now = self._clock()
                leaves = decide(await _last_leaves(session, row), now)
                row.held_until = leaves if leaves > now else None
            return "now" if row.held_until is None else "held"

    async def waiting(self, digest: Digest) -> list[Waiting]:
        """What is held for a person by a channel, oldest first."""
        held = select(NotificationRow).where(_held(digest)).order_by(NotificationRow.id)
        async with self._database.read() as session:
            return [_waiting(row) for row in await session.scalars(held)]

    async def hold(self, rows: Collection[int], until: datetime) -> None:
        """What is held leaves later."""
        await self._change(rows, held_until=until)

    async def mark_left(self, rows: Collection[int]) -> None:
        """The channel has taken these, which were held."""
        await self._change(rows, sent_at=self._clock())

    async def mark_failed(self, rows: Collection[int], why: str) -> None:
        """These are not sent any more."""
        await self._change(rows, held_until=None, failed=why)

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

    async def _add(self, session: AsyncSession, notification: Notification, channel: str) -> None:
        now = self._clock()
        values = {**values_of(notification, NotificationRow), "channel": channel, "at": now}
        await add(session, NotificationRow, values | {"sent_at": now if channel == "inbox" else None})

    async def _change(self, rows: Collection[int], **values: datetime | str | None) -> None:
        """Those that were sent meanwhile stay as they are."""
        these = NotificationRow.id.in_(rows) & NotificationRow.sent_at.is_(None)
        async with self._database.write() as session:
            await session.execute(update(NotificationRow).where(these).values(**values))


async def _last_leaves(session: AsyncSession, row: NotificationRow) -> datetime | None:
    """When the newest of the others by the same channel left, or will."""
    leaves = func.coalesce(NotificationRow.sent_at, NotificationRow.held_until, NotificationRow.at)
    others = (
        select(leaves)
        .where(
            NotificationRow.staff_id == row.staff_id,
            NotificationRow.channel == row.channel,
            NotificationRow.id != row.id,
            NotificationRow.failed == "",
        )
        .order_by(NotificationRow.id.desc())
        .limit(_LOOKED_AT)
    )
    return max(await session.scalars(others), default=None)


def _unsent(notification: Notification, channel: str) -> ColumnElement[bool]:
    mine = (NotificationRow.key == notification.key) & (NotificationRow.channel == channel)
    return mine & NotificationRow.sent_at.is_(None)


def _held(digest: Digest) -> ColumnElement[bool]:
    mine = (NotificationRow.staff_id == digest.staff_id) & (NotificationRow.channel == digest.channel)
    return mine & NotificationRow.sent_at.is_(None) & NotificationRow.held_until.is_not(None)


def _waiting(row: NotificationRow) -> Waiting:
    columns = NotificationRow.__table__.columns.keys()
    shared = {name: getattr(row, name) for name in Notification.model_fields if name in columns}
    assert row.held_until is not None
    return Waiting(row.id, Notification.model_validate(shared), row.held_until)
