"""What waits for a system outside, carried there one thing after the other, however long that system is away."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from activities.courier import CourierActivities
from activities.refusal import NOT_CARRIED
from handover.outside import GiveUp, Setback
from handover.patience import Journey, Pause, details, in_trouble, is_given_up, pause_after, summary
from workflows.deadline import change_or_time
from workflows.options import ONE_TRY, STORE


@workflow.defn(name="CourierWorkflow")
class CourierWorkflow:
    """One for each carrier and conversation, so that what belongs together arrives in its order and nothing else waits for it.

    It ends when nothing waits. Who puts down something new starts it, or tells it to look again.
    """

    @workflow.init
    def __init__(self, journey: Journey) -> None:
        self.errand = journey.errand
        self.carried = journey.carried
        self.trouble = journey.trouble
        self.look_again = False

    @workflow.run
    async def run(self, journey: Journey) -> str:
        while await self._carry_next() or self.look_again:
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(Journey(errand=self.errand, carried=self.carried, trouble=self.trouble))
        return f"Carried {self.carried}"

    @workflow.signal
    def look(self) -> None:
        """Something has been put down, or somebody wants what waits to be tried now."""
        self.look_again = True

    async def _carry_next(self) -> bool:
        """Try once. False where nothing waits, or nothing else can be carried."""
        self.look_again = False
        try:
            more: bool = await workflow.execute_activity_method(
                CourierActivities.carry, self.errand, summary=f"Carry the next to {self.errand.carrier}", **ONE_TRY
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            return await self._set_back(setback_of(error))
        self.trouble = None
        self.carried += more
        return more

    async def _set_back(self, setback: Setback) -> bool:
        """Wait for the next try; after a day of them, what could not be carried says so, and the rest goes on."""
        now = workflow.now()
        trouble = in_trouble(self.trouble, setback, now)
        if is_given_up(trouble, setback, now):
            self.trouble = None
            return await self._give_up(setback)
        self.trouble = trouble
        pause = pause_after(trouble, setback, now)
        workflow.set_current_details(details(self.errand, trouble, setback, pause))
        await self._wait(pause, summary(self.errand, setback))
        workflow.set_current_details("")
        return True

    async def _wait(self, pause: Pause, words: str) -> None:
        """Whoever asks for another try is heard, but only once those who are to take it may be asked again."""
        await change_or_time(lambda: False, pause.not_before, words)
        await change_or_time(lambda: self.look_again, pause.until, words)

    async def _give_up(self, setback: Setback) -> bool:
        given = GiveUp(errand=self.errand, item=setback.item, why=setback.why)
        return await workflow.execute_activity_method(
            CourierActivities.give_up, given, summary=f"Give up: {setback.item}", **STORE
        )


def setback_of(error: ActivityError) -> Setback:
    """What a try of a carrier has ended with."""
    cause = error.cause
    if isinstance(cause, ApplicationError):
        given = cause.details[0] if cause.type == NOT_CARRIED else {"why": cause.message}
        return Setback.model_validate(given)
    return Setback(why=str(cause or error))
