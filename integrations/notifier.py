"""Tells staff by the channels that they chose; the inbox is always there."""

from collections.abc import Mapping
from typing import Protocol

from handover.casefile import Notification
from handover.errors import NotFound
from handover.ports import Team
from handover.staff import NotifyChannel, Staff


class Shelf(Protocol):
    """Where notifications are kept, so that each leaves once."""

    async def put(self, notification: Notification, channel: str = "inbox") -> bool:
        """Keep a notification for one channel; False where the same was put there before."""
        ...

    async def forget(self, notification: Notification, channel: str) -> None:
        """Take one back that the channel could not deliver."""
        ...


class Sender(Protocol):
    """One way to reach a person outside the inbox."""

    async def send(self, address: str, notification: Notification) -> None: ...


class StaffNotifier:
    """The port Notifier. `senders` by channel: a channel without one is off until it is configured."""

    def __init__(self, team: Team, shelf: Shelf, senders: Mapping[NotifyChannel, Sender]) -> None:
        self._team = team
        self._shelf = shelf
        self._senders = senders

    async def notify(self, notification: Notification) -> None:
        """Tell a person once by each of their channels; somebody who has left the team is told nothing."""
        try:
            person = await self._team.staff(notification.staff_id)
        except NotFound:
            return
        for channel in channels_for(person, notification):
            await self._tell(person, channel, notification)

    async def _tell(self, person: Staff, channel: NotifyChannel, notification: Notification) -> None:
        if channel == "inbox":
            await self._shelf.put(notification)
            return
        sender, address = self._senders.get(channel), person.addresses.get(channel)
        if sender is None or address is None or not await self._shelf.put(notification, channel):
            return
        try:
            await sender.send(address, notification)
        except BaseException:
            await self._shelf.forget(notification, channel)
            raise


def channels_for(person: Staff, notification: Notification) -> list[NotifyChannel]:
    """The channels that a person chose for an event; what nobody can switch off comes by inbox and email."""
    match notification.event:
        case "conversation_assigned":
            return list(person.notify.conversation_assigned)
        case "task_assigned":
            return list(person.notify.task_assigned)
        case _:
            return ["inbox", "email"]
