"""Tells staff by the channels that they chose. The inbox is kept here; every other channel needs a sender."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from handover.casefile import Notification
from handover.digest import Digest
from handover.errors import NotFound, TryAgain, Undeliverable
from handover.ports import Digests, Team
from handover.quiet import leaves_at
from handover.staff import NotifyChannel, Staff
from integrations.letters import Letter, Letters
from integrations.shelf import Decide, Shelf

WINDOW = timedelta(seconds=60)
"""How long after a letter the next to the same person by the same channel leaves, with all that has gathered until then."""
NOT_SWITCHED_OFF = frozenset({"escalation", "problem"})
"""What the inbox is told of whatever somebody has chosen."""


class Sender(Protocol):
    """One way to reach a person outside the inbox. Raises where it could not; it is then tried again.

    A worker that is killed right after it has sent something sends it again: the vendor is given `letter.key`, by which it
    knows that both are the same, where it has a place for that.
    """

    async def send(self, address: str, letter: Letter) -> None: ...


class NotTold(TryAgain):
    """Some of a person's channels failed; the text says which, and why. The others have told them."""


class NeverTold(Undeliverable):
    """The same, and none of those that failed will ever take it."""


class StaffNotifier:
    """The port Notifier. `senders` by channel: a channel without one is off until it is configured.

    What has to wait, because of quiet hours or because a letter has just left, is held, and `digests` is told of it. What is
    about an urgent case waits for nothing.
    """

    def __init__(
        self,
        team: Team,
        shelf: Shelf,
        senders: Mapping[NotifyChannel, Sender],
        letters: Letters,
        digests: Digests,
        window: timedelta = WINDOW,
    ) -> None:
        self._team = team
        self._shelf = shelf
        self._senders = senders
        self._letters = letters
        self._digests = digests
        self._window = window

    async def notify(self, notification: Notification) -> None:
        """Tell a person by each of their channels. Raises NotTold, NeverTold; the same again goes to the failed ones alone.

        Side by side, so that a channel that fails or hangs holds up no other.
        """
        person = await reader(self._team, notification.staff_id)
        if person is None:
            return
        channels = channels_for(person, notification)
        told = await asyncio.gather(
            *(self._tell(person, channel, notification) for channel in channels), return_exceptions=True
        )
        failed = {channel: error for channel, error in zip(channels, told, strict=True) if error}
        if failed:
            raise _failure(person, failed)

    async def _tell(self, person: Staff, channel: NotifyChannel, notification: Notification) -> None:
        if channel == "inbox":
            await self._shelf.put(notification)
            return
        sender, address = self._senders.get(channel), person.addresses.get(channel)
        if sender is None or not address:
            return
        urgent = await self._letters.is_urgent(notification)
        match await self._shelf.place(notification, channel, _at_once if urgent else self._in_time(person)):
            case "held":
                await self._digests.gather(Digest(staff_id=person.id, channel=channel))
            case "now":
                await sender.send(address, await self._letters.to(person, [notification]))
                await self._shelf.mark_sent(notification, channel)

    def _in_time(self, person: Staff) -> Decide:
        return lambda last, now: leaves_at(person.quiet, last, now, self._window)


async def reader(team: Team, staff_id: str) -> Staff | None:
    """Whom to tell. Nobody who has left the team or is disabled: they may not read what contacts write any more, and the
    ladder passes them over."""
    try:
        person = await team.staff(staff_id)
    except NotFound:
        return None
    return person if person.enabled else None


def _failure(person: Staff, failed: Mapping[NotifyChannel, BaseException]) -> Exception:
    """What it means that some channels failed. It is tried again while one of them may take it; where all of those ask to be
    left alone, not before the first of them wants to be asked again."""
    channels = ", ".join(f"{channel} ({why(error)})" for channel, error in failed.items())
    text = f"{person.name} could not be told by {channels}"
    if all(isinstance(error, Undeliverable) for error in failed.values()):
        return NeverTold(text)
    again = [error for error in failed.values() if not isinstance(error, Undeliverable)]
    pauses = [error.after for error in again if isinstance(error, TryAgain) and error.after]
    return NotTold(text, min(pauses) if len(pauses) == len(again) else None)


def why(error: BaseException) -> str:
    return str(error) or type(error).__name__


def channels_for(person: Staff, notification: Notification) -> list[NotifyChannel]:
    """The channels that a person chose for an event, each once; the inbox too where nobody can switch it off."""
    chosen: list[NotifyChannel] = getattr(person.notify, notification.event)
    always: list[NotifyChannel] = ["inbox"] if notification.event in NOT_SWITCHED_OFF else []
    return list(dict.fromkeys([*always, *chosen]))


def _at_once(last: datetime | None, now: datetime) -> datetime:
    return now
