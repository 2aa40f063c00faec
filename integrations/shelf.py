"""Where notifications are kept, and what of them has been sent: what a notifier and a digest need of the store."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Literal, Protocol

from handover.casefile import Notification
from handover.digest import Digest, Waiting

Decide = Callable[[datetime | None, datetime], datetime]
"""When a notification leaves, told when the last one did (or will) and what time it is."""


class Shelf(Protocol):
    async def put(self, notification: Notification, channel: str = "inbox") -> bool:
        """Keep a notification for one channel, once. True while the channel has still to send it; the inbox never has."""
        ...

    async def place(self, notification: Notification, channel: str, decide: Decide) -> Literal["now", "held", "over"]:
        """Keep a notification for a channel outside: it leaves now, is held, or is over, sent or given up."""
        ...

    async def mark_sent(self, notification: Notification, channel: str) -> None:
        """Note that the channel has taken it: from now on it is never sent there again."""
        ...


class HeldShelf(Protocol):
    async def waiting(self, digest: Digest) -> Sequence[Waiting]:
        """What is held for a person by a channel, oldest first."""
        ...

    async def hold(self, rows: Collection[int], until: datetime) -> None:
        """These leave later."""
        ...

    async def mark_left(self, rows: Collection[int]) -> None:
        """The channel has taken these."""
        ...

    async def mark_failed(self, rows: Collection[int], why: str) -> None:
        """These are not sent any more."""
        ...
