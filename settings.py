"""Everything that can be configured from the environment, with its default.

Variables are named `HANDOVER_...`; the ones that everybody has keep their names: `TEMPORAL_*` (read by Temporal's own
`envconfig`), `OPENAI_API_KEY` and `OPENAI_BASE_URL`.
"""

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from handover import notify_settings
from handover.hook_settings import HookName, HookSettings, Secret
from handover.slack import API as SLACK_API
from handover.slack import HOOKS as SLACK_HOOKS
from outbound import AddressRefused, check_address


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError(f"{name!r} is no time zone; allowed are IANA names like Europe/Berlin") from error
    return name


def _sendable(key: SecretStr) -> SecretStr:
    """A key without what a file or a shell has put around it. What can't be a key would fail at every call, unexplained."""
    text = key.get_secret_value().strip()
    if not re.fullmatch(r"[!-~]*", text):
        raise ValueError("this is no key; allowed are letters, digits and signs of ASCII, without blanks between them")
    return SecretStr(text)


def _api_address(url: str) -> str:
    """Where the paths of the API begin; empty: OpenAI's own."""
    url = url.strip()
    if not url:
        return url
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username or " " in url:
        raise ValueError("this is no address of an API; allowed are addresses like https://models.example.org/v1")
    if re.search(r"/(responses|completions|models)/?$", parts.path):
        raise ValueError("this is the address of one call; allowed is what all calls begin with, most often up to /v1")
    return url


def _site(what: str, example: str, *, paths: bool = False) -> Callable[[str], str]:
    """The check of where a site is, without the slash at its end; empty: nowhere. `paths`: it may begin below the root."""

    def checked(url: str) -> str:
        url = url.strip().rstrip("/")
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            usable = False
        if url and not (
            usable
            and (paths or not parts.path)
            and not (parts.query or parts.fragment or parts.username)
            and re.fullmatch(r"[!-~]+", url)
        ):
            raise ValueError(f"this is not where {what}; allowed are addresses like {example}")
        return url

    return checked


TWILIO_API = "https://api.twilio.com"
_twilio_api = _site("Twilio's API is", TWILIO_API)


_slack_api = _site("Slack's API is", SLACK_API)
_slack_hooks = _site("Slack's answers go", SLACK_HOOKS)


def _settings_id(name: str) -> str:
    """The id of a bot or a staff member; empty: none."""
    if name and not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", name):
        raise ValueError(f"{name!r} is no id; allowed are small letters, digits, - and _")
    return name


def _model_name(name: str) -> str:
    if not re.fullmatch(r"[!-~]{1,200}", name):
        raise ValueError(f"{name!r} is no model; allowed are names without blanks, as in gpt-5-mini")
    return name


def _json_object(text: Any) -> Any:
    """What stands in a variable as JSON; empty: nothing."""
    if not isinstance(text, str):
        return text
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError("this is no JSON object; allowed are objects with a name for each thing that is connected")
    return found


def _callable_hooks(hooks: dict[str, HookSettings]) -> dict[str, HookSettings]:
    for name, hook in hooks.items():
        try:
            check_address(hook.url or "https://none.example.org", allow_private=hook.allow_private)
        except AddressRefused as error:
            raise ValueError(f"{name}.url: {error}") from error
    return hooks


def _twilio_account(sid: str) -> str:
    if sid and not re.fullmatch(r"AC[0-9a-f]{32}", sid):
        raise ValueError(
            "this is no Twilio account; allowed is AC and 32 of 0-9 and a-f, as the Twilio Console shows it"
        )
    return sid


def _twilio_sender(sender: str) -> str:
    if sender and not re.fullmatch(r"\+[1-9][0-9]{6,14}|MG[0-9a-f]{32}", sender):
        raise ValueError(
            "this is neither a number nor a Messaging Service; allowed are numbers with their country code, as in "
            "+15550100, and MG with 32 of 0-9 and a-f"
        )
    return sender


