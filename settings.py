"""Everything that can be configured from the environment, with its default.

Variables are named `HANDOVER_...`; the ones that everybody has keep their names: `TEMPORAL_*` (read by Temporal's own
`envconfig`), `OPENAI_API_KEY` and `OPENAI_BASE_URL`.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from handover import notify_settings
from handover.hook_settings import Secret
from handover.slack import API as SLACK_API
from handover.slack import HOOKS as SLACK_HOOKS
from setting_types import (
    ApiAddress,
    Hooks,
    Key,
    MailUrl,
    ModelName,
    NotifyHosts,
    SettingsId,
    SlackUrl,
    SmsUrl,
    TicketAddress,
    TimeZone,
    TwilioAccount,
    TwilioSender,
    ZendeskEmail,
    all_or_none,
    signed_where,
    site,
)

TWILIO_API = "https://api.twilio.com"


class AppSettings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_prefix="HANDOVER_", extra="ignore", hide_input_in_errors=True)

    data_dir: Path = Path("data")
    """Where the embedded engine and SQLite keep their files."""
    example: bool = True
    """Whether the first start on an empty database loads examples/hvac; off: there is an admin, and no bot until you load one
    (docs/bot-settings.md)."""
    database_url: str = ""
    """An SQLAlchemy URL; empty: SQLite in the data directory."""
    api_key: SecretStr | None = None
    """A fixed API key; without one, the first start makes one and keeps it in the data directory."""
    signing_secret: SecretStr | None = None
    """What signs visitors' cookies, the same for all web processes; without one, it is made and kept like the key."""
    public_url: str = "http://127.0.0.1:8000"
    """Where people reach the pages: for links in notifications and the check of where a form came from."""
    host: str = "127.0.0.1"
    metrics_address: str = ""
    """Where a worker serves its Prometheus metrics, as HOST:PORT; empty: nowhere."""
    temporal_binary: str = ""
    """The `temporal` command of the embedded engine; empty: the one on PATH, then the one installed with Handover."""
    graceful_shutdown_seconds: Annotated[float, Field(ge=0, le=300)] = 10.0
    """How long a worker that is told to stop may finish what it has begun."""
    allow_private_subscribers: bool = False
    """Whether events may be sent to private networks and to this machine, as where everything is on the premises
    (docs/events.md)."""
    mail_url: MailUrl | None = None
    """The mail server by which staff are told, as mailtos://user:password@host:port?from=… (docs/notifications.md)."""
    sms_url: SmsUrl | None = None
    """The service by which staff are sent text messages, as twilio://sid:token@+15550100."""
    slack_url: SlackUrl | None = None
    """The Slack app that writes to members of the team, as slack://xoxb-…"""
    slack_signing_secret: Key | None = None
    """What Slack signs with that one of our buttons was pressed; empty: there are none, and /webhooks/slack is closed."""
    slack_api_url: Annotated[str, site("Slack's API is", SLACK_API, default=SLACK_API)] = SLACK_API
    """Where Slack's Web API is."""
    slack_hooks_url: Annotated[str, site("Slack's answers go", SLACK_HOOKS, default=SLACK_HOOKS)] = SLACK_HOOKS
    """Where the addresses begin by which a press of a button is answered."""
    notify_hosts: NotifyHosts = ""
    """The hosts of your own ntfy, Gotify or workflows that staff may name in their addresses, separated by commas."""
    notify_window_seconds: Annotated[float, Field(ge=0, le=3600)] = 60.0
    """How long after a letter to somebody the next one leaves, with all that has gathered until then; 0: each by itself."""
    review_time_zone: TimeZone = "UTC"
    """Where the managers are, as an IANA name like Europe/Berlin: the weekly review is sent on Monday at 08:00 there, about
    the week that ended there at midnight."""
    openai_api_key: Key | None = Field(default=None, validation_alias=AliasChoices("OPENAI_API_KEY"))
    """With it, a language model answers (docs/models.md); without it, the built-in assistant."""
    openai_base_url: ApiAddress | None = Field(default=None, validation_alias=AliasChoices("OPENAI_BASE_URL"))
    """The model's server; empty: OpenAI's own."""
    openai_model: ModelName = "gpt-5-mini"
    """The model of the bots that name none themselves."""
    openai_responses: bool = True
    """Whether the model's server has the Responses API; False: chat completions."""
    openai_timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 45.0
    """How long a turn may wait for the model, all tries and the pauses between them together."""
    openai_try_seconds: Annotated[float, Field(gt=0, le=120)] = 20.0
    """How long one try may take."""
    openai_retries: Annotated[int, Field(ge=0, le=5)] = 2
    """How often a try may be repeated where that can help."""
    openai_output_tokens: Annotated[int, Field(ge=256, le=100_000)] = 4000
    """How long an answer of the model may be, its own thoughts included."""
    chatwoot_url: Annotated[str, site("Chatwoot is", "https://app.example.org", paths=True)] = ""
    """Where Chatwoot is, as people open it; empty: it is not connected (docs/chatwoot.md)."""
    chatwoot_token: Key | None = None
    """The access token of the agent bot there."""
    chatwoot_user_token: Key | None = None
    """The access token of a person there, for what Chatwoot does not let bots do: look up agents and messages."""
    chatwoot_webhook_secret: SecretStr | None = None
    """What the agent bot signs its webhooks with; without it /webhooks/chatwoot is closed."""
    chatwoot_bot: SettingsId = ""
    """The bot that answers there; empty: the default one."""
    chatwoot_agent: SettingsId = ""
    """The staff id in whose name those act who write in Chatwoot and are not on the team here; empty: the case's holder."""
    twilio_auth_token: Key | None = None
    """With it and the two below, contacts are answered by text message (docs/sms.md). It signs what Twilio says, too."""
    twilio_account_sid: TwilioAccount = ""
    """The Twilio account: AC and 32 digits."""
    twilio_from: Annotated[
        TwilioSender,
        Field(validate_default=True),
        all_or_none("text messages need all three settings of Twilio", "twilio_auth_token", "twilio_account_sid"),
    ] = ""
    """Our number with its country code, as in +15550100, or a Messaging Service: MG and 32 digits."""
    twilio_api_url: Annotated[str, site("Twilio's API is", TWILIO_API, default=TWILIO_API)] = TWILIO_API
    """Where Twilio's API is."""
    inbound: Annotated[Hooks, NoDecode] = {}
    """Channels by signed webhooks, as a JSON object with the settings of each by its name (docs/webhook-channel.md)."""

    zendesk_url: Annotated[str, site("a Zendesk is", "https://example.zendesk.com")] = ""
    """Where tickets are opened, as https://example.zendesk.com; empty: nowhere (docs/tickets.md)."""
    zendesk_email: ZendeskEmail = ""
    """The account that opens them; best one that nobody else uses: what it writes is never sent to a contact."""
    zendesk_token: Annotated[
        Key | None,
        Field(validate_default=True),
        all_or_none("tickets need all three settings of Zendesk", "zendesk_url", "zendesk_email"),
    ] = None
    """That account's API token."""
    zendesk_webhook_secret: SecretStr | None = None
    """What Zendesk signs its webhooks with; empty: /webhooks/zendesk is closed."""
    zendesk_agent: str = ""
    """The staff id in whose name agents act who are not on the team by their e-mail address; empty: the holder's."""
    ticket_webhook_url: TicketAddress = ""
    """Where tickets are sent as signed webhooks, for actions with `ticket: webhook`; empty: nowhere."""
    ticket_webhook_secret: Annotated[
        Secret | None,
        Field(validate_default=True),
        BeforeValidator(lambda given: given or None),
        signed_where("ticket_webhook_url"),
    ] = None
    """What they are signed with by Standard Webhooks: whsec_ and Base64."""

    @property
    def allowed_notify_hosts(self) -> frozenset[str]:
        """The hosts of `notify_hosts`."""
        return notify_settings.hosts_of(self.notify_hosts)

    @property
    def database(self) -> str:
        """The database's URL, the default one filled in."""
        return self.database_url or f"sqlite+aiosqlite:///{(self.data_dir / 'handover.db').resolve()}"

    @property
    def engine_file(self) -> Path:
        """Where the embedded engine keeps its runs."""
        return self.data_dir / "temporal.db"

    @property
    def uses_embedded_engine(self) -> bool:
        """Whether a Temporal server is to be started; with TEMPORAL_ADDRESS set, that one is used."""
        return not os.environ.get("TEMPORAL_ADDRESS")


def settings_or_exit() -> AppSettings:
    """The settings from the environment. Wrong ones are named on standard error, one a line, and the process ends with 2."""
    try:
        return AppSettings()
    except ValidationError as error:
        problems = [f"{_place(one['loc'])}: {_in_words(one['msg'])}" for one in error.errors(include_input=False)]
    print("\n".join(problems), file=sys.stderr)
    raise SystemExit(2)


def _place(loc: tuple[str | int, ...]) -> str:
    """The variable, and in one that holds JSON the key in it."""
    return ": ".join(filter(None, [_variable(loc[0]), ".".join(str(one) for one in loc[1:] if one != "[key]")]))


def _variable(name: str | int) -> str:
    """What a setting is called in the environment; an alias is that already."""
    return str(name) if str(name).isupper() else f"HANDOVER_{name}".upper()


def _in_words(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should be", "allowed is")
