"""How staff are told, here and outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from handover.casefile import Notification
from handover.digest import Digest
from handover.outside import Ticket
from handover.views import NotificationView, Page


class Notifier(Protocol):
    async def notify(self, notification: Notification) -> None:
        """Tell a staff member by the channels that they chose. The same key again goes only where it was not sent yet."""
        ...


class Ticketing(Protocol):
    """A ticket system outside."""

    async def open_ticket(self, ticket: Ticket) -> str:
        """Open a ticket, once for each `external_id`, and return how people there find it.

        Raises Undeliverable where the system will never take it, TryAgain or anything else where it may later.
        """
        ...


class Digests(Protocol):
    """The workflows that gather what somebody is to be told later, as activities reach them."""

    async def gather(self, digest: Digest) -> None:
        """Something waits for a person. The digest is started, or told to look again where it runs."""
        ...


class Digester(Protocol):
    """Sends what was held for a person."""

    async def send_due(self, digest: Digest, at: datetime) -> datetime | None:
        """Send what is to leave by `at`, in one letter. When the next leaves; None where nothing waits.

        Whatever is raised, it is tried again later, for a day.
        """
        ...

    async def give_up(self, digest: Digest, at: datetime, why: str) -> list[Notification]:
        """A day of tries was in vain: it waits no longer, and this is what managers should hear of it."""
        ...


class Inbox(Protocol):
    """What staff were told."""

    async def inbox(
        self, staff_id: str, *, unread: bool = False, after: str | None = None, limit: int = 50
    ) -> Page[NotificationView]:
        """What one person was told, newest first."""
        ...

    async def mark_read(self, staff_id: str, ids: Sequence[int]) -> None:
        """Note that a person has read these; those of others stay as they are."""
        ...


class ButtonReplies(Protocol):
    async def reply(self, response_url: str, message: dict[str, Any]) -> None:
        """Answer who has pressed a button in Slack. Raises TryAgain, Undeliverable; neither names the address."""
        ...