def _all_of_twilio(sender: str, info: ValidationInfo) -> str:
    """Half a channel would take messages in and never answer them."""
    has = {name: bool(info.data.get(name, "refused above")) for name in ("twilio_auth_token", "twilio_account_sid")}
    has["twilio_from"] = bool(sender)
    missing = [f"HANDOVER_{name}".upper() for name, is_set in has.items() if not is_set]
    if missing and len(missing) < len(has):
        raise ValueError(f"text messages need all three settings of Twilio; not set: {', '.join(missing)}")
    return sender


def _zendesk_email(email: str) -> str:
    if email and (not re.fullmatch(r"[!-9;-~]+@[!-9;-~]+", email) or email.endswith("/token")):
        raise ValueError(
            "this is no e-mail address of an account; allowed is one as in help@example.com, without /token"
        )
    return email


def _all_of_zendesk(token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    """Half an account would open no ticket, and every handover would say so only after a day."""
    has = {name: bool(info.data.get(name, "refused above")) for name in ("zendesk_url", "zendesk_email")}
    has["zendesk_token"] = token is not None and bool(token.get_secret_value())
    missing = [f"HANDOVER_{name}".upper() for name, is_set in has.items() if not is_set]
    if missing and len(missing) < len(has):
        raise ValueError(f"tickets need all three settings of Zendesk; not set: {', '.join(missing)}")
    return token and _sendable(token)


def _ticket_address(url: str) -> str:
    try:
        check_address(url or "https://none.example.org", allow_private=True)
    except AddressRefused as error:
        raise ValueError(str(error)) from error
    return url


def _signed_tickets(secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    if info.data.get("ticket_webhook_url") and secret is None:
        raise ValueError("tickets by webhook are signed; allowed is whsec_ and Base64 of 24 to 64 bytes")
    return secret


class AppSettings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_prefix="HANDOVER_", extra="ignore", hide_input_in_errors=True)

    data_dir: Path = Path("data")
    """Where the embedded engine and SQLite keep their files."""
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
    mail_url: Annotated[SecretStr | None, AfterValidator(lambda url: url and notify_settings.mail_url(url))] = None
    """The mail server by which staff are told, as mailtos://user:password@host:port?from=… (docs/notifications.md)."""
    sms_url: Annotated[SecretStr | None, AfterValidator(lambda url: url and notify_settings.sms_url(url))] = None
    """The service by which staff are sent text messages, as twilio://sid:token@+15550100."""
    slack_url: Annotated[SecretStr | None, AfterValidator(lambda url: url and notify_settings.slack_url(url))] = None
    """The Slack app that writes to members of the team, as slack://xoxb-…"""
    slack_signing_secret: Annotated[SecretStr | None, AfterValidator(lambda key: key and _sendable(key))] = None
    """What Slack signs with that one of our buttons was pressed; empty: there are none, and /webhooks/slack is closed."""
    slack_api_url: Annotated[str, AfterValidator(lambda url: _slack_api(url) or SLACK_API)] = SLACK_API
    """Where Slack's Web API is."""
    slack_hooks_url: Annotated[str, AfterValidator(lambda url: _slack_hooks(url) or SLACK_HOOKS)] = SLACK_HOOKS
    """Where the addresses begin by which a press of a button is answered."""
    notify_hosts: Annotated[str, AfterValidator(notify_settings.notify_hosts)] = ""
    """The hosts of your own ntfy, Gotify or workflows that staff may name in their addresses, separated by commas."""
    notify_window_seconds: Annotated[float, Field(ge=0, le=3600)] = 60.0
    """How long after a letter to somebody the next one leaves, with all that has gathered until then; 0: each by itself."""
    review_time_zone: Annotated[str, AfterValidator(_known_time_zone)] = "UTC"
    """Where the managers are, as an IANA name like Europe/Berlin: the weekly review is sent on Monday at 08:00 there, about
    the week that ended there at midnight."""
    openai_api_key: Annotated[SecretStr | None, AfterValidator(lambda key: key and _sendable(key))] = Field(
        default=None, validation_alias=AliasChoices("OPENAI_API_KEY")
    )
    """With it, a language model answers (docs/models.md); without it, the built-in assistant."""
    openai_base_url: Annotated[str | None, AfterValidator(lambda url: url and _api_address(url))] = Field(
        default=None, validation_alias=AliasChoices("OPENAI_BASE_URL")
    )
    """The model's server; empty: OpenAI's own."""
    openai_model: Annotated[str, AfterValidator(_model_name)] = "gpt-5-mini"
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
    chatwoot_url: Annotated[str, AfterValidator(_site("Chatwoot is", "https://app.example.org", paths=True))] = ""
    """Where Chatwoot is, as people open it; empty: it is not connected (docs/chatwoot.md)."""
    chatwoot_token: Annotated[SecretStr | None, AfterValidator(lambda token: token and _sendable(token))] = None
    """The access token of the agent bot there."""
    chatwoot_user_token: Annotated[SecretStr | None, AfterValidator(lambda token: token and _sendable(token))] = None
    """The access token of a person there, for what Chatwoot does not let bots do: look up agents and messages."""
    chatwoot_webhook_secret: SecretStr | None = None
    """What the agent bot signs its webhooks with; without it /webhooks/chatwoot is closed."""
    chatwoot_bot: Annotated[str, AfterValidator(_settings_id)] = ""
    """The bot that answers there; empty: the default one."""
    chatwoot_agent: Annotated[str, AfterValidator(_settings_id)] = ""
    """The staff id in whose name those act who write in Chatwoot and are not on the team here; empty: the case's holder."""
    twilio_auth_token: Annotated[SecretStr | None, AfterValidator(lambda key: key and _sendable(key))] = None
    """With it and the two below, contacts are answered by text message (docs/sms.md). It signs what Twilio says, too."""
    twilio_account_sid: Annotated[str, AfterValidator(_twilio_account)] = ""
    """The Twilio account: AC and 32 digits."""
    twilio_from: Annotated[str, AfterValidator(_twilio_sender), AfterValidator(_all_of_twilio)] = Field(
        default="", validate_default=True
    )
    """Our number with its country code, as in +15550100, or a Messaging Service: MG and 32 digits."""
    twilio_api_url: Annotated[str, AfterValidator(lambda url: _twilio_api(url) or TWILIO_API)] = (
        "https://api.twilio.com"
    )
    """Where Twilio's API is."""
    inbound: Annotated[
        dict[HookName, HookSettings], NoDecode, BeforeValidator(_json_object), AfterValidator(_callable_hooks)
    ] = {}
    """Channels by signed webhooks, as a JSON object with the settings of each by its name (docs/webhook-channel.md)."""

    zendesk_url: Annotated[str, AfterValidator(_site("a Zendesk is", "https://example.zendesk.com"))] = ""
    """Where tickets are opened, as https://example.zendesk.com; empty: nowhere (docs/tickets.md)."""
    zendesk_email: Annotated[str, AfterValidator(_zendesk_email)] = ""
    """The account that opens them; best one that nobody else uses: what it writes is never sent to a contact."""
    zendesk_token: Annotated[SecretStr | None, Field(validate_default=True), AfterValidator(_all_of_zendesk)] = None
    """That account's API token."""
    zendesk_webhook_secret: SecretStr | None = None
    """What Zendesk signs its webhooks with; empty: /webhooks/zendesk is closed."""
    zendesk_agent: str = ""
    """The staff id in whose name agents act who are not on the team by their e-mail address; empty: the holder's."""
    ticket_webhook_url: Annotated[str, AfterValidator(_ticket_address)] = ""
    """Where tickets are sent as signed webhooks, for actions with `ticket: webhook`; empty: nowhere."""
    ticket_webhook_secret: Annotated[
        Secret | None,
        Field(validate_default=True),
        BeforeValidator(lambda given: given or None),
        AfterValidator(_signed_tickets),
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
