"""Messages on their way to the contact, behind the ownership fence."""

from collections.abc import Mapping

from temporalio import activity

from activities.errands import Errands
from handover.messages import Author
from handover.ports import Channel, Transcripts
from handover.turns import Delivered, Delivery


class MessageActivities:
    """Everything that the contact is told. `channels` by name; `web` stands in for a name that is not there. What is for a
    channel outside is put down for its courier."""

    def __init__(self, transcripts: Transcripts, channels: Mapping[str, Channel], errands: Errands) -> None:
        self._transcripts = transcripts
        self._channels = channels
        self._errands = errands

    @activity.defn
    async def deliver(self, delivery: Delivery) -> Delivered:
        """Put a message into the outbox, if the fence lets it pass, and send it.

        Safe to repeat: the key finds the row again, and goes on to the channel as its idempotency key.
        """
        is_remote = self._errands.is_remote(delivery.channel)
        delivered = await self._transcripts.put(delivery, waits=is_remote)
        if delivered.left and not delivered.before and delivered.row is not None and delivery.author is not Author.note:
            if is_remote:
                await self._errands.message_waits(delivery.conversation_id)
            else:
                await self._send(delivery, delivered.row)
        return delivered

    async def _send(self, delivery: Delivery, row: int) -> None:
        channel = self._channels.get(delivery.channel, self._channels["web"])
        await channel.send(delivery)
        await self._transcripts.mark_left(row)
