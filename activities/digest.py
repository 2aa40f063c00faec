"""What was held for staff, sent when its time has come."""

from temporalio import activity

from activities.refusal import outside_answers
from handover.casefile import Notification
from handover.digest import NextDue, SendDue, Unsent
from handover.ports import Digester


class DigestActivities:
    def __init__(self, digester: Digester) -> None:
        self._digester = digester

    @activity.defn
    async def send_due(self, due: SendDue) -> NextDue:
        """Send what is to leave by now, in one letter, and say when the next leaves."""
        with outside_answers():
            return NextDue(at=await self._digester.send_due(due.digest, due.at))

    @activity.defn
    async def give_up_due(self, unsent: Unsent) -> list[Notification]:
        """Note what could not be sent, and say what managers should hear of it."""
        return await self._digester.give_up(unsent.digest, unsent.at, unsent.why)
