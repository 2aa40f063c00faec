"""What waits for systems outside: messages for their channel, notifications for theirs, events for who subscribed."""

from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from handover.messages import Author
from handover.views import Backlog
from store.tables import ConversationRow, DeliveryRow, MessageRow, NotificationRow
from store.writing import Repository

USUAL = timedelta(minutes=1)
"""How long something may be on its way before it is said to wait."""

Counts = Select[str, int, datetime]


class Backlogs(Repository):
    """Part of handover.ports.Reads."""

    async def backlog(self) -> list[Backlog]:
        """What has waited for longer than is usual, of each system that it waits for."""
        before = self._clock() - USUAL
        kinds = {"messages": _messages(before), "notifications": _notifications(before), "events": _events(before)}
        async with self._database.read() as session:
            return [
                Backlog(kind=kind, name=name, waiting=waiting, since=since)
                for kind, counts in kinds.items()
                for name, waiting, since in await session.execute(counts)
            ]


def _messages(before: datetime) -> Counts:
    at, name = MessageRow.at, ConversationRow.channel
    waits = MessageRow.left_at.is_(None) & (MessageRow.failed == "") & (MessageRow.author != Author.note)
    counts = select(name, func.count(), func.min(at)).join(
        ConversationRow, ConversationRow.id == MessageRow.conversation_id
    )
    return counts.where(waits, at < before).group_by(name).order_by(name)


def _notifications(before: datetime) -> Counts:
    """Those that are held for quiet hours wait for nobody."""
    name, at = NotificationRow.channel, func.coalesce(NotificationRow.held_until, NotificationRow.at)
    waits = NotificationRow.sent_at.is_(None) & (NotificationRow.failed == "")
    return select(name, func.count(), func.min(at)).where(waits, at < before).group_by(name).order_by(name)


def _events(before: datetime) -> Counts:
    """By the subscription's id: its address may be a secret."""
    name, at = DeliveryRow.subscription_id, DeliveryRow.at
    counts = select(name, func.count(), func.min(at)).where(DeliveryRow.state == "waiting", at < before)
    return counts.group_by(name).order_by(name)
