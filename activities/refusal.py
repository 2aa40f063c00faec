"""What the core, or a system outside, refuses: as an error that a workflow and a client can read."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.exceptions import ApplicationError

from handover.errors import HandoverError, NotCarried, TryAgain, Undeliverable
from handover.outside import Setback

NOT_CARRIED = "not_carried"
"""The type of an ApplicationError whose only detail is a Setback."""


def refusal(error: HandoverError) -> ApplicationError:
    """An ApplicationError of the same code, with the holder and since when."""
    since = error.since.isoformat() if error.since else None
    return ApplicationError(str(error), error.holder, since, type=error.code, non_retryable=True)


@contextmanager
def outside_answers() -> Iterator[None]:
    """What a system outside answers, as an ApplicationError: never, or not before a time that it has named. The text stands
    as it is."""
    try:
        yield
    except Undeliverable as error:
        raise ApplicationError(str(error), non_retryable=True) from error
    except TryAgain as error:
        raise ApplicationError(str(error), next_retry_delay=error.after) from error


def not_carried(error: NotCarried) -> ApplicationError:
    """What could not be carried, and to whom, for a courier that decides when it is tried again."""
    after = error.after.total_seconds() if error.after is not None else None
    setback = Setback(why=str(error), item=error.item, to=error.to, after_seconds=after)
    return ApplicationError(str(error), setback, type=NOT_CARRIED)
