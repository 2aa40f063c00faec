"""Events on their way to the programs that are told: found behind a cursor, and sent in their order.

An event is a row of `events` of the kind `change`; what is sent is what it holds.
"""

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Select, Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handover.errors import NotFound
from handover.routing import managers_of
from handover.subscriptions import FAILURES_IN_A_ROW, Outgoing, Receiver, handover_of
from store.tables import AuditRow, DeliveryRow, EventRow, NotificationRow, SubscriptionCursorRow, SubscriptionRow
from store.team import everybody
from store.writing import Repository, add, upsert


class Sending(Repository):
    """What a courier of a subscription needs: the next event, and a place to note what became of it."""

    async def listening(self) -> list[str]:
        """The subscriptions that are switched on."""
        async with self._database.read() as session:
            return list(await session.scalars(select(SubscriptionRow.id).where(SubscriptionRow.enabled)))

    async def receiver(self, subscription_id: str) -> Receiver:
        """Where a subscription's events go. Raises NotFound."""
        async with self._database.read() as session:
            row = await session.get(SubscriptionRow, subscription_id)
        if row is None:
            raise NotFound("subscription", subscription_id)
        return _receiver(row, self._clock())

    async def next_event(self, subscription_id: str, conversation_id: str) -> Outgoing | None:
        """The oldest event of a conversation that waits; None where none does, or the subscription is off or gone."""
        async with self._database.write() as session:
            row = await session.get(SubscriptionRow, subscription_id)
            if row is None or not row.enabled:
                return None
            await _gather(session, row, conversation_id)
            event = await session.scalar(_oldest_waiting(subscription_id, conversation_id))
            if event is None:
                return None
            body = await session.scalar(select(EventRow.data).where(EventRow.id == event.event))
            return Outgoing(_receiver(row, self._clock()), event.event, conversation_id, body or {})

    async def note_try(self, outgoing: Outgoing, status: int | None, why: str) -> None:
        """It was not taken; it waits on."""
        async with self._database.write() as session:
            await session.execute(
                _one(outgoing).values(tries=DeliveryRow.tries + 1, status=status, why=why, tried_at=self._clock())
            )

    async def note_taken(self, outgoing: Outgoing, status: int) -> None:
        """The receiver has it, and is well."""
        now = self._clock()
        sent = {"state": "sent", "status": status, "why": "", "tried_at": now, "sent_at": now}
        async with self._database.write() as session:
            await session.execute(_one(outgoing).values(tries=DeliveryRow.tries + 1, **sent))
            well = update(SubscriptionRow).where(
                SubscriptionRow.id == outgoing.receiver.id, SubscriptionRow.failures > 0
            )
            await session.execute(well.values(failures=0))

    async def give_up(self, subscription_id: str, event: int, why: str) -> bool:
        """An event has failed; False where the subscription is off or gone.

        One that does not wait any more is left, and so is one that waits again, on request, and was not tried since.
        """
        async with self._database.write() as session:
            row = await session.get(SubscriptionRow, subscription_id, with_for_update=True)
            if row is None or not row.enabled:
                return False
            tried = await session.get(DeliveryRow, (subscription_id, event))
            if tried is not None and tried.state == "waiting" and tried.tries:
                await _fail(session, row, tried, why, self._clock())
            return row.enabled

    async def note_gone(self, outgoing: Outgoing, status: int, why: str) -> None:
        """The receiver wants no more events: the subscription is switched off at once."""
        async with self._database.write() as session:
            row = await session.get(SubscriptionRow, outgoing.receiver.id, with_for_update=True)
            event = await session.get(DeliveryRow, (outgoing.receiver.id, outgoing.event))
            if row is None or event is None:
                return
            event.tries, event.status = event.tries + 1, status
            event.state, event.why, event.tried_at = "failed", why, self._clock()
            if row.enabled:
                await _switch_off(session, row, event, why, self._clock())


async def _gather(session: AsyncSession, row: SubscriptionRow, conversation_id: str) -> None:
    """Put what has happened since the last look among what waits."""
    cursor = await session.get(SubscriptionCursorRow, (row.id, conversation_id))
    seen = max(cursor.event if cursor else 0, row.from_event)
    new = (EventRow.conversation_id == conversation_id) & (EventRow.id > seen) & (EventRow.kind == "change")
    events = list(await session.scalars(select(EventRow).where(new).order_by(EventRow.id)))
    for event in events:
        if not row.events or event.data["type"] in row.events:
            await put(session, row, event)
    if events:
        at = {"subscription_id": row.id, "conversation_id": conversation_id, "event": events[-1].id}
        await upsert(session, SubscriptionCursorRow, at)


async def put(session: AsyncSession, row: SubscriptionRow, event: EventRow) -> bool:
    """Let an event wait; False where it is known already."""
    values = {
        "subscription_id": row.id,
        "event": event.id,
        "conversation_id": event.conversation_id,
        "number": handover_of(event.data).number,
        "type": event.data["type"],
        "at": event.at,
        "state": "waiting",
        "tries": 0,
        "why": "",
    }
    return await add(session, DeliveryRow, values) is not None


def _oldest_waiting(subscription_id: str, conversation_id: str) -> Select[DeliveryRow]:
    waiting = (DeliveryRow.subscription_id == subscription_id) & (DeliveryRow.state == "waiting")
    mine = waiting & (DeliveryRow.conversation_id == conversation_id)
    return select(DeliveryRow).where(mine).order_by(DeliveryRow.event).limit(1)


def _one(outgoing: Outgoing) -> Update:
    mine = (DeliveryRow.subscription_id == outgoing.receiver.id) & (DeliveryRow.event == outgoing.event)
    return update(DeliveryRow).where(mine, DeliveryRow.state == "waiting")


def _receiver(row: SubscriptionRow, now: datetime) -> Receiver:
    both = row.former_secret is not None and row.former_secret_until is not None and now < row.former_secret_until
    return Receiver(row.id, row.url, (row.secret, *filter(None, [row.former_secret if both else None])))


async def _fail(session: AsyncSession, row: SubscriptionRow, event: DeliveryRow, why: str, now: datetime) -> None:
    """An event failed for good; after some in a row, its subscription is switched off."""
    event.state, event.why = "failed", f"It was tried for a day: {why}"
    row.failures += 1
    if row.failures >= FAILURES_IN_A_ROW:
        await _switch_off(session, row, event, f"{row.failures} events in a row failed; the last time, {why}", now)


async def _switch_off(session: AsyncSession, row: SubscriptionRow, event: DeliveryRow, why: str, now: datetime) -> None:
    """Nothing is sent any more until a manager switches it on: all of them are told, in the same transaction."""
    row.enabled, row.off_because = False, why
    host = urlsplit(row.url).hostname
    text = f"Events to {host} (subscription {row.id}) are switched off: {why}"
    session.add(AuditRow(kind="subscription_switched_off", actor="handover", text=text, at=now))
    for staff_id in managers_of(None, await everybody(session)):
        session.add(_letter(row.id, event, staff_id, text, now))


def _letter(subscription_id: str, event: DeliveryRow, staff_id: str, text: str, now: datetime) -> NotificationRow:
    return NotificationRow(
        key=f"{subscription_id}/off/{now.isoformat()}/{staff_id}",
        channel="inbox",
        staff_id=staff_id,
        event="problem",
        conversation_id=event.conversation_id,
        number=event.number,
        text=text,
        at=now,
        sent_at=now,
    )
