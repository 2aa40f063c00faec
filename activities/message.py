"""Messages on their way to the contact, behind the ownership fence."""

from collections.abc import Mapping

from temporalio import activity

from handover.messages import Author
from handover.ports import Channel, Transcripts
from handover.turns import Delivered, Delivery


class MessageActivities:
    """Everything that the contact is told. `channels` by name; `web` stands in for a name that is not there."""

    def __init__(self, transcripts: Transcripts, channels: Mapping[str, Channel]) -> None:
        self._transcripts = transcripts
        self._channels = channels

    @activity.defn
    async def deliver(self, delivery: Delivery) -> Delivered:
        """Put a message into the outbox, if the fence lets it pass, and send it.

        Safe to repeat: the key finds the row again, and goes on to the channel as its idempotency key.
        """
        delivered = await self._transcripts.put(delivery)
        if delivered.left and not delivered.before and delivered.row is not None and delivery.author is not Author.note:
            channel = self._channels.get(delivery.channel, self._channels["web"])
            await channel.send(delivery)
            await self._transcripts.mark_left(delivered.row)
        return delivered
