"""What several channels that fail mean together: never, later, or not before a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.digest import DigestActivities
from activities.notify import NotifyActivities
from handover.digest import Digest, SendDue
from handover.errors import TryAgain, Undeliverable
from handover.staff import Staff
from integrations.notifier import NeverTold, NotTold
from tests.unit.test_notifier import ADDRESSES, Office, Vendor, notification

NEVER = Undeliverable("knows nobody")
LATER, DOWN = TryAgain("not now"), ConnectionError("down")
IN_30, IN_60 = (TryAgain("too many", timedelta(seconds=seconds)) for seconds in (30, 60))


class Fails(Vendor):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    async def send(self, address: str, letter: Any) -> None:
        raise self.error


def office(*errors: Exception) -> Office:
    """One whose first channels fail with these."""
    channels = ["slack", "email", "sms"][: len(errors)]
    person = Staff.model_validate(
        {"id": "sarah", "name": "Sarah", "notify": {"task_assigned": channels}, "addresses": ADDRESSES}
    )
    found = Office(person)
    found.vendors.update({channel: Fails(error) for channel, error in zip(channels, errors, strict=True)})
    return found


@pytest.mark.parametrize("errors", [(NEVER,), (NEVER, NEVER)])
async def test_what_no_channel_will_ever_take_is_not_tried_again(errors: tuple[Exception, ...]) -> None:
    with pytest.raises(NeverTold, match=r"^Sarah could not be told by slack \(knows nobody\)"):
        await office(*errors).tell()
    with pytest.raises(ApplicationError, match="knows nobody") as failed:
        await NotifyActivities(office(*errors).notifier).notify(notification("task_assigned"))
    assert failed.value.non_retryable


@pytest.mark.parametrize(
    ("errors", "seconds"),
    [
        ((IN_30,), 30),
        ((IN_60, IN_30), 30),
        ((IN_60, NEVER), 60),
        ((IN_30, DOWN), None),
        ((IN_30, LATER), None),
        ((NEVER, DOWN), None),
        ((LATER,), None),
    ],
    ids=str,
)
async def test_one_that_may_take_it_is_asked_again_and_not_too_early(
    errors: tuple[Exception, ...], seconds: int | None
) -> None:
    after = timedelta(seconds=seconds) if seconds else None
    with pytest.raises(NotTold) as not_told:
        await office(*errors).tell()
    with pytest.raises(ApplicationError) as failed:
        await NotifyActivities(office(*errors).notifier).notify(notification("task_assigned"))
    assert (not_told.value.after, failed.value.next_retry_delay) == (after, after)
    assert not failed.value.non_retryable


@pytest.mark.parametrize(("error", "never", "after"), [(NEVER, True, None), (IN_30, False, timedelta(seconds=30))])
async def test_what_has_gathered_is_told_by_the_same_rules(
    error: Exception, never: bool, after: timedelta | None
) -> None:
    class Digester:
        async def send_due(self, digest: Digest, at: Any) -> None:
            raise error

    digester: Any = Digester()
    due = SendDue(digest=Digest(staff_id="sarah", channel="slack"), at=datetime.now(UTC))
    with pytest.raises(ApplicationError) as failed:
        await DigestActivities(digester).send_due(due)
    assert (failed.value.non_retryable, failed.value.next_retry_delay) == (never, after)
