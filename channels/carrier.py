"""Carries a conversation's messages to the contact's channel, and then how the conversation stands."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from handover.errors import NotCarried, TryAgain, Undeliverable
from handover.outside import Followed, Parcel
from handover.ports import Outbox, RemoteChannel

SECONDS = 25.0
"""How long a channel may take for one thing: it ends before the activity does, which could not say what it was about."""

STANDING = "how the conversation stands"
"""The name of what is not a message."""

_MESSAGE = "message "

Result = TypeVar("Result")


class ChannelCarrier:
    """The port Carrier over all channels outside, by their names. `seconds`: how long one of them may take."""

    def __init__(self, outbox: Outbox, channels: Mapping[str, RemoteChannel], seconds: float = SECONDS) -> None:
        self._outbox = outbox
        self._channels = channels
        self._seconds = seconds

    async def carry(self, conversation_id: str) -> bool:
        """Send the oldest message that waits; where none does, tell the channel how the conversation stands."""
        parcel = await self._outbox.next_waiting(conversation_id)
        if parcel is None:
            return await self._follow(conversation_id)
        await self._send(parcel)
        return True

    async def give_up(self, conversation_id: str, item: str, why: str) -> bool:
        """A message has failed, where it still waits; False where it is not a message that could not be carried."""
        row = _row_of(item)
        if row is None:
            return False
        await self._outbox.give_up(row, f"It was tried for a day: {why}")
        return True

    async def _send(self, parcel: Parcel) -> None:
        channel = self._channels.get(parcel.channel)
        if channel is None:
            await self._outbox.mark_failed(parcel.row, f"The channel {parcel.channel} is not connected any more")
            return
        try:
            reference = await self._taken(channel.send(parcel), _item(parcel.row), parcel.channel)
        except Undeliverable as error:
            await self._outbox.mark_failed(parcel.row, str(error))
        except BaseException:
            await self._outbox.put_back(parcel.row)
            raise
        else:
            await self._outbox.mark_left(parcel.row, reference)

    async def _follow(self, conversation_id: str) -> bool:
        followed = await self._outbox.followed(conversation_id)
        told = await self._shown(followed)
        if told == followed.told:
            return False
        await self._outbox.keep_told(conversation_id, told)
        return True

    async def _shown(self, followed: Followed) -> Mapping[str, object]:
        channel = self._channels.get(followed.channel)
        if channel is None:
            return followed.told
        try:
            return await self._taken(channel.follow(followed), STANDING, followed.channel)
        except Undeliverable as error:  # no message is lost by it, and other settings there may let it in tomorrow
            raise NotCarried(str(error), item=STANDING, to=followed.channel) from error

    async def _taken(self, call: Awaitable[Result], item: str, channel: str) -> Result:
        """What a channel answers. Raises Undeliverable, and NotCarried with the thing's name for everything else."""
        try:
            async with asyncio.timeout(self._seconds):
                return await call
        except Undeliverable:
            raise
        except Exception as error:
            after = error.after if isinstance(error, TryAgain) else None
            raise NotCarried(self._in_words(error), item=item, to=channel, after=after) from error

    def _in_words(self, error: Exception) -> str:
        if isinstance(error, TimeoutError) and not str(error):
            return f"It was not taken within {self._seconds:g} seconds"
        return str(error) or type(error).__name__


def _item(row: int) -> str:
    """The name of a message by its place in the history."""
    return f"{_MESSAGE}{row}"


def _row_of(item: str) -> int | None:
    number = item.removeprefix(_MESSAGE)
    return int(number) if number != item else None
