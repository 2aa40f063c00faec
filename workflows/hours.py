"""When the team is there, looked up anew before what is known of it runs out."""

from datetime import datetime

from temporalio import workflow

from activities.case import CaseActivities
from handover.casefile import Case
from handover.escalation import counts_since
from handover.hours import Calendar, reaches
from handover.policy import hours_request
from workflows.options import STORE


async def look_ahead(case: Case, at: datetime) -> None:
    """Have the case know the openings behind `at`; a team that is there around the clock has none."""
    if not reaches(case.calendar, at, case.policy.needed_ahead):
        case.calendar = await look_up(case, at)


async def look_up(case: Case, at: datetime) -> Calendar:
    """The openings from where the case's lengths of time began until well behind `at`, and whether anybody is available."""
    request = hours_request(case.policy, case.bot_id, counts_since(case, workflow.now()), at)
    return await workflow.execute_activity_method(
        CaseActivities.look_up_hours, request, summary="When is the team there?", **STORE
    )
