"""What waits for a system outside, carried there one thing after the other, however long that system is away."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.courier import CourierActivities
from activities.refusal import NOT_CARRIED
from handover.outside import Errand, GiveUp, Setback
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
            return await self._give_up(setback_of(error))
        self.carried += more
        return more

    async def _give_up(self, setback: Setback) -> bool:
        """A day of tries was in vain: what could not be carried says so, and the rest goes on."""
        given = GiveUp(errand=self.errand, item=setback.item, why=setback.why)
        return await workflow.execute_activity_method(
            CourierActivities.give_up, given, summary="Note what could not be carried", **STORE
        )


def setback_of(error: ActivityError) -> Setback:
    """What a try of a carrier has ended with."""
    cause = error.cause
    if isinstance(cause, ApplicationError):
        given = cause.details[0] if cause.type == NOT_CARRIED else {"why": cause.message}
        return Setback.model_validate(given)
    return Setback(why=str(cause or error))
