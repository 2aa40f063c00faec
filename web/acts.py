"""What people do with a handover, for the API and the pages alike."""

from collections.abc import Awaitable, Callable

from handover.errors import NotFound, Refused
from handover.ids import HandoverId, TaskId, parse_handover_id, parse_task_id
from handover.messages import Acted
from web.services import Services


async def on_handover(parts: Services, handover_id: str, act: Callable[[HandoverId], Awaitable[Acted]]) -> Acted:
    """Act on a handover. Raises NotFound where there is none, Refused with who ended it where it is over."""
    try:
        return await act(parse_handover_id(handover_id))
    except NotFound:
        detail = await parts.reads.handover(handover_id)
        if not detail.status.ended:
            raise
        by = f" by {detail.completed_by}" if detail.completed_by else ""
        text = f"Handover {handover_id} was already {detail.status}{by}."
        raise Refused(f"already_{detail.status}", text, detail.completed_by, detail.completed_at) from None


async def on_task(parts: Services, task_id: str, act: Callable[[TaskId], Awaitable[Acted]]) -> Acted:
    """Act on a task. Raises NotFound where there is none, Refused with who completed it where it is done."""
    task = await parts.reads.task(task_id)
    if task.status != "open":
        by = f" by {task.completed_by}" if task.completed_by else ""
        text = f"Task {task_id} was already {task.status}{by}."
        raise Refused(f"already_{task.status}", text, task.completed_by, task.completed_at)
    return await on_handover(parts, task.handover_id, lambda _: act(parse_task_id(task_id)))
