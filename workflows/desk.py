"""A case at work: the lock under which it changes, what is still to be written down, and how a change is settled."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.assign import AssignActivities
from activities.case import CaseActivities
from handover import case as story
from handover.casefile import Case, CaseRecord, Holder, LogEntry, Notification, Settle, Settled, Take
from handover.escalation import describe, next_step
from handover.messages import Acted, ConversationStatus
from workflows.attributes import upsert
from workflows.opening import notification, notify
from workflows.options import STORE
from workflows.staff import introduced


class Desk:
    """Where a handover's case lies while it is worked on.

    unsettled: something changed that nobody outside has been told yet. steps: what still runs beside everything else.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.lock = asyncio.Lock()
        self.entries: list[LogEntry] = []
        self.unsettled = False
        self.steps: list[asyncio.Task[None]] = []
        self._people: dict[str, Holder] = {}

    def note(self, kind: str, text: str, actor: str = "handover", **details: object) -> None:
        """A line for the handover log, written with the next settlement."""
        self.entries.append(story.log(self.case, kind, text, actor, workflow.now(), **details))
        self.unsettled = True

    async def person(self, staff_id: str) -> Holder:
        """Who a staff id is; raises Refused where there is nobody of that id."""
        if staff_id not in self._people:
            self._people[staff_id] = await introduced(staff_id)
        return self._people[staff_id]

    async def settle(self, summary: str, speaker: ConversationStatus | None = None) -> Settled:
        """Make what has changed true outside: the fence where the speaker changes, the store, the conversation."""
        entries, self.entries, self.unsettled = self.entries, [], False
        self.case.seq += 1
        if speaker is not None:
            self.case.standing = self.case.standing.model_copy(update={"status": speaker})
        self._look_ahead()
        request = Settle(record=CaseRecord(case=self.case, entries=entries), take=self._take(speaker))
        settled: Settled = await workflow.execute_activity_method(
            CaseActivities.settle, request, summary=summary, **STORE
        )
        self.case.standing = settled.standing
        self._look_ahead()
        self._show()
        return settled

    async def write_down(self) -> None:
        """Settle what nobody outside has been told yet, where there is something."""
        if self.unsettled:
            await self.settle("Write down what happened")

    async def tell(self, staff_id: str, event: str, text: str) -> None:
        """Let a staff member know, beside everything else: a mail server that is down holds up nothing."""
        if workflow.patched("tell-beside"):
            self.beside(self._told(notification(self.case, staff_id, event, text)))
        else:
            await notify(notification(self.case, staff_id, event, text))

    async def tell_both(self, now_with: Holder, before: Holder | None, event: str, text: str) -> None:
        """Let whoever has the case know, and whoever had it before."""
        for staff_id in dict.fromkeys([now_with.staff_id] + ([before.staff_id] if before else [])):
            await self.tell(staff_id, event, text)

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something without anybody waiting for it; the handover ends once it has ended."""
        self.steps = [step for step in self.steps if not step.done()] + [asyncio.create_task(work)]

    async def all_done(self) -> None:
        """Wait for everything that runs beside, and for what that has set off."""
        while running := [step for step in self.steps if not step.done()]:
            await asyncio.gather(*running)

    async def failed(self, name: str, reason: str) -> None:
        """Something failed for good: it is shown on the handover, and whoever answers for the case hears of it."""
        self.note("action_failed", f"{name} failed for good: {reason}", step=name)
        if not workflow.patched("failures-to-managers"):
            return
        managers = await workflow.execute_activity_method(
            AssignActivities.managers_of, self.case.holder_id, summary="Who answers for this case?", **STORE
        )
        for staff_id in managers:
            text = f"{name} failed for good in {self.case.id}: {reason}"
            self.beside(self._told(notification(self.case, staff_id, "problem", text)))

    async def _told(self, message: Notification) -> None:
        try:
            await notify(message)
        except ActivityError as error:
            reason = str(error.cause or error)
            if message.event == "problem":
                self.note("action_failed", f"{message.staff_id} could not be told of a problem: {reason}")
            else:
                await self.failed(f"Telling {message.staff_id}", reason)

    def acted(self, settled: Settled | None = None) -> Acted:
        """The answer to a person's act."""
        case = self.case
        return Acted(
            handover_id=str(case.id),
            status=case.status,
            assignee=case.holder_id,
            since=case.held_since,
            task_id=case.task_id,
            still_leaving=settled is not None and not settled.drained,
        )

    def _take(self, speaker: ConversationStatus | None) -> Take | None:
        if speaker is None:
            return None
        case = self.case
        return Take(
            key=f"{case.id}:{case.seq}",
            conversation_id=case.conversation_id,
            status=speaker,
            handover=None if case.status.ended else case.number,
            assignee=case.holder_id,
        )

    def _look_ahead(self) -> None:
        step = None if self.case.status.ended else next_step(self.case, workflow.now())
        self.case.next_step = "" if self.case.status.ended else describe(self.case, step)
        self.case.next_at = step.at if step else None

    def _show(self) -> None:
        """Say in plain words, in the Temporal UI, where the case stands."""
        workflow.set_current_details(story.in_words_for_operators(self.case))
        upsert(
            {
                "ConversationStatus": self.case.standing.status,
                "HandoverReason": self.case.trigger.reason,
                "HandoverPriority": self.case.priority,
                "AssignedTo": self.case.holder_id or "",
                "BotId": self.case.bot_id,
                "Channel": self.case.channel,
                "ContactId": self.case.contact.id,
            }
        )
