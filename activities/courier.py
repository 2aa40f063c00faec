"""What waits for systems outside, carried there."""

from collections.abc import Mapping

from temporalio import activity

from handover.outside import Errand, GiveUp
from handover.ports import Carrier


class CourierActivities:
    """`carriers` by name. What waits for one that is not configured any more stays where it is."""

    def __init__(self, carriers: Mapping[str, Carrier]) -> None:
        self._carriers = carriers

    @activity.defn
    async def carry(self, errand: Errand) -> bool:
        """Carry the next thing that waits; False where nothing does."""
        carrier = self._carriers.get(errand.carrier)
        return carrier is not None and await carrier.carry(errand.conversation_id)

    @activity.defn
    async def give_up(self, given: GiveUp) -> bool:
        """Note why the next thing could not be carried. False where nothing else can be carried either."""
        carrier = self._carriers.get(given.errand.carrier)
        return carrier is not None and await carrier.give_up(given.errand.conversation_id, given.why)
