"""What waits for a system outside, carried there one thing after the other, however long that system is away."""

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.courier import CourierActivities
from handover.outside import Errand, GiveUp
from workflows.options import OUTSIDE, STORE


@workflow.defn(name="CourierWorkflow")
class CourierWorkflow:
    """One for each carrier and conversation, so that what belongs together arrives in its order and nothing else waits for it.

    It ends when nothing waits. Who puts down something new starts it, or tells it to look again.
    """

    @workflow.init
    def __init__(self, errand: Errand) -> None:
        self.errand = errand
        self.look_again = False
        self.carried = 0

    @workflow.run
    async def run(self, errand: Errand) -> str:
        while await self._carry_next() or self.look_again:
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(errand)
        return f"Carried {self.carried}"

    @workflow.signal
    def look(self) -> None:
        """Something has been put down."""
        self.look_again = True

    async def _carry_next(self) -> bool:
        self.look_again = False
        try:
            more: bool = await workflow.execute_activity_method(
                CourierActivities.carry, self.errand, summary=f"Carry the next to {self.errand.carrier}", **OUTSIDE
            )
        except ActivityError as error:
            return await self._give_up(str(error.cause or error))
        self.carried += more
        return more

    async def _give_up(self, why: str) -> bool:
        """A day of tries was in vain: what could not be carried says so, and the rest goes on."""
        given = GiveUp(errand=self.errand, why=why)
        return await workflow.execute_activity_method(
            CourierActivities.give_up, given, summary="Note what could not be carried", **STORE
        )
