"""The ways to contacts, and what their systems say later of what they took."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from handover.messages import Contact
from handover.outside import Followed, Parcel
from handover.turns import Delivery


class Channel(Protocol):
    """The way to a contact whose page or program is here: it is taken at once."""

    async def send(self, delivery: Delivery) -> None:
        """Hand a message to the contact's channel; `delivery.key` makes a repeated one the same."""
        ...


class RemoteChannel(Protocol):
    """The way to a contact by somebody else's system, which may be away for hours."""

    async def send(self, parcel: Parcel) -> str:
        """Hand a message over, once for each `parcel.key`, and return how the system calls it; empty where it has no name.

        Raises Undeliverable where it will never take it. Whatever else is raised, it is tried again later.
        """
        ...

    async def follow(self, followed: Followed) -> dict[str, Any]:
        """Show there how the conversation stands, as far as that is not told yet, and return all that is told by now.

        What is returned comes again as `followed.told`; the same means that nothing is left to tell.
        """
        ...


class Arrivals(Protocol):
    """What became of messages that a channel outside had taken, as the channel says later."""

    async def mark_undelivered(self, conversation_id: str, reference: str, why: str) -> bool:
        """The message did not arrive; staff see why. False where the channel calls none of the conversation's so."""
        ...


class SentPart(NamedTuple):
    """What is known of a part of a message. `reference`: how the system that took it calls it; empty where it is not known
    whether it did. `again`: it was begun before, at `since`."""

    since: datetime
    again: bool
    reference: str = ""


class SentParts(Protocol):
    """Parts of messages for a system that takes a repeated request for a new one: which of them it has."""

    async def begin(self, conversation_id: str, key: str, part: int) -> SentPart:
        """Note that a part is about to be handed over, and say what is known of it from before."""
        ...

    async def taken(self, conversation_id: str, key: str, part: int, reference: str) -> None:
        """The system has it, and calls it so."""
        ...

    async def not_taken(self, conversation_id: str, key: str, part: int) -> None:
        """The system certainly does not have it: the next try is the first."""
        ...

    async def known(self, references: Collection[str]) -> set[str]:
        """Which of these are parts that were noted as taken."""
        ...


class Texts(Protocol):
    """What contacts and their networks say about text messages, beside what they write in them."""

    async def opt_out(self, conversation_id: str, contact: Contact, message_id: str, words: str) -> None:
        """The contact wants no more text messages. The team sees it in the conversation; the same message again changes
        nothing."""
        ...

    async def opt_in(self, conversation_id: str, message_id: str, words: str) -> bool:
        """The contact wants them again. False, and nothing is changed, where they had not said otherwise."""
        ...

    async def undelivered(self, conversation_id: str, key: str, why: str) -> bool:
        """The message with this key did not arrive; staff see why. False where there is none."""
        ...
