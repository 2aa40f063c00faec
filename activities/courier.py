"""What waits for systems outside, carried there."""

from collections.abc import Mapping
from types import MappingProxyType

from temporalio import activity

from activities.refusal import not_carried
from handover.errors import NotCarried
from handover.outside import Errand, GiveUp
from handover.ports import Audience, Carrier


class CourierActivities:
    """`carriers` by name. `audiences`: by the part before a slash, behind which one of theirs is named.

    What waits for one that is not configured any more stays where it is."""

    def __init__(
        self, carriers: Mapping[str, Carrier], audiences: Mapping[str, Audience] = MappingProxyType({})
    ) -> None:
        self._carriers = carriers
        self._audiences = audiences

    @activity.defn
    async def carry(self, errand: Errand) -> bool:
        """Carry the next thing that waits; False where nothing does."""
        carrier = self._carrier(errand.carrier)
        try:
            return carrier is not None and await carrier.carry(errand.conversation_id)
        except NotCarried as error:
            raise not_carried(error) from error

    @activity.defn
    async def give_up(self, given: GiveUp) -> bool:
        """Note why one thing could not be carried. False where nothing else can be carried either."""
        carrier = self._carrier(given.errand.carrier)
        return carrier is not None and await carrier.give_up(given.errand.conversation_id, given.item, given.why)

    def _carrier(self, name: str) -> Carrier | None:
        kind, _, receiver = name.partition("/")
        audience = self._audiences.get(kind)
        return audience.carrier(receiver) if audience and receiver else self._carriers.get(name)
