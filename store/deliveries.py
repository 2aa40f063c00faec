"""What managers see of the events that went to a program, and events that are sent to it again."""

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.errors import NotFound, Refused
from handover.ids import HandoverId
from handover.subscriptions import (
    MOST_AT_ONCE,
    DeliveryState,
    DeliveryView,
    Resent,
    SendAgain,
    delivery_id,
    event_of,
)
from handover.views import Page
from store.paging import Order, part
from store.sending import put
from store.tables import DeliveryRow, EventRow, SubscriptionRow
from store.writing import Repository

_NEWEST_FIRST = Order((DeliveryRow.event,), newest_first=True)


class Deliveries(Repository):
    """What managers see of deliveries, and events that are sent again."""

    async def deliveries(
        self,
        subscription_id: str,
        *,
        state: DeliveryState | None = None,
        conversation_id: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[DeliveryView]:
        """A subscription's events, newest first. Raises NotFound."""
        wanted = {"subscription_id": subscription_id, "state": state, "conversation_id": conversation_id}
        rows = select(DeliveryRow).filter_by(**{name: value for name, value in wanted.items() if value is not None})
        async with self._database.read() as session:
            if await session.get(SubscriptionRow, subscription_id) is None:
                raise NotFound("subscription", subscription_id)
            found, next_ = await part(session, rows, _NEWEST_FIRST, after, limit)
        return Page(items=[_view(row) for row in found], next=next_)

    async def waiting_conversations(self, subscription_id: str) -> list[str]:
        """The conversations with events that wait."""
        waiting = (DeliveryRow.subscription_id == subscription_id) & (DeliveryRow.state == "waiting")
        async with self._database.read() as session:
            return list(await session.scalars(select(DeliveryRow.conversation_id).where(waiting).distinct()))

    async def resend(self, subscription_id: str, delivery: str) -> Resent:
        """Let one delivery wait again. Raises NotFound, and Refused where the subscription is off."""
        async with self._database.write() as session:
            await _switched_on(session, subscription_id)
            row = await session.get(DeliveryRow, (subscription_id, event_of(subscription_id, delivery) or 0))
            if row is None:
                raise NotFound("delivery", delivery)
            _wait_again(row)
            return Resent(1, [row.conversation_id])

    async def resend_since(self, subscription_id: str, again: SendAgain) -> Resent:
        """Let all chosen events of a time wait again, those too that were never sent. Raises NotFound, and Refused where
        the subscription is off or these are too many at once."""
        async with self._database.write() as session:
            row = await _switched_on(session, subscription_id)
            events = list(await session.scalars(_since(row, again).limit(MOST_AT_ONCE + 1)))
            if len(events) > MOST_AT_ONCE:
                text = f"since: more than {MOST_AT_ONCE} events; allowed are at most {MOST_AT_ONCE} at once: say until."
                raise Refused("time_out_of_range", text)
            for event in events:
                await _put_again(session, row, event)
            return Resent(len(events), list(dict.fromkeys(event.conversation_id for event in events)))


async def _put_again(session: AsyncSession, row: SubscriptionRow, event: EventRow) -> None:
    if not await put(session, row, event):
        _wait_again(await session.get_one(DeliveryRow, (row.id, event.id)))


def _wait_again(row: DeliveryRow) -> None:
    row.state, row.tries, row.why = "waiting", 0, ""


def _since(row: SubscriptionRow, again: SendAgain) -> Select[EventRow]:
    """The chosen events of a time; without those that were taken, where they are not asked for."""
    wanted: list[ColumnElement[bool]] = [EventRow.kind == "change", EventRow.at >= again.since]
    if again.until is not None:
        wanted.append(EventRow.at < again.until)
    if row.events:
        wanted.append(EventRow.data["type"].as_string().in_(row.events))
    if not again.include_sent:
        taken = select(DeliveryRow.event).where(DeliveryRow.subscription_id == row.id, DeliveryRow.state == "sent")
        wanted.append(EventRow.id.not_in(taken))
    return select(EventRow).where(*wanted).order_by(EventRow.id)


async def _switched_on(session: AsyncSession, subscription_id: str) -> SubscriptionRow:
    row = await session.get(SubscriptionRow, subscription_id)
    if row is None:
        raise NotFound("subscription", subscription_id)
    if not row.enabled:
        raise Refused("switched_off", "The subscription is switched off; switch it on first. Nothing was sent.")
    return row


def _view(row: DeliveryRow) -> DeliveryView:
    return DeliveryView(
        id=delivery_id(row.subscription_id, row.event),
        type=row.type,
        conversation_id=row.conversation_id,
        handover_id=str(HandoverId(row.conversation_id, row.number)),
        state=row.state,
        tries=row.tries,
        status=row.status,
        why=row.why,
        at=row.at,
        tried_at=row.tried_at,
        sent_at=row.sent_at,
    )
