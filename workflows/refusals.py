"""What is refused: a person's act, with an error that a client can read; a signal of no sense, with a line in the log."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio import workflow
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


def pass_over(signal: str, what: str) -> None:
    """Nobody waits for the answer to a signal: one that makes no sense is logged and counted, and changes nothing."""
    workflow.logger.warning("A signal was passed over: %s: %s.", signal, what)
    counter = workflow.metric_meter().create_counter("handover_signals_passed_over", "Signals that made no sense")
    counter.add(1, {"signal": signal})
