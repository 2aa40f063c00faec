"""What people do with a handover, for the API and the pages alike."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from handover.errors import NotFound, Refused
from handover.ids import HandoverId, TaskId, parse_handover_id, parse_task_id
from handover.messages import Acted, Claim
from web.services import Services


async def on_handover(parts: Services, handover_id: str, act: Callable[[HandoverId], Awaitable[Acted]]) -> Acted:
    """Act on a handover. Raises NotFound where there is none, Refused with who ended it where it is over."""
    try:
        return await act(parse_handover_id(handover_id))
    except NotFound:
        detail = await parts.reads.handover(handover_id)
        if not detail.status.ended:
            raise
        raise _over(f"Handover {handover_id}", detail.status, detail.completed_by, detail.completed_at) from None


async def claim(parts: Services, handover_id: str, staff_id: str) -> Acted:
    """Take a case. Raises as on_handover does; of two people one has it, and the other is told who."""
    act = Claim(staff_id=staff_id)
    return await on_handover(parts, handover_id, lambda one: parts.client.claim(one, act))


async def on_task(parts: Services, task_id: str, act: Callable[[TaskId], Awaitable[Acted]]) -> Acted:
    """Act on a task. Raises NotFound where there is none, Refused with who completed it where it is done."""
    task = await parts.reads.task(task_id)
    if task.status != "open":
        raise _over(f"Task {task_id}", task.status, task.completed_by, task.completed_at)
    return await on_handover(parts, task.handover_id, lambda _: act(parse_task_id(task_id)))


async def name_of(parts: Services, staff_id: str | None) -> str:
    """What a colleague is called; empty for nobody."""
    if staff_id is None:
        return ""
    try:
        return (await parts.team.staff(staff_id)).name
    except NotFound:
        return staff_id


def _over(what: str, status: str, by: str | None, at: datetime | None) -> Refused:
    """Somebody was faster: who, and when."""
    return Refused(f"already_{status}", f"{what} was already {status}{f' by {by}' if by else ''}.", by, at)
