"""Handovers that are lived through in a store, by the transitions that their workflows use."""

from datetime import datetime, timedelta
from typing import Any

from handover import case as story
from handover.casefile import Case, Holder, LogEntry
from handover.lifecycle import Event
from handover.messages import CompleteTask, Outcome
from store import Store
from tests.unit.store_world import START, case_of, open_one, save, trigger


class Handover:
    """A handover that is due 24 hours after its opening. Every hour is counted from there."""

    def __init__(self, store: Store, case: Case) -> None:
        self._store, self._case = store, case

    @classmethod
    async def opened(
        cls,
        store: Store,
        name: str,
        *,
        at: datetime = START,
        holder: str | None = "ann",
        reason: str = "human_requested",
        request: str = "A refund",
        bot_id: str = "support",
        has_task: bool = True,
        channel: str = "web",
    ) -> "Handover":
        opened = await open_one(store, name, at=at, reason=reason, request=request, bot_id=bot_id, channel=channel)
        why = trigger(reason=reason).model_copy(update={"request": request})
        case = case_of(opened, name, opened_at=at, holder=holder, trigger=why, channel=channel)
        if has_task:
            story.new_task(case, at, due=at + case.policy.due)
        else:
            case.policy = case.policy.model_copy(update={"task_title": None})
        made = cls(store, case)
        await made._save()
        return made

    async def answered(self, hours: float) -> "Handover":
        """Whoever has it writes to the contact."""
        story.taken(self._case, Event.replied, self._holder(), self._at(hours))
        story.answered(self._case, 1, self._at(hours))
        return await self._save()

    async def completed(self, hours: float, outcome: str = "closed", **said_so: Any) -> "Handover":
        """The task, or the handover without one, is completed; where the case goes on, its next task is put on the list."""
        act = CompleteTask(staff_id=self._holder().staff_id, outcome=Outcome(outcome), **said_so)
        story.complete(self._case, act, self._at(hours))
        done = story.log(self._case, "task_completed", "Task completed", act.staff_id, self._at(hours))
        await self._save(done)
        if not self._case.status.ended:
            story.next_task(self._case, self._at(hours))
        return await self._save()

    async def cancelled(self, hours: float) -> "Handover":
        story.cancelled(self._case, "contact", self._at(hours))
        return await self._save()

    async def reopened(self, hours: float) -> "Handover":
        """A manager takes it up again, with a new task."""
        story.reopened(self._case, self._at(hours))
        story.next_task(self._case, self._at(hours))
        return await self._save()

    async def overdue(self, hours: float = 24) -> "Handover":
        """The due time passes, and the workflow notes it."""
        self._case.due_passed_at = self._at(hours)
        return await self._save()

    def _at(self, hours: float) -> datetime:
        return self._case.opened_at + timedelta(hours=hours)

    def _holder(self) -> Holder:
        return self._case.holder or Holder(staff_id="ann", name="Ann")

    async def _save(self, *entries: LogEntry) -> "Handover":
        self._case.seq += 1
        await save(self._store, self._case.model_copy(deep=True), *entries)
        return self
