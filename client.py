"""Talk to the workflows from Python: post a message, press the button, claim, reply, complete; with typed errors.

client = await HandoverClient.connect()
await client.post("web-42", PostedMessage(message_id="1", text="I want to talk to a human"))
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio.api.enums.v1 import IndexedValueType, TaskQueueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, GetSystemInfoRequest
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from handover.casefile import ContactWrote, Join, Report
from handover.conversation import ConversationInput
from handover.digest import Digest
from handover.errors import NotFound, Refused, Unavailable
from handover.ids import SEARCH_ATTRIBUTES, TASK_QUEUE, HandoverId, TaskId, conversation_workflow_id
from handover.messages import (
    Acted,
    ByStaff,
    Cancel,
    Claim,
    CompleteTask,
    Contact,
    HandBack,
    Note,
    Opened,
    PostedMessage,
    Reassign,
    Reopen,
    Reply,
    RequestHuman,
    Snooze,
    TaskCompleted,
)
from handover.outside import Errand
from handover.patience import Journey
from handover.views import ConversationView
from workflows.conversation import ConversationWorkflow
from workflows.courier import CourierWorkflow
from workflows.digest import DigestWorkflow
from workflows.handover import HandoverWorkflow

POLL_SECONDS = 75.0
"""A worker asks for work at least this often: the server ends a poll after 60 s."""

PATIENCE_SECONDS = 15.0
"""How long a person's act is waited for; it goes on even when the caller gives up."""

_TOO_LATE = "No answer came in time. What was asked is not lost: look again in a moment."

Result = TypeVar("Result")


async def connect(**changes: Any) -> Client:
    """A connection to Temporal by the `TEMPORAL_*` variables and profiles. Raises Unavailable."""
    config: dict[str, Any] = {**ClientConfig.load_client_connect_config(), **changes}
    config.setdefault("target_host", "127.0.0.1:7233")
    try:
        return await Client.connect(**config, data_converter=pydantic_data_converter)
    except RuntimeError as error:
        raise Unavailable(f"Temporal at {config['target_host']} does not answer.") from error


async def register_search_attributes(temporal: Client) -> None:
    """Make the search attributes known to the server: a run that sets an unknown one is stuck. Safe to repeat.

    Raises Unavailable where the server does not let us.
    """
    namespace = temporal.namespace
    for name in SEARCH_ATTRIBUTES:
        keyword = {name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD}
        request = AddSearchAttributesRequest(namespace=namespace, search_attributes=keyword)
        try:
            await temporal.operator_service.add_search_attributes(request)
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                text = f"Register the search attribute {name} (Keyword) in namespace {namespace}"
                raise Unavailable(f"{text}; the server does not let us: {error.message}") from error


