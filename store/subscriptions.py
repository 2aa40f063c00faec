"""Programs that are told of changes, as managers look after them; sending.py and deliveries.py have the events."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import timedelta
from secrets import token_bytes, token_hex

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.errors import NotFound
from handover.events import EventType
from handover.signatures import STANDARD_PREFIX
from handover.subscriptions import NewSecret, SubscriptionChange, SubscriptionView
from store.deliveries import Deliveries
from store.sending import Sending
from store.tables import DeliveryRow, EventRow, SubscriptionCursorRow, SubscriptionRow
from store.writing import Repository

SECRET_BYTES = 32
BOTH_SIGN = timedelta(hours=24)
"""How long a secret that was replaced signs beside the new one."""


class SubscriptionList(Repository):
    async def subscriptions(self) -> list[SubscriptionView]:
        """All subscriptions, oldest first."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(SubscriptionRow).order_by(SubscriptionRow.created_at, SubscriptionRow.id)
            )
            counted = await _counted(session)
            return [_view(row, counted) for row in rows]

    async def subscription(self, subscription_id: str) -> SubscriptionView:
        """One subscription. Raises NotFound."""
        async with self._database.read() as session:
            return _view(await row_of(session, subscription_id), await _counted(session, subscription_id))

    async def add(self, url: str, events: Sequence[EventType], by: str) -> NewSecret:
        """Tell a program of everything that happens from now on; its secret is in clear this once."""
        now, secret = self._clock(), _new_secret()
        async with self._database.write() as session:
            row = SubscriptionRow(
                id=f"sub_{token_hex(8)}",
                url=url,
                secret=secret,
                events=list(events),
                from_event=await _newest_event(session),
                created_by=by,
                created_at=now,
            )
            session.add(row)
            await session.flush()
            return NewSecret(**_view(row, {}).model_dump(), secret=secret)

    async def change(self, subscription_id: str, change: SubscriptionChange) -> SubscriptionView:
        """Change what is not None. One that is switched on again begins with what happens from then on, beside what waits.
        Raises NotFound."""
        async with self._database.write() as session:
            row = await row_of(session, subscription_id, locked=True)
            row.url = change.url or row.url
            row.events = list(change.events) if change.events is not None else row.events
            if change.enabled is not None:
                await _switch(session, row, change.enabled)
            await session.flush()
            return _view(row, await _counted(session, subscription_id))

    async def rotate(self, subscription_id: str) -> NewSecret:
        """A new secret, in clear this once; the one before it signs beside it for a day. Raises NotFound."""
        secret = _new_secret()
        async with self._database.write() as session:
            row = await row_of(session, subscription_id, locked=True)
            row.former_secret, row.secret = row.secret, secret
            row.former_secret_until = self._clock() + BOTH_SIGN
            await session.flush()
            view = _view(row, await _counted(session, subscription_id))
        return NewSecret(**view.model_dump(), secret=secret)

    async def remove(self, subscription_id: str) -> None:
        """Tell a program no more, and forget what became of its events. Raises NotFound."""
        async with self._database.write() as session:
            row = await row_of(session, subscription_id, locked=True)
            for table in (DeliveryRow, SubscriptionCursorRow):
                await session.execute(delete(table).where(table.subscription_id == subscription_id))
            await session.delete(row)


class Subscriptions(SubscriptionList, Deliveries, Sending):
    """Implements handover.ports.Subscriptions and handover.ports.EventQueue."""


async def row_of(session: AsyncSession, subscription_id: str, *, locked: bool = False) -> SubscriptionRow:
    """A subscription. Raises NotFound."""
    row = await session.get(SubscriptionRow, subscription_id, with_for_update=locked)
    if row is None:
        raise NotFound("subscription", subscription_id)
    return row


async def _switch(session: AsyncSession, row: SubscriptionRow, on: bool) -> None:
    if on and not row.enabled:
        row.failures, row.off_because = 0, ""
        row.from_event = await _newest_event(session)
    row.enabled = on


async def _newest_event(session: AsyncSession) -> int:
    return await session.scalar(select(func.max(EventRow.id))) or 0


async def _counted(session: AsyncSession, subscription_id: str | None = None) -> dict[tuple[str, str], int]:
    """How many deliveries wait and how many failed, by subscription and state."""
    which = [DeliveryRow.subscription_id == subscription_id] if subscription_id is not None else []
    rows = select(DeliveryRow.subscription_id, DeliveryRow.state, func.count()).where(
        DeliveryRow.state != "sent", *which
    )
    found = await session.execute(rows.group_by(DeliveryRow.subscription_id, DeliveryRow.state))
    return {(row[0], row[1]): row[2] for row in found}


def _view(row: SubscriptionRow, counted: Mapping[tuple[str, str], int]) -> SubscriptionView:
    return SubscriptionView(
        id=row.id,
        url=row.url,
        events=[EventType(one) for one in row.events],
        enabled=row.enabled,
        off_because=row.off_because,
        failures=row.failures,
        waiting=counted.get((row.id, "waiting"), 0),
        failed=counted.get((row.id, "failed"), 0),
        created_by=row.created_by,
        created_at=row.created_at,
        former_secret_until=row.former_secret_until,
    )


def _new_secret() -> str:
    """A secret as Standard Webhooks wants it."""
    return STANDARD_PREFIX + b64encode(token_bytes(SECRET_BYTES)).decode()
