"""What has happened, and the programs that are told of it."""

from collections.abc import Sequence
from typing import Protocol

from handover.events import EventType
from handover.subscriptions import (
    DeliveryState,
    DeliveryView,
    NewSecret,
    Outgoing,
    Receiver,
    Resent,
    SendAgain,
    SubscriptionChange,
    SubscriptionView,
    Tried,
)
from handover.views import EventView, Page


class Events(Protocol):
    """What happened in all conversations, for one watcher a process."""

    async def newest_event(self) -> int:
        """The id of the newest event; 0 where nothing has happened yet."""
        ...

    async def events_since(self, after: int, limit: int = 1000) -> list[EventView]:
        """Events behind `after`, oldest first; none is ever missed."""
        ...


class EventQueue(Protocol):
    """The events that wait for subscriptions."""

    async def listening(self) -> list[str]:
        """The subscriptions that are switched on."""
        ...

    async def receiver(self, subscription_id: str) -> Receiver:
        """Where a subscription's events go. Raises NotFound."""
        ...

    async def next_event(self, subscription_id: str, conversation_id: str) -> Outgoing | None:
        """The oldest event of a conversation that waits; None where none does, or the subscription is off or gone."""
        ...

    async def note_try(self, outgoing: Outgoing, status: int | None, why: str) -> None:
        """It was not taken; it waits on."""
        ...

    async def note_taken(self, outgoing: Outgoing, status: int) -> None:
        """The receiver has it."""
        ...

    async def give_up(self, subscription_id: str, event: int, why: str) -> bool:
        """An event has failed, where it still waits; False where the subscription is off or gone. Where too many have failed
        in a row it is switched off, and the managers are told."""
        ...

    async def note_gone(self, outgoing: Outgoing, status: int, why: str) -> None:
        """The receiver wants no more events: the subscription is switched off, and the managers are told."""
        ...


class Subscriptions(Protocol):
    """Programs that are told of changes, as managers look after them. Raises NotFound for one that is not there."""

    async def subscriptions(self) -> list[SubscriptionView]: ...

    async def subscription(self, subscription_id: str) -> SubscriptionView: ...

    async def add(self, url: str, events: Sequence[EventType], by: str) -> NewSecret:
        """Tell a program of everything that happens from now on; its secret is in clear this once."""
        ...

    async def change(self, subscription_id: str, change: SubscriptionChange) -> SubscriptionView: ...

    async def rotate(self, subscription_id: str) -> NewSecret:
        """A new secret, in clear this once; the one before it signs beside it for a day."""
        ...

    async def remove(self, subscription_id: str) -> None: ...

    async def deliveries(
        self,
        subscription_id: str,
        *,
        state: DeliveryState | None = None,
        conversation_id: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[DeliveryView]:
        """A subscription's events, newest first."""
        ...

    async def waiting_conversations(self, subscription_id: str) -> list[str]:
        """The conversations with events that wait: their couriers are to be woken."""
        ...

    async def resend(self, subscription_id: str, delivery: str) -> Resent:
        """Let one delivery wait again. Raises Refused where the subscription is off."""
        ...

    async def resend_since(self, subscription_id: str, again: SendAgain) -> Resent:
        """Let all chosen events of a time wait again, those too that were never sent. Raises Refused where the subscription
        is off, or these are too many at once."""
        ...


class EventTests(Protocol):
    """What can be asked about a receiver at once."""

    async def check(self, url: str) -> None:
        """Raise SettingsError, in words, for an address that is never called."""
        ...

    async def test(self, subscription_id: str) -> Tried:
        """Send a test event now. Raises NotFound."""
        ...
