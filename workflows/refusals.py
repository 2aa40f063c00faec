"""What is refused: a person's act, with an error that a client can read; a signal of no sense, with a line in the log."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.refusal import refusal
from handover.errors import HandoverError


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the core refuses, here or in an activity, into an ApplicationError of the same code."""
    try:
        yield
    except HandoverError as error:
        raise refusal(error) from error
    except ActivityError as error:
        if isinstance(error.cause, ApplicationError) and error.cause.non_retryable:
            raise error.cause from error
        raise


def pass_over(signal: str, what: str) -> None:
    """Nobody waits for the answer to a signal: one that makes no sense is logged and counted, and changes nothing."""
    workflow.logger.warning("A signal was passed over: %s: %s.", signal, what)
    counter = workflow.metric_meter().create_counter("handover_signals_passed_over", "Signals that made no sense")
    counter.add(1, {"signal": signal})
