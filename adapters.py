"""The adapters that the settings choose: the bot's brain, and every system outside that is connected."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from assistant.builtin import BuiltinAssistant
from assistant.model import Limits
from assistant.openai_compatible import OpenAIAssistant
from channels.chatwoot import chatwoot_channels
from channels.twilio import TwilioSms
from channels.twilio_api import TwilioAccount
from channels.web import WebChannel
from channels.webhook import WebhookChannel
from handover.claim_link import claim_token
from handover.ids import HandoverId
from handover.ports import Assistant, Audience, Carrier, Channel, RemoteChannel, Ticketing
from handover.staff import NotifyChannel
from handover.subscriptions import CARRIER as EVENTS
from integrations.apprise_sender import make_senders
from integrations.events import EventAudience, EventSender
from integrations.letters import Letters
from integrations.notifier import WINDOW, Sender
from integrations.slack_sender import with_buttons
from integrations.ticket_webhook import WebhookTickets
from integrations.zendesk import ZendeskTickets
from integrations.zendesk_api import ZendeskAccount, ZendeskApi
from integrations.zendesk_carrier import SYSTEM as ZENDESK
from integrations.zendesk_carrier import ZendeskCarrier
from integrations.zendesk_people import StaffActs, ZendeskPeople
from keys import signing_secret
from settings import AppSettings
from store import Store


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
