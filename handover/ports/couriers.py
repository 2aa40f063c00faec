"""What waits for a system outside, and what carries it there."""

from collections.abc import Mapping
from typing import Any, Protocol

from handover.outside import Errand, Followed, Parcel


class Outbox(Protocol):
    """The messages of a conversation that wait for a system outside, and how the conversation stands."""

    async def next_waiting(self, conversation_id: str) -> Parcel | None:
        """The oldest message that waits, marked as leaving; None where none does. What the fence holds back is withdrawn."""
        ...

    async def mark_left(self, row: int, reference: str = "") -> None:
        """The channel has taken the message, and calls it so."""
        ...

    async def put_back(self, row: int) -> None:
        """The channel has not taken it: it waits again, and whoever takes the conversation need not wait for it."""
        ...

    async def mark_failed(self, row: int, why: str) -> None:
        """The message will never arrive; staff see why."""
        ...

    async def give_up(self, row: int, why: str) -> None:
        """The same for a message that still waits; nothing is changed where it does not any more."""
        ...

    async def followed(self, conversation_id: str) -> Followed:
        """How the conversation stands, and what was told of it outside. Raises NotFound."""
        ...

    async def keep_told(self, conversation_id: str, told: Mapping[str, Any]) -> None:
        """Remember what was told outside."""
        ...


class Carrier(Protocol):
    """Carries what waits for one kind of receiver. One of its calls at a time for each conversation."""

    async def carry(self, conversation_id: str) -> bool:
        """Carry the next thing; False where nothing waits.

        Raises NotCarried, with the thing's name, where it is not taken now: it is tried again for a day. Whatever else is
        raised is our own trouble, and is tried again until it is over.
        """
        ...

    async def give_up(self, conversation_id: str, item: str, why: str) -> bool:
        """A day of tries was in vain: note why with what could not be carried, so that it holds up the rest no longer.

        item: its name, as NotCarried had it. What has been carried or given up since stays as it is, so that this may be
        repeated. False where nothing else can be carried either, until somebody asks for it again.
        """
        ...


class Audience(Protocol):
    """Receivers of one kind that come and go. Each has a carrier of its own: one that is away holds up no other."""

    async def listening(self) -> list[str]:
        """Who of them is to hear of what has just changed."""
        ...

    def carrier(self, receiver: str) -> Carrier:
        """The carrier of one of them; for one that is gone, it carries nothing."""
        ...


class Couriers(Protocol):
    """The workflows that carry things outside, as activities reach them."""

    async def wake(self, errand: Errand) -> None:
        """Something waits for a carrier. The courier is started, or told to look again where it is on its way."""
        ...
