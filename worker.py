"""One worker process: real adapters plugged into the ports, workflows and activities registered.

    python worker.py

Ends on SIGTERM or Ctrl-C after finishing what it has begun.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
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
from activities.digest import DigestActivities
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
from assistant.model import Limits
from assistant.openai_compatible import OpenAIAssistant
from channels.carrier import ChannelCarrier
from channels.chatwoot import chatwoot_channels
from channels.twilio import TwilioSms
from channels.twilio_api import TwilioAccount
from channels.web import WebChannel
from channels.webhook import WebhookChannel
from client import HandoverClient, WorkflowSignals, connect, register_search_attributes
from handover.claim_link import claim_token
from handover.ids import TASK_QUEUE, HandoverId
from handover.ports import (
    Assistant,
    Audience,
    Carrier,
    Channel,
    Conversations,
    Couriers,
    Digests,
    RemoteChannel,
    Ticketing,
)
from handover.staff import NotifyChannel
from handover.subscriptions import CARRIER as EVENTS
from integrations.apprise_sender import make_senders
from integrations.digest import StaffDigester
from integrations.events import EventAudience, EventSender
from integrations.letters import Letters
from integrations.notifier import WINDOW, Sender, StaffNotifier
from integrations.slack_sender import with_buttons
from integrations.ticket_webhook import WebhookTickets
from integrations.zendesk import ZendeskTickets
from integrations.zendesk_api import ZendeskAccount, ZendeskApi
from integrations.zendesk_carrier import SYSTEM as ZENDESK
from integrations.zendesk_carrier import ZendeskCarrier
from integrations.zendesk_people import StaffActs, ZendeskPeople
from keys import signing_secret
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


class RunningWorkflows(Conversations, Couriers, Digests, Protocol):
    """What activities tell running workflows."""


class Outside(NamedTuple):
    """The systems that Handover reaches outside, by name; what is not there is off. `channels`: those whose readers come
    here themselves. `remote`: the others. `listeners`: the carriers that hear of every change of a handover, `audiences`:
    those that come and go."""

    channels: Mapping[str, Channel] = MappingProxyType({"web": WebChannel()})
    remote: Mapping[str, RemoteChannel] = MappingProxyType({})
    listeners: Mapping[str, Carrier] = MappingProxyType({})
    senders: Mapping[NotifyChannel, Sender] = MappingProxyType({})
    letters: Letters | None = None
    window: timedelta = WINDOW
    ticketing: Mapping[str, Ticketing] = MappingProxyType({})
    audiences: Mapping[str, Audience] = MappingProxyType({})


def make_outside(settings: AppSettings, store: Store) -> Outside:
    """Everything outside that the settings connect."""
    return Outside(
        senders=_senders(settings),
        letters=_letters(settings, store),
        window=timedelta(seconds=settings.notify_window_seconds),
        remote={
            **_webhook_channels(settings),
            **_text_messages(settings, store),
            **chatwoot_channels(settings, store),
        },
        ticketing=_ticket_systems(settings),
        audiences={EVENTS: _subscribers(settings, store)},
    )


def with_zendesk_agents(outside: Outside, settings: AppSettings, store: Store, acts: StaffActs) -> Outside:
    """The same, and what agents do in Zendesk happens here; `acts`: what people do with a handover."""
    api = _zendesk(settings)
    if api is None:
        return outside
    people = ZendeskPeople(store.settings, acts, settings.zendesk_agent or None)
    carrier = ZendeskCarrier(api, store.reads, store.handovers, people)
    return outside._replace(listeners={**outside.listeners, ZENDESK: carrier})


def _ticket_systems(settings: AppSettings) -> dict[str, Ticketing]:
    found: dict[str, Ticketing] = {}
    if (api := _zendesk(settings)) is not None:
        found[ZENDESK] = ZendeskTickets(api)
    if settings.ticket_webhook_url and settings.ticket_webhook_secret is not None:
        secret = settings.ticket_webhook_secret.get_secret_value()
        found["webhook"] = WebhookTickets(settings.ticket_webhook_url, secret)
    return found


def _zendesk(settings: AppSettings) -> ZendeskApi | None:
    token = settings.zendesk_token
    if token is None or not token.get_secret_value():
        return None
    return ZendeskApi(ZendeskAccount(settings.zendesk_url, settings.zendesk_email, token))


def _senders(settings: AppSettings) -> Mapping[NotifyChannel, Sender]:
    """How staff are told outside the inbox. What can't be used ends the process here, in words."""
    try:
        return with_buttons(make_senders(settings), settings)
    except ValueError as error:
        print(error, file=sys.stderr)
    raise SystemExit(2)


def _letters(settings: AppSettings, store: Store) -> Letters:
    """With links that the web processes know by the same secret."""
    secret, public_url = signing_secret(settings), settings.public_url.rstrip("/")

    def claim_link(handover: HandoverId, staff_id: str) -> str:
        return f"{public_url}/claim/{claim_token(secret, handover, staff_id, datetime.now(UTC))}"

    return Letters(store.handovers, public_url, claim_link)


def _webhook_channels(settings: AppSettings) -> dict[str, RemoteChannel]:
    """Those that answers are sent to; the others are read from the API."""
    return {name: WebhookChannel(name, hook) for name, hook in settings.inbound.items() if hook.url}


def _text_messages(settings: AppSettings, store: Store) -> dict[str, RemoteChannel]:
    token = settings.twilio_auth_token
    if token is None or not token.get_secret_value():
        return {}
    account = TwilioAccount(settings.twilio_account_sid, token, settings.twilio_from, settings.twilio_api_url)
    return {"sms": TwilioSms(account, store.texts, settings.public_url)}


def _subscribers(settings: AppSettings, store: Store) -> EventAudience:
    return EventAudience(store.subscriptions, EventSender(allow_private=settings.allow_private_subscribers))


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
