"""What the core refuses, as an error that ends an activity for good and that a client can read."""

from temporalio.exceptions import ApplicationError

from handover.errors import HandoverError, Refused


def refusal(error: HandoverError) -> ApplicationError:
    """An ApplicationError of the same code, with the holder and since when."""
    holder, since = (error.holder, error.since) if isinstance(error, Refused) else (None, None)
    when = since.isoformat() if since else None
    return ApplicationError(str(error), holder, when, type=error.code, non_retryable=True)
