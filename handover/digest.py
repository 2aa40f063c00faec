"""What waits for somebody outside the inbox, and what a digest's workflow and its activities tell each other."""

from typing import NamedTuple

from pydantic import AwareDatetime

from handover.casefile import Notification
from handover.messages import Payload
from handover.staff import NotifyChannel


class Digest(Payload):
    """One person's notifications by one channel, which leave together when their time has come."""

    staff_id: str
    channel: NotifyChannel

    @property
    def workflow_id(self) -> str:
        """The digest's id in Temporal: one for each person and channel."""
        return f"digest/{self.channel}/{self.staff_id}"


class SendDue(Payload):
    """Send what is to leave by `at`."""

    digest: Digest
    at: AwareDatetime


class NextDue(Payload):
    """When the next leaves; None where nothing waits any more."""

    at: AwareDatetime | None = None


class Unsent(Payload):
    """What was to leave by `at` could not be sent in a day, and why."""

    digest: Digest
    at: AwareDatetime
    why: str


class Waiting(NamedTuple):
    """A notification that waits for a channel until its time."""

    row: int
    notification: Notification
    until: AwareDatetime
