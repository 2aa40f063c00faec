"""What other programs send straight to Temporal: whatever is not what a handler takes in never reaches it.

The SDK drops a signal that it can't decode. What it decodes without looking at the type (bytes, `null`, one argument too
many) it hands over as it is; a handler that trips over it would do so again at each try, and the run would stand still.
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, get_type_hints

from temporalio import workflow
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from workflows.refusals import pass_over


class Intake(Interceptor):
    """Looks at what comes for workflows before they do."""

    def workflow_interceptor_class(self, worker: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _Door


class _Door(WorkflowInboundInterceptor):
    async def handle_signal(self, arrived: HandleSignalInput) -> None:
        if not fits(_handler(arrived.signal), arrived.args):
            return pass_over(arrived.signal, "not what it takes")
        return await super().handle_signal(arrived)

    def handle_update_validator(self, arrived: HandleUpdateInput) -> None:
        _check(arrived)
        super().handle_update_validator(arrived)

    async def handle_update_handler(self, arrived: HandleUpdateInput) -> Any:
        _check(arrived)
        return await super().handle_update_handler(arrived)


def fits(handler: Callable[..., Any], args: Sequence[Any]) -> bool:
    """Whether these are arguments of a workflow's handler, by number and type."""
    try:
        given = inspect.signature(handler).bind(None, *args).arguments
    except TypeError:
        return False
    kinds = get_type_hints(handler)
    return all(isinstance(value, kinds[name]) for name, value in given.items() if name in kinds)


def _handler(name: str) -> Callable[..., Any]:
    """A handler is a method of the signal's or update's own name."""
    handler: Callable[..., Any] = getattr(type(workflow.instance()), name)
    return handler


def _check(arrived: HandleUpdateInput) -> None:
    if not fits(_handler(arrived.update), arrived.args):
        text = f"{arrived.update} takes one JSON object; docs/backends.md has its fields. Nothing was changed."
        raise ApplicationError(text, type="invalid_request", non_retryable=True)
