"""The follow-up task of a case, as its list shows it."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handover.casefile import Case, TaskState
from store.events import emit
from store.tables import TaskRow
from store.writing import upsert, values_of


async def write_task(session: AsyncSession, case: Case, at: datetime) -> None:
    """Write the task as the case has it, and tell of it where its status or its holder is new."""
    if case.task is None:
        return
    values = _values(case, case.task)
    before = await session.get(TaskRow, (case.conversation_id, case.number, case.task.number))
    changed = before is None or (before.status, before.assignee) != (values["status"], values["assignee"])
    await upsert(session, TaskRow, values)
    if changed:
        _tell(session, case, case.task, at)


async def describe_task(session: AsyncSession, case: Case, description: str, at: datetime) -> None:
    """Put the task on its list. One that is there may be newer than the case: only its description is set."""
    if case.task is None:
        return
    before = await session.get(TaskRow, (case.conversation_id, case.number, case.task.number))
    if before is not None and before.description == description:
        return
    values = _values(case, case.task)
    await upsert(session, TaskRow, {**values, "description": description}, keep=values.keys())
    _tell(session, case, case.task, at)


def _values(case: Case, task: TaskState) -> dict[str, Any]:
    return {
        "conversation_id": case.conversation_id,
        "handover_number": case.number,
        "assignee": case.holder_id,
        **values_of(task, TaskRow),
    }


def _tell(session: AsyncSession, case: Case, task: TaskState, at: datetime) -> None:
    emit(session, case.conversation_id, "task", at, {"task_id": case.task_id, "status": task.status})
