"""Staff who should hear of something."""

from temporalio import activity

from activities.refusal import outside_said
from handover.casefile import Notification
from handover.errors import TryAgain, Undeliverable
from handover.ports import Notifier


class NotifyActivities:
    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    @activity.defn
    async def notify(self, notification: Notification) -> None:
        """Tell a staff member by the channels that they chose; repeated, they are told once. Of a test they are not."""
        if notification.is_test:
            return
        try:
            await self._notifier.notify(notification)
        except (TryAgain, Undeliverable) as error:
            raise outside_said(error) from error
