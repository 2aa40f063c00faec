"""One wait for a change or a time, with a summary that operators can read."""

from collections.abc import Callable
from datetime import datetime

from temporalio import workflow


async def change_or_time(changed: Callable[[], bool], at: datetime | None, summary: str) -> bool:
    """Wait until `changed` or, where there is one, the time `at`. True where the time has come first."""
    if at is None:
        await workflow.wait_condition(changed)
        return False
    left = at - workflow.now()
    if left.total_seconds() <= 0:
        return not changed()
    try:
        await workflow.wait_condition(changed, timeout=left, timeout_summary=summary)
    except TimeoutError:
        return True
    return False
