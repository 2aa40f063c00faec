"""Who outside is to hear of a conversation, and the couriers who are woken for it."""

from collections.abc import Collection

from handover.casefile import Case
from handover.outside import Errand
from handover.ports import Couriers

CHANNEL = "channel"
"""The carrier of messages to the contacts' channels."""


class Errands:
    """`remote`: the channels outside, by name. `listeners`: the carriers that hear of every change of a handover."""

    def __init__(self, couriers: Couriers, remote: Collection[str], listeners: Collection[str]) -> None:
        self._couriers = couriers
        self._remote = remote
        self._listeners = listeners

    def is_remote(self, channel: str) -> bool:
        """Whether what is said there has to be carried."""
        return channel in self._remote

    async def message_waits(self, conversation_id: str) -> None:
        """Something was put into the outbox for a channel outside."""
        await self._couriers.wake(Errand(carrier=CHANNEL, conversation_id=conversation_id))

    async def moved(self, case: Case) -> None:
        """A handover has changed, and with it perhaps who speaks."""
        carriers = [CHANNEL] if self.is_remote(case.channel) else []
        for carrier in [*carriers, *self._listeners]:
            await self._couriers.wake(Errand(carrier=carrier, conversation_id=case.conversation_id))
