"""What happens by the calendar: schedules in Temporal, made sure of whenever a worker starts."""

from dataclasses import replace
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from handover.errors import Unavailable
from handover.ids import TASK_QUEUE
from handover.review import ReviewInput
from workflows.review import ReviewWorkflow

WEEKLY_REVIEW = "weekly-review"

CATCH_UP = timedelta(days=6)
"""How late a review may still be sent after everything was down on Monday morning: until the next one is near."""

# With end and step, as the server gives them back: a schedule that is right already is recognised by comparing.
_MONDAY_AT_8 = ScheduleCalendarSpec(day_of_week=(ScheduleRange(1, 1, 1),), hour=(ScheduleRange(8, 8, 1),))


async def ensure_weekly_review(temporal: Client, time_zone: str) -> None:
    """Have the review sent every Monday at 08:00 in this time zone.

    Any number of workers may do so at once and again. One that is there is brought up to date; that somebody has paused it
    stays. Raises Unavailable where the server does not let us.
    """
    wanted = _weekly_review(time_zone)
    try:
        await _ensure(temporal, wanted)
    except RPCError as error:
        raise Unavailable(f"The schedule {WEEKLY_REVIEW} could not be set up: {error.message}") from error


async def _ensure(temporal: Client, wanted: Schedule) -> None:
    try:
        await temporal.create_schedule(WEEKLY_REVIEW, wanted)
    except ScheduleAlreadyRunningError:
        await temporal.get_schedule_handle(WEEKLY_REVIEW).update(lambda found: _update(found, wanted))


def _update(found: ScheduleUpdateInput, wanted: Schedule) -> ScheduleUpdate | None:
    """None where nothing has changed. The action follows from the rest: its one argument is the time zone."""
    current = found.description.schedule
    if (current.spec, current.policy) == (wanted.spec, wanted.policy):
        return None
    return ScheduleUpdate(replace(wanted, state=current.state))


def _weekly_review(time_zone: str) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            ReviewWorkflow.run,
            ReviewInput(time_zone=time_zone),
            id=WEEKLY_REVIEW,
            task_queue=TASK_QUEUE,
            static_summary="The review of the week that has ended, to the managers",
        ),
        spec=ScheduleSpec(calendars=[_MONDAY_AT_8], time_zone_name=time_zone),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )
