"""What the core refuses, as an error that ends an activity for good and that a client can read."""

from temporalio.exceptions import ApplicationError

from handover.errors import HandoverError


def refusal(error: HandoverError) -> ApplicationError:
    """An ApplicationError of the same code, with the holder and since when."""
    since = error.since.isoformat() if error.since else None
    return ApplicationError(str(error), error.holder, since, type=error.code, non_retryable=True)