class HandoverClient:
    """Conversations and handovers, as backends and people use them.

    `key` is the caller's idempotency key: within one run the same key is answered once. Raises NotFound for what does not
    exist, Refused with the holder where somebody was faster, and Unavailable where Temporal could not be reached in time,
    within so many seconds of `patience`.
    """

    def __init__(self, temporal: Client, patience: float = PATIENCE_SECONDS) -> None:
        self._temporal = temporal
        self._patience = patience

    @classmethod
    async def connect(cls) -> "HandoverClient":
        return cls(await connect())

    async def post(
        self,
        conversation_id: str,
        message: PostedMessage,
        *,
        bot_id: str | None = None,
        channel: str = "web",
        contact: Contact | None = None,
    ) -> None:
        """The contact wrote: signal the conversation, starting it where it does not run. What is said of the contact goes
        with the message as well: one that runs has begun with what was known then."""
        message = message.model_copy(update={"contact": contact or message.contact})
        start = ConversationInput(conversation_id=conversation_id, bot_id=bot_id, channel=channel, contact=contact)
        await _within(
            self._temporal.start_workflow(
                ConversationWorkflow.run,
                start,
                id=conversation_workflow_id(conversation_id),
                task_queue=TASK_QUEUE,
                start_signal="post_message",
                start_signal_args=[message],
                static_summary=_summary(start),
            ),
            self._patience,
        )

    async def request_human(
        self,
        conversation_id: str,
        request: RequestHuman,
        *,
        start: ConversationInput | None = None,
        key: str | None = None,
    ) -> Opened:
        """The button. `start` says whose conversation it is where it has not begun yet."""
        return await self._update_conversation(conversation_id, ConversationWorkflow.request_human, request, start, key)

    async def wake(self, errand: Errand) -> None:
        """Something waits to be carried outside. Raises Unavailable."""
        await _within(WorkflowSignals(self._temporal).wake(errand), self._patience)

    async def take_over(
        self, conversation_id: str, act: ByStaff, *, start: ConversationInput | None = None, key: str | None = None
    ) -> Opened:
        """A person steps in without a trigger. Refused where a handover is open: claim that one. `start` as above."""
        return await self._update_conversation(conversation_id, ConversationWorkflow.take_over, act, start, key)

    async def close(self, conversation_id: str, act: ByStaff, *, key: str | None = None) -> None:
        """A person closes the conversation. Refused while a handover is open."""
        handle = self._temporal.get_workflow_handle_for(
            ConversationWorkflow.run, conversation_workflow_id(conversation_id)
        )
        await self._answered(
            lambda: handle.execute_update(ConversationWorkflow.close, act, id=key), "open conversation", conversation_id
        )

    async def reopen(self, handover: HandoverId, act: ByStaff, reason: str = "", *, key: str | None = None) -> Opened:
        """A manager takes up a handover again that was ended wrongly. Refused while another one is open."""
        reopen = Reopen(staff_id=act.staff_id, number=handover.number, reason=reason)
        return await self._update_conversation(handover.conversation_id, ConversationWorkflow.reopen, reopen, None, key)

    async def view(self, conversation_id: str) -> ConversationView:
        """Where a conversation stands, asked of the workflow itself."""
        handle = self._temporal.get_workflow_handle_for(
            ConversationWorkflow.run, conversation_workflow_id(conversation_id)
        )
        return await self._answered(lambda: handle.query(ConversationWorkflow.view), "conversation", conversation_id)

    async def claim(self, handover: HandoverId, act: Claim, *, key: str | None = None) -> Acted:
        return await self._act(handover, HandoverWorkflow.claim, act, key)

    async def reply(self, handover: HandoverId, act: Reply, *, key: str | None = None) -> Acted:
        return await self._act(handover, HandoverWorkflow.reply, act, key or f"reply/{act.staff_id}/{act.message_id}")

    async def note(self, handover: HandoverId, act: Note, *, key: str | None = None) -> Acted:
        return await self._act(handover, HandoverWorkflow.note, act, key or f"note/{act.staff_id}/{act.message_id}")

    async def reassign(self, handover: HandoverId, act: Reassign, *, key: str | None = None) -> Acted:
        return await self._act(handover, HandoverWorkflow.reassign, act, key)

    async def snooze(self, handover: HandoverId, act: Snooze, *, key: str | None = None) -> Acted:
        return await self._act(handover, HandoverWorkflow.snooze, act, key)

    async def hand_back(self, handover: HandoverId, act: HandBack, *, key: str | None = None) -> Acted:
        return await self._act(handover, HandoverWorkflow.hand_back, act, key)

    async def cancel(self, handover: HandoverId, act: Cancel, *, key: str | None = None) -> Acted:
        return await self._act(handover, HandoverWorkflow.cancel, act, key)

    async def complete(self, done: TaskId | HandoverId, act: CompleteTask, *, key: str | None = None) -> Acted:
        """Complete a task, or whatever is open in a handover: one without a task is completed itself."""
        if isinstance(done, TaskId):
            act = act.model_copy(update={"task_id": str(done)})
            done = done.handover
        return await self._act(done, HandoverWorkflow.complete_task, act, key)

    async def signal_completed(self, handover: HandoverId, done: TaskCompleted) -> None:
        """Complete a task without waiting: what cannot be is written into the handover's log."""
        handle = self._temporal.get_workflow_handle_for(HandoverWorkflow.run, handover.workflow_id)
        await self._answered(
            lambda: handle.signal(HandoverWorkflow.task_completed, done), "open handover", str(handover)
        )

    async def ready(self) -> bool:
        """Whether Temporal answers."""
        try:
            await _within(self._temporal.workflow_service.get_system_info(GetSystemInfoRequest()), seconds=2)
        except Unavailable:
            return False
        return True

    async def has_worker(self) -> bool:
        """Whether a worker asks for work."""
        request = DescribeTaskQueueRequest(
            namespace=self._temporal.namespace,
            task_queue=TaskQueue(name=TASK_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        try:
            answer = await _within(self._temporal.workflow_service.describe_task_queue(request), seconds=2)
        except Unavailable:
            return False
        recent = datetime.now(UTC) - timedelta(seconds=POLL_SECONDS)
        return any(poller.last_access_time.ToDatetime(UTC) > recent for poller in answer.pollers)

    async def _act(self, handover: HandoverId, update: Any, act: Any, key: str | None) -> Acted:
        handle = self._temporal.get_workflow_handle_for(HandoverWorkflow.run, handover.workflow_id)
        return await self._answered(lambda: handle.execute_update(update, act, id=key), "open handover", str(handover))

    async def _update_conversation(
        self, conversation_id: str, update: Any, act: Any, start: ConversationInput | None, key: str | None
    ) -> Opened:
        """An update of a conversation, which is started where it does not run: it knows from the store what was before."""
        start = start or ConversationInput(conversation_id=conversation_id)

        def call() -> Awaitable[Opened]:
            operation: Any = WithStartWorkflowOperation(
                ConversationWorkflow.run,
                start,
                id=conversation_workflow_id(conversation_id),
                task_queue=TASK_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=_summary(start),
            )
            return self._temporal.execute_update_with_start_workflow(
                update, act, start_workflow_operation=operation, id=key
            )

        return await self._answered(call, "conversation", conversation_id)

    async def _answered(self, call: Callable[[], Awaitable[Result]], kind: str, name: str) -> Result:
        """The answer of a workflow, its refusals as typed errors."""
        try:
            return await _within(call(), self._patience)
        except RunGone as error:
            raise NotFound(kind, name) from error
        except WorkflowUpdateFailedError as error:
            raise _refusal(error, kind, name) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise Unavailable(_TOO_LATE) from error


class WorkflowSignals:
    """The ports Conversations, Couriers and Digests: what activities tell running workflows."""

    def __init__(self, temporal: Client) -> None:
        self._temporal = temporal

    async def report(self, report: Report) -> None:
        """Tell a conversation about its handover, starting it anew where it has closed."""
        start = ConversationInput(conversation_id=report.conversation_id)
        await self._temporal.start_workflow(
            ConversationWorkflow.run,
            start,
            id=conversation_workflow_id(report.conversation_id),
            task_queue=TASK_QUEUE,
            start_signal="handover_changed",
            start_signal_args=[report],
            static_summary=_summary(start),
        )

    async def contact_wrote(self, conversation_id: str, number: int, wrote: ContactWrote) -> bool:
        return await self._tell(HandoverId(conversation_id, number), HandoverWorkflow.contact_wrote, wrote)

    async def join(self, join: Join) -> bool:
        handover = HandoverId(join.conversation_id, join.number)
        handle = self._temporal.get_workflow_handle_for(HandoverWorkflow.run, handover.workflow_id)
        try:
            return await handle.execute_update(HandoverWorkflow.add_trigger, join, id=f"trigger/{join.trigger.key}")
        except WorkflowUpdateFailedError:
            return False  # the handover ended before it could take the trigger in
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise

    async def wake(self, errand: Errand) -> None:
        """Something waits to be carried: the courier looks again, and is started where it does not run."""
        await self._temporal.start_workflow(
            CourierWorkflow.run,
            Journey(errand=errand),
            id=errand.workflow_id,
            task_queue=TASK_QUEUE,
            start_signal="look",
            static_summary=f"Carries to {errand.carrier}",
        )

    async def gather(self, digest: Digest) -> None:
        """Something is held for a person: their digest looks again, and is started where it does not run."""
        await self._temporal.start_workflow(
            DigestWorkflow.run,
            digest,
            id=digest.workflow_id,
            task_queue=TASK_QUEUE,
            start_signal="look",
            static_summary=f"Tells {digest.staff_id} by {digest.channel} what waits",
        )

    async def _tell(self, handover: HandoverId, signal: Any, argument: Any) -> bool:
        handle = self._temporal.get_workflow_handle_for(HandoverWorkflow.run, handover.workflow_id)
        try:
            await handle.signal(signal, argument)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True


def _summary(start: ConversationInput) -> str:
    return f"Conversation on {start.channel}" + (f" with bot {start.bot_id}" if start.bot_id else "")


class RunGone(Exception):
    """No run of that workflow is open."""


async def _within(call: Awaitable[Result], seconds: float) -> Result:
    try:
        async with asyncio.timeout(seconds):
            return await call
    except TimeoutError as error:
        raise Unavailable(_TOO_LATE) from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise RunGone from error
        raise Unavailable(f"Temporal does not answer: {error.message}") from error


def _refusal(error: WorkflowUpdateFailedError, kind: str, name: str) -> Exception:
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        return Unavailable(f"It could not be done: {cause}")
    if cause.type == "not_found":
        return NotFound(kind, name)
    holder, since = (*cause.details, None, None)[:2]
    return Refused(cause.type or "refused", cause.message, holder, datetime.fromisoformat(since) if since else None)
