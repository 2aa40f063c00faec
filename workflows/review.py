"""The review of the week that has ended, sent to the managers; begun by the schedule `weekly-review`."""

import asyncio
from datetime import datetime

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ActivityError, ApplicationError

from activities.review import ReviewActivities
from handover.review import Letter, ReviewInput, ReviewRequest
from workflows.opening import notify
from workflows.options import STORE

_NOMINAL_TIME = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")


@workflow.defn(name="ReviewWorkflow")
class ReviewWorkflow:
    """Writes the review, then tells each manager; the same week again tells nobody twice."""

    @workflow.run
    async def run(self, start: ReviewInput) -> str:
        letter = await self._write(start)
        untold = await self._tell(letter)
        if untold:
            raise ApplicationError(f"The review of {letter.week} did not reach {', '.join(untold)}", type="untold")
        return f"The review of {letter.week} went to {', '.join(letter.to) or 'nobody: there is no manager'}"

    async def _write(self, start: ReviewInput) -> Letter:
        request = ReviewRequest(at=_nominal_time(), time_zone=start.time_zone)
        return await workflow.execute_activity_method(
            ReviewActivities.write_review, request, summary="Review the week that has ended", **STORE
        )

    async def _tell(self, letter: Letter) -> list[str]:
        """Side by side, so that one who cannot be reached holds up nobody. Returns those who could not."""
        reached = await asyncio.gather(*(_reached(letter, staff_id) for staff_id in letter.to))
        return [staff_id for staff_id, was_reached in zip(letter.to, reached, strict=True) if not was_reached]


async def _reached(letter: Letter, staff_id: str) -> bool:
    try:
        await notify(letter.notification(staff_id))
    except ActivityError:
        return False
    return True


def _nominal_time() -> datetime:
    """When the schedule meant this run to begin.

    Not when it did: after an outage Monday's run may begin on another day, even in the next week, and still is about the
    week before that Monday. A run that no schedule began is about the week before its own beginning.
    """
    info = workflow.info()
    return info.typed_search_attributes.get(_NOMINAL_TIME) or info.start_time
