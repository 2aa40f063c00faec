"""Refusals on their way through Temporal: from the pure core's error to one that a client can read."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.exceptions import ApplicationError

from handover.errors import HandoverError, Refused


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the core refuses into an ApplicationError of the same code, with the holder and since when."""
    try:
        yield
    except HandoverError as error:
        holder, since = (error.holder, error.since) if isinstance(error, Refused) else (None, None)
        when = since.isoformat() if since else None
        raise ApplicationError(str(error), holder, when, type=error.code, non_retryable=True) from error
