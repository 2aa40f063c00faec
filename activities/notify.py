"""Staff who should hear of something."""

from temporalio import activity

from activities.refusal import outside_answers
from handover.casefile import Notification
from handover.ports import Notifier


class NotifyActivities:
    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    @activity.defn
    async def notify(self, notification: Notification) -> None:
        """Tell a staff member by the channels that they chose; repeated, they are told once. Of a test they are not."""
        if notification.is_test:
            return
        with outside_answers():
            await self._notifier.notify(notification)
