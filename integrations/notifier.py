"""Tells staff by the channels that they chose. The inbox is kept here; every other channel needs a sender."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from handover.casefile import Notification
from handover.errors import NotFound
from handover.ports import Team
from handover.staff import NotifyChannel, Staff


class Shelf(Protocol):
    """Where notifications are kept, and what of them has been sent."""

    async def put(self, notification: Notification, channel: str = "inbox") -> bool:
        """Keep a notification for one channel, once. True while the channel has still to send it; the inbox never has."""
        ...

    async def mark_sent(self, notification: Notification, channel: str) -> None:
        """Note that the channel has taken it: from now on it is never sent there again."""
        ...


class Sender(Protocol):
    """One way to reach a person outside the inbox. Raises where it could not; it is then tried again.

    A worker that is killed right after it has sent something sends it again: the vendor is given `notification.key`, by
    which it knows that both are the same.
    """

    async def send(self, address: str, notification: Notification) -> None: ...


class NotTold(Exception):
    """Some of a person's channels failed; the text says which, and why. The others have told them."""


class StaffNotifier:
    """The port Notifier. `senders` by channel: a channel without one is off until it is configured."""

    def __init__(self, team: Team, shelf: Shelf, senders: Mapping[NotifyChannel, Sender]) -> None:
        self._team = team
        self._shelf = shelf
        self._senders = senders

    async def notify(self, notification: Notification) -> None:
        """Tell a person by each of their channels. Raises NotTold; the same again goes to the failed ones alone.

        Side by side, so that a channel that fails or hangs holds up no other.
        """
        person = await self._reader(notification.staff_id)
        if person is None:
            return
        channels = list(dict.fromkeys(channels_for(person, notification)))  # one may be named twice in the settings
        told = await asyncio.gather(
            *(self._tell(person, channel, notification) for channel in channels), return_exceptions=True
        )
        failed = [f"{channel} ({_why(error)})" for channel, error in zip(channels, told, strict=True) if error]
        if failed:
            raise NotTold(f"{person.name} could not be told by {', '.join(failed)}")

    async def _reader(self, staff_id: str) -> Staff | None:
        """Whom to tell. Nobody who has left the team or is disabled: they may not read what contacts write any more, and
        the ladder passes them over."""
        try:
            person = await self._team.staff(staff_id)
        except NotFound:
            return None
        return person if person.enabled else None

    async def _tell(self, person: Staff, channel: NotifyChannel, notification: Notification) -> None:
        if channel == "inbox":
            await self._shelf.put(notification)
            return
        sender, address = self._senders.get(channel), person.addresses.get(channel)
        if sender is None or not address or not await self._shelf.put(notification, channel):
            return
        await sender.send(address, notification)
        await self._shelf.mark_sent(notification, channel)


def _why(error: BaseException) -> str:
    return str(error) or type(error).__name__


def channels_for(person: Staff, notification: Notification) -> list[NotifyChannel]:
    """The channels that a person chose for an event; what nobody can switch off comes by inbox and email."""
    match notification.event:
        case "conversation_assigned":
            return list(person.notify.conversation_assigned)
        case "task_assigned":
            return list(person.notify.task_assigned)
        case _:
            return ["inbox", "email"]
