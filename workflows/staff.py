"""Who a staff id is, asked of the store."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.case import CaseActivities
from handover.casefile import Holder
from handover.errors import Refused
from workflows.options import STORE


async def introduced(staff_id: str) -> Holder:
    """Who a staff id is; raises Refused where there is nobody of that id."""
    try:
        return await workflow.execute_activity_method(
            CaseActivities.introduce, staff_id, summary=f"Who is {staff_id}?", **STORE
        )
    except ActivityError as error:
        if isinstance(error.cause, ApplicationError) and error.cause.type == "not_found":
            raise Refused("unknown_staff", error.cause.message) from error
        raise
