"""One worker process: real adapters plugged into the ports, workflows and activities registered.

    python worker.py

Ends on SIGTERM or Ctrl-C after finishing what it has begun.
"""

import asyncio
import logging
import signal
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.assign import AssignActivities
from activities.assistant import AssistantActivities
from activities.case import CaseActivities
from activities.courier import CourierActivities
from activities.errands import CHANNEL, Errands
from activities.heartbeat import Heartbeats
from activities.message import MessageActivities
from activities.notify import NotifyActivities
from activities.review import ReviewActivities
from activities.tag import TagActivities
from activities.task import TaskActivities
from activities.ticket import TicketActivities
from assistant.account import BuiltinAccount
from assistant.builtin import BuiltinAssistant
from assistant.fields import contact_details
from assistant.model_tries import Limits
from assistant.openai_compatible import OpenAIAssistant
from channels.carrier import ChannelCarrier
from channels.web import WebChannel
from client import WorkflowSignals, connect, register_search_attributes
from handover.ids import TASK_QUEUE
from handover.ports import Assistant, Carrier, Channel, Conversations, Couriers, RemoteChannel, Ticketing
from handover.staff import NotifyChannel
from integrations.notifier import Sender, StaffNotifier
from logs import set_up_logging
from schedules import ensure_weekly_review
from settings import AppSettings, settings_or_exit
from store import Store
from store.first_start import first_start
from workflows.conversation import ConversationWorkflow
from workflows.courier import CourierWorkflow
from workflows.handover import HandoverWorkflow
from workflows.review import ReviewWorkflow

_log = logging.getLogger(__name__)

CACHED_RUNS = 2000
WORKFLOWS: list[type] = [ConversationWorkflow, HandoverWorkflow, CourierWorkflow, ReviewWorkflow]


def make_assistant(settings: AppSettings) -> Assistant:
    """The model where a key is set, otherwise the built-in assistant."""
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    if not key:
        return BuiltinAssistant()
    return OpenAIAssistant(
        api_key=key,
        base_url=settings.openai_base_url or None,
        model=settings.openai_model,
        limits=Limits(
            seconds=settings.openai_timeout_seconds,
            try_seconds=settings.openai_try_seconds,
            retries=settings.openai_retries,
            output_tokens=settings.openai_output_tokens,
        ),
        use_responses=settings.openai_responses,
    )


async def tell_trouble(assistant: Assistant) -> None:
    """Say in the log when the model can't be used as it is set up. Nothing ends: it may come, and people answer until then."""
    trouble = await assistant.trouble() if isinstance(assistant, OpenAIAssistant) else ""
    if trouble:
        _log.warning("No bot can answer as things are, every turn is handed over to a person: %s.", trouble)


class RunningWorkflows(Conversations, Couriers, Protocol):
    """What activities tell running workflows."""


class Outside(NamedTuple):
    """The systems that Handover reaches outside, by name; what is not there is off. `channels`: those whose readers come
    here themselves. `remote`: the others. `listeners`: the carriers that hear of every change of a handover."""

    channels: Mapping[str, Channel] = MappingProxyType({"web": WebChannel()})
    remote: Mapping[str, RemoteChannel] = MappingProxyType({})
    listeners: Mapping[str, Carrier] = MappingProxyType({})
    senders: Mapping[NotifyChannel, Sender] = MappingProxyType({})
    ticketing: Mapping[str, Ticketing] = MappingProxyType({})


def make_activities(
    store: Store,
    assistant: Assistant,
    workflows: RunningWorkflows,
    outside: Outside | None = None,
    public_url: str = "",
) -> list[Any]:
    """Every activity, bound to its adapters. `public_url`: where the pages are that letters link to."""
    outside = outside or Outside()
    errands = Errands(workflows, remote=outside.remote.keys(), listeners=outside.listeners.keys())
    carriers = {CHANNEL: ChannelCarrier(store.transcripts, outside.remote), **outside.listeners}
    bots, transcripts, handovers = store.settings, store.transcripts, store.handovers
    turns = AssistantActivities(assistant, contact_details, bots, transcripts, workflows)
    messages = MessageActivities(transcripts, outside.channels, errands)
    courier = CourierActivities(carriers)
    account = BuiltinAccount()
    case = CaseActivities(bots, store.team, transcripts, handovers, workflows, account, errands)
    assign = AssignActivities(store.team)
    return [
        turns.begin,
        turns.answer,
        turns.rules,
        turns.keep,
        messages.deliver,
        courier.carry,
        courier.give_up,
        case.open_handover,
        case.join,
        case.introduce,
        case.recall,
        case.take,
        case.settle,
        case.look_up_hours,
        assign.assign,
        assign.managers_of,
        TaskActivities(assistant, account, bots, transcripts, handovers).create_task,
        TagActivities(handovers).tag,
        NotifyActivities(StaffNotifier(store.team, store.notifications, outside.senders)).notify,
        TicketActivities(outside.ticketing).open_ticket,
        ReviewActivities(store.reads, store.team, public_url).write_review,
    ]


def make_workflow_runner() -> SandboxedWorkflowRunner:
    """The sandbox with all modules passed through: loading them anew for each run takes seconds, and ours are pure."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_all_modules())


def make_worker(temporal: Client, activities: list[Any], settings: AppSettings) -> Worker:
    """The worker of Handover's one task queue."""
    return Worker(
        temporal,
        task_queue=TASK_QUEUE,
        workflows=WORKFLOWS,
        activities=activities,
        interceptors=[Heartbeats()],
        workflow_runner=make_workflow_runner(),
        max_cached_workflows=CACHED_RUNS,
        graceful_shutdown_timeout=timedelta(seconds=settings.graceful_shutdown_seconds),
    )


def make_runtime(settings: AppSettings) -> Runtime:
    """Temporal's core, with a metrics port where one is set."""
    if not settings.metrics_address:
        return Runtime.default()
    return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=settings.metrics_address)))


async def main() -> None:
    """Work until told to stop."""
    set_up_logging()
    settings = settings_or_exit()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    store = Store.at(settings.database)
    try:
        await first_start(store)
        temporal = await connect(runtime=make_runtime(settings))
        await register_search_attributes(temporal)
        await ensure_weekly_review(temporal, settings.review_time_zone)
        assistant = make_assistant(settings)
        activities = make_activities(store, assistant, WorkflowSignals(temporal), public_url=settings.public_url)
        async with make_worker(temporal, activities, settings):
            telling = asyncio.create_task(tell_trouble(assistant))
            await stop.wait()
            telling.cancel()
    finally:
        await store.close()


if __name__ == "__main__":
    asyncio.run(main())
