"""What somebody is told later: through their quiet hours, or because a letter to them has just left."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.digest import DigestActivities
from handover.casefile import Notification
from handover.digest import Digest, NextDue, SendDue, Unsent
from workflows.opening import notify
from workflows.options import OUTSIDE, STORE


@workflow.defn(name="DigestWorkflow")
class DigestWorkflow:
    """One for each person and channel, so that a mail server that is away holds up no text message.

    What waits is in the store; this one knows the time. It ends when nothing waits. Who holds something new starts it, or
    tells it to look again.
    """

    @workflow.init
    def __init__(self, digest: Digest) -> None:
        self.digest = digest
        self.look_again = False
        self.telling: list[asyncio.Task[None]] = []

    @workflow.run
    async def run(self, digest: Digest) -> str:
        while (due := await self._send_due()).at is not None or self.look_again:
            if due.at is not None:
                await self._wait_until(due.at)
            if workflow.info().is_continue_as_new_suggested():
                await asyncio.gather(*self.telling)
                workflow.continue_as_new(digest)
        await asyncio.gather(*self.telling)
        return "Nothing waits any more"

    @workflow.signal
    def look(self) -> None:
        """Something is held."""
        self.look_again = True

    async def _wait_until(self, at: datetime) -> None:
        left = max(at - workflow.now(), timedelta(0))
        summary = f"What waits for {self.digest.staff_id} leaves by {self.digest.channel}"
        try:
            await workflow.wait_condition(lambda: self.look_again, timeout=left, timeout_summary=summary)
        except TimeoutError:
            return

    async def _send_due(self) -> NextDue:
        self.look_again = False
        now = workflow.now()
        due = SendDue(digest=self.digest, at=now)
        try:
            return await workflow.execute_activity_method(
                DigestActivities.send_due, due, summary=f"Tell {self.digest.staff_id} what has gathered", **OUTSIDE
            )
        except ActivityError as error:
            await self._give_up(now, str(error.cause or error))
            return NextDue(at=now)  # look at once for what has come meanwhile

    async def _give_up(self, at: datetime, why: str) -> None:
        """A day of tries was in vain: what could not be sent waits no longer, and managers hear of it beside."""
        unsent = Unsent(digest=self.digest, at=at, why=why)
        problems = await workflow.execute_activity_method(
            DigestActivities.give_up_due, unsent, summary="Note what could not be sent", **STORE
        )
        self.telling = [one for one in self.telling if not one.done()]
        self.telling += [asyncio.create_task(_tell(problem)) for problem in problems]


async def _tell(problem: Notification) -> None:
    try:
        await notify(problem)
    except ActivityError:
        workflow.logger.warning("%s could not be told of a problem.", problem.staff_id)
