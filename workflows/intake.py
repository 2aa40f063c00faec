"""What other programs send straight to Temporal: whatever is not what a handler takes in never reaches it.

The SDK drops a signal that it can't decode. What it decodes without looking at the type (bytes, `null`, one argument too
many) it hands over as it is; a handler that trips over it would do so again at each try, and the run would stand still.

What starts a run is worse: it can't be passed over. A run whose start can't be used ends, so that the next one can begin.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, get_type_hints

from pydantic import ValidationError
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from handover.conversation import ConversationInput
from handover.wording import plain, shortened
from workflows.refusals import pass_over


@dataclass(frozen=True)
class Unread:
    """A start that could not be decoded, and why."""

    why: str


class StartReader(PydanticPayloadConverter):
    """Decodes as everywhere, but what can't be decoded as the start of a run reaches it as Unread."""

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        if type_hints != [ConversationInput]:
            return super().from_payloads(payloads, type_hints)
        try:
            return super().from_payloads(payloads, type_hints)
        except Exception as error:
            return [Unread(_in_words(error))]


def begun_with_care(init: Callable[..., None]) -> Callable[..., None]:
    """For a workflow's `__init__`: where its start is not what it takes, the run ends with an ApplicationError.

    A run that goes on with what the one before it has handed on does not end: a worker that can read it will come.
    """

    @wraps(init)
    def begin(self: Any, *args: Any) -> None:
        if fits(init, args):
            return init(self, *args)
        why = _what_came(args)
        if workflow.info().continued_run_id:
            raise RuntimeError(f"What the run before has handed on can't be read: {why}")
        raise unusable(why)

    return begin


def unusable(why: str) -> ApplicationError:
    """The failure of a run that can't begin."""
    text = f"The conversation could not begin: {why}. It takes one JSON object; docs/backends.md has its fields."
    lost = "Nothing was changed, and no message was taken in: start it again, with the message."
    return ApplicationError(f"{text} {lost}", type="invalid_request", non_retryable=True)


def _what_came(args: Sequence[Any]) -> str:
    if len(args) != 1:
        return f"{len(args) or 'no'} arguments came instead of one"
    return args[0].why if isinstance(args[0], Unread) else "what came is no JSON object"


def _in_words(error: Exception) -> str:
    """What can't be read, without what was given: that may be anybody's."""
    if not isinstance(error, ValidationError):
        return shortened(plain(str(error)), 200)
    wrong = error.errors(include_url=False, include_context=False, include_input=False)[:3]
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}".removeprefix(": ") for one in wrong)


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
