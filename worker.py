"""One worker process: real adapters plugged into the ports, workflows and activities registered.

    python worker.py

Ends on SIGTERM or Ctrl-C after finishing what it has begun.
"""

import asyncio
import logging
import signal
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.assign import AssignActivities
from activities.assistant import AssistantActivities
from activities.case import CaseActivities
from activities.courier import CourierActivities
from activities.digest import DigestActivities
from activities.errands import CHANNEL, Errands
from activities.heartbeat import Heartbeats
from activities.message import MessageActivities
from activities.notify import NotifyActivities
from activities.review import ReviewActivities
from activities.tag import TagActivities
from activities.task import TaskActivities
from activities.ticket import TicketActivities
from adapters import Outside, make_assistant, make_outside, with_zendesk_agents
from assistant.account import BuiltinAccount
from assistant.fields import contact_details
from assistant.openai_compatible import OpenAIAssistant
from channels.carrier import ChannelCarrier
from client import HandoverClient, WorkflowSignals, connect, register_search_attributes
from handover.ids import TASK_QUEUE
from handover.ports import Assistant, Conversations, Couriers, Digests
from integrations.digest import StaffDigester
from integrations.letters import Letters
from integrations.notifier import StaffNotifier
from logs import set_up_logging
from schedules import ensure_weekly_review
from settings import AppSettings, settings_or_exit
from store import Store
from store.first_start import first_start
from workflows.conversation import ConversationWorkflow
from workflows.courier import CourierWorkflow
from workflows.digest import DigestWorkflow
from workflows.handover import HandoverWorkflow
from workflows.intake import Intake, StartReader
from workflows.review import ReviewWorkflow

_log = logging.getLogger(__name__)

CACHED_RUNS = 2000
WORKFLOWS: list[type] = [ConversationWorkflow, HandoverWorkflow, CourierWorkflow, DigestWorkflow, ReviewWorkflow]


async def tell_trouble(assistant: Assistant) -> None:
    """Say in the log when the model can't be used as it is set up. Nothing ends: it may come, and people answer until then."""
    trouble = await assistant.trouble() if isinstance(assistant, OpenAIAssistant) else ""
    if trouble:
        _log.warning("No bot can answer as things are, every turn is handed over to a person: %s.", trouble)


class RunningWorkflows(Conversations, Couriers, Digests, Protocol):
    """What activities tell running workflows."""


def make_activities(
    store: Store,
    assistant: Assistant,
    workflows: RunningWorkflows,
    outside: Outside | None = None,
    public_url: str = "",
) -> list[Any]:
    """Every activity, bound to its adapters. `public_url`: where the pages are that letters link to."""
    outside = outside or Outside()
    errands = Errands(workflows, outside.remote.keys(), outside.listeners.keys(), outside.audiences)
    carriers = {CHANNEL: ChannelCarrier(store.transcripts, outside.remote), **outside.listeners}
    bots, transcripts, handovers = store.settings, store.transcripts, store.handovers
    turns = AssistantActivities(assistant, contact_details, bots, transcripts, workflows)
    messages = MessageActivities(transcripts, outside.channels, errands)
    courier = CourierActivities(carriers, outside.audiences)
    account = BuiltinAccount()
    case = CaseActivities(bots, store.team, transcripts, handovers, workflows, account, errands)
    assign = AssignActivities(store.team)
    letters = outside.letters or Letters(handovers, public_url)
    digest = DigestActivities(StaffDigester(store.team, store.notifications, outside.senders, letters))
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
        NotifyActivities(
            StaffNotifier(store.team, store.notifications, outside.senders, letters, workflows, outside.window)
        ).notify,
        digest.send_due,
        digest.give_up_due,
        TicketActivities(outside.ticketing, transcripts, public_url).open_ticket,
        ReviewActivities(store.reads, store.team, public_url).write_review,
    ]


def make_workflow_runner() -> SandboxedWorkflowRunner:
    """The sandbox with all modules passed through: loading them anew for each run takes seconds, and ours are pure."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_all_modules())


def make_worker(temporal: Client, activities: list[Any], settings: AppSettings) -> Worker:
    """The worker of Handover's one task queue."""
    return Worker(
        _reading_starts(temporal),
        task_queue=TASK_QUEUE,
        workflows=WORKFLOWS,
        activities=activities,
        interceptors=[Heartbeats(), Intake()],
        workflow_runner=make_workflow_runner(),
        max_cached_workflows=CACHED_RUNS,
        graceful_shutdown_timeout=timedelta(seconds=settings.graceful_shutdown_seconds),
    )


def _reading_starts(temporal: Client) -> Client:
    """The same connection, but a start that can't be decoded ends its run."""
    config = temporal.config()
    config["data_converter"] = replace(config["data_converter"], payload_converter_class=StartReader)
    return Client(**config)


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
        await first_start(store, example=settings.example)
        temporal = await connect(runtime=make_runtime(settings))
        await register_search_attributes(temporal)
        await ensure_weekly_review(temporal, settings.review_time_zone)
        assistant = make_assistant(settings)
        outside = with_zendesk_agents(make_outside(settings, store), settings, store, HandoverClient(temporal))
        activities = make_activities(store, assistant, WorkflowSignals(temporal), outside, settings.public_url)
        async with make_worker(temporal, activities, settings):
            telling = asyncio.create_task(tell_trouble(assistant))
            await stop.wait()
            telling.cancel()
    finally:
        await store.close()


if __name__ == "__main__":
    asyncio.run(main())
