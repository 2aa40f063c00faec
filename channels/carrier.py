"""Carries a conversation's messages to the contact's channel, and then how the conversation stands."""

from collections.abc import Mapping

from handover.errors import Undeliverable
from handover.outside import Parcel
from handover.ports import Outbox, RemoteChannel


class ChannelCarrier:
    """The port Carrier over all channels outside, by their names."""

    def __init__(self, outbox: Outbox, channels: Mapping[str, RemoteChannel]) -> None:
        self._outbox = outbox
        self._channels = channels

    async def carry(self, conversation_id: str) -> bool:
        """Send the oldest message that waits; where none does, tell the channel how the conversation stands."""
        parcel = await self._outbox.next_waiting(conversation_id)
        if parcel is None:
            return await self._follow(conversation_id)
        await self._send(parcel)
        return True

    async def give_up(self, conversation_id: str, why: str) -> bool:
        """The message that waits longest has failed; False where it is not a message that could not be carried."""
        parcel = await self._outbox.next_waiting(conversation_id)
        if parcel is None:
            return False
        await self._outbox.mark_failed(parcel.row, f"It was tried for a day: {why}")
        return True

    async def _send(self, parcel: Parcel) -> None:
        channel = self._channels.get(parcel.channel)
        if channel is None:
            await self._outbox.mark_failed(parcel.row, f"The channel {parcel.channel} is not connected any more")
            return
        try:
            reference = await channel.send(parcel)
        except Undeliverable as error:
            await self._outbox.mark_failed(parcel.row, str(error))
        except BaseException:
            await self._outbox.put_back(parcel.row)
            raise
        else:
            await self._outbox.mark_left(parcel.row, reference)

    async def _follow(self, conversation_id: str) -> bool:
        followed = await self._outbox.followed(conversation_id)
        channel = self._channels.get(followed.channel)
        if channel is None:
            return False
        told = await channel.follow(followed)
        if told == followed.told:
            return False
        await self._outbox.keep_told(conversation_id, told)
        return True
