"""Sends what was held for a person, all of it in one letter."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from handover.casefile import Notification
from handover.digest import Digest, Waiting
from handover.ports import Team
from handover.quiet import quiet_until
from handover.staff import NotifyChannel
from integrations.letters import Letters
from integrations.notifier import Sender, reader
from integrations.shelf import HeldShelf

_QUIET_ABOUT = frozenset({"problem", "review"})
"""What no problem is made of when it can't be sent: one mail server that is down would make them without end."""


class StaffDigester:
    """The port Digester."""

    def __init__(self, team: Team, shelf: HeldShelf, senders: Mapping[NotifyChannel, Sender], letters: Letters) -> None:
        self._team = team
        self._shelf = shelf
        self._senders = senders
        self._letters = letters

    async def send_due(self, digest: Digest, at: datetime) -> datetime | None:
        """Send what is to leave by `at`. It may have become quiet since it was held: then it waits for the end of that."""
        due = _due(await self._shelf.waiting(digest), at)
        if due:
            await self._send(digest, due, at)
        return min((one.until for one in await self._shelf.waiting(digest)), default=None)

    async def give_up(self, digest: Digest, at: datetime, why: str) -> list[Notification]:
        """What was to leave by `at` waits no longer."""
        due = _due(await self._shelf.waiting(digest), at)
        await self._shelf.mark_failed(_rows(due), why)
        told = [one.notification for one in due if one.notification.event not in _QUIET_ABOUT]
        if not told:
            return []
        managers = await self._team.managers_of(digest.staff_id)
        return [_problem(digest, told, staff_id, why) for staff_id in managers]

    async def _send(self, digest: Digest, due: Sequence[Waiting], at: datetime) -> None:
        person = await reader(self._team, digest.staff_id)
        sender = self._senders.get(digest.channel)
        address = person.addresses.get(digest.channel) if person else None
        if person is None or sender is None or not address:
            await self._shelf.mark_failed(_rows(due), f"There is no way to tell {digest.staff_id} by {digest.channel}")
            return
        end = quiet_until(person.quiet, at)
        if end is not None:
            await self._shelf.hold(_rows(due), end)
            return
        await sender.send(address, await self._letters.to(person, [one.notification for one in due]))
        await self._shelf.mark_left(_rows(due))


def _due(waiting: Sequence[Waiting], at: datetime) -> list[Waiting]:
    return [one for one in waiting if one.until <= at]


def _rows(waiting: Sequence[Waiting]) -> list[int]:
    return [one.row for one in waiting]


def _problem(digest: Digest, told: Sequence[Notification], manager: str, why: str) -> Notification:
    """What a manager hears of it, once."""
    what = "A notification" if len(told) == 1 else f"{len(told)} notifications"
    text = f"{what} for {digest.staff_id} could not be sent by {digest.channel}: {why}"
    of = told[0]
    return Notification(
        key=f"unsent/{of.key}/{digest.channel}/{manager}",
        staff_id=manager,
        event="problem",
        conversation_id=of.conversation_id,
        number=of.number,
        text=text,
    )
