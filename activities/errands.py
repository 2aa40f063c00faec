"""Who outside is to hear of a conversation, and the couriers who are woken for it."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from handover.casefile import Case
from handover.outside import Errand
from handover.ports import Audience, Couriers
from handover.trying import is_test

CHANNEL = "channel"
"""The carrier of messages to the contacts' channels."""


class Errands:
    """`remote`: the channels outside, by name. `listeners`: the carriers that hear of every change of a handover, and
    `audiences` those that come and go."""

    def __init__(
        self,
        couriers: Couriers,
        remote: Collection[str],
        listeners: Collection[str],
        audiences: Mapping[str, Audience] = MappingProxyType({}),
    ) -> None:
        self._couriers = couriers
        self._remote = remote
        self._listeners = listeners
        self._audiences = audiences

    def is_remote(self, channel: str) -> bool:
        """Whether what is said there has to be carried."""
        return channel in self._remote

    async def message_waits(self, conversation_id: str) -> None:
        """Something was put into the outbox for a channel outside."""
        await self._wake(conversation_id, [CHANNEL])

    async def taken(self, conversation_id: str, channel: str) -> None:
        """Somebody else speaks in a conversation from now on, or nobody does any more, and no handover is in it."""
        await self._wake(conversation_id, self._carriers(channel))

    async def moved(self, case: Case) -> None:
        """A handover has changed, and with it perhaps who speaks. Of a test nobody outside hears."""
        if is_test(case.channel):
            return
        carriers = [*self._carriers(case.channel), *self._listeners, *await self._listening()]
        await self._wake(case.conversation_id, carriers)

    def _carriers(self, channel: str) -> list[str]:
        return [CHANNEL] if self.is_remote(channel) else []

    async def _wake(self, conversation_id: str, carriers: Iterable[str]) -> None:
        for carrier in carriers:
            await self._couriers.wake(Errand(carrier=carrier, conversation_id=conversation_id))

    async def _listening(self) -> list[str]:
        """The carriers of those who hear of it now, by the names of their kind and their own."""
        found = [(name, await audience.listening()) for name, audience in self._audiences.items()]
        return [f"{name}/{receiver}" for name, receivers in found for receiver in receivers]
