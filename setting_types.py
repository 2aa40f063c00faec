"""What the values of settings may be: each type says what is wrong with a value, and what is allowed. An empty one is none."""

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo

from handover import notify_settings
from handover.hook_settings import HookName, HookSettings
from outbound import AddressRefused, check_address

Value = TypeVar("Value", str, SecretStr)


def _given(check: Callable[[Value], Value]) -> AfterValidator:
    """The check of a value that may be left out."""
    return AfterValidator(lambda value: check(value) if value else value)


def _time_zone(name: str) -> str:
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


def _parts(url: str) -> SplitResult | None:
    """What an address on the web consists of; None where it is none, or has more to it than where something is."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return None
    more = parts.query or parts.fragment or parts.username
    return parts if usable and not more and re.fullmatch(r"[!-~]+", url) else None


def _api_address(url: str) -> str:
    parts = _parts(url.strip())
    if parts is None:
        raise ValueError("this is no address of an API; allowed are addresses like https://models.example.org/v1")
    if re.search(r"/(responses|completions|models)/?$", parts.path):
        raise ValueError("this is the address of one call; allowed is what all calls begin with, most often up to /v1")
    return url.strip()


def site(what: str, example: str, *, paths: bool = False, default: str = "") -> AfterValidator:
    """The check of where a site is, without the slash at its end; empty: `default`. `paths`: it may begin below the root."""

    def checked(url: str) -> str:
        url = url.strip().rstrip("/") or default
        parts = _parts(url)
        if url and (parts is None or (parts.path and not paths)):
            raise ValueError(f"this is not where {what}; allowed are addresses like {example}")
        return url

    return AfterValidator(checked)


def _id(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", name):
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
    if not re.fullmatch(r"AC[0-9a-f]{32}", sid):
        raise ValueError(
            "this is no Twilio account; allowed is AC and 32 of 0-9 and a-f, as the Twilio Console shows it"
        )
    return sid


def _twilio_sender(sender: str) -> str:
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}|MG[0-9a-f]{32}", sender):
        raise ValueError(
            "this is neither a number nor a Messaging Service; allowed are numbers with their country code, as in "
            "+15550100, and MG with 32 of 0-9 and a-f"
        )
    return sender


def _zendesk_email(email: str) -> str:
    if not re.fullmatch(r"[!-9;-~]+@[!-9;-~]+", email) or email.endswith("/token"):
        raise ValueError(
            "this is no e-mail address of an account; allowed is one as in help@example.com, without /token"
        )
    return email


def _ticket_address(url: str) -> str:
    try:
        check_address(url, allow_private=True)
    except AddressRefused as error:
        raise ValueError(str(error)) from error
    return url


def all_or_none(what: str, *others: str) -> AfterValidator:
    """The check of the last of several settings that belong together: half of them would do nothing, and say so late."""

    def checked(value: Any, info: ValidationInfo) -> Any:
        has = {name: bool(info.data.get(name, "refused above")) for name in others}
        has[str(info.field_name)] = bool(value)
        missing = [f"HANDOVER_{name}".upper() for name, is_set in has.items() if not is_set]
        if missing and len(missing) < len(has):
            raise ValueError(f"{what}; not set: {', '.join(missing)}")
        return value

    return AfterValidator(checked)


def signed_where(address: str) -> AfterValidator:
    """The check of a secret that is needed where the setting of this name is set."""

    def checked(secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if info.data.get(address) and secret is None:
            raise ValueError("tickets by webhook are signed; allowed is whsec_ and Base64 of 24 to 64 bytes")
        return secret

    return AfterValidator(checked)


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Key = Annotated[SecretStr, _given(_sendable)]
ApiAddress = Annotated[str, _given(_api_address)]
SettingsId = Annotated[str, _given(_id)]
"""The id of a bot or a staff member."""
ModelName = Annotated[str, AfterValidator(_model_name)]
MailUrl = Annotated[SecretStr, _given(notify_settings.mail_url)]
SmsUrl = Annotated[SecretStr, _given(notify_settings.sms_url)]
SlackUrl = Annotated[SecretStr, _given(notify_settings.slack_url)]
NotifyHosts = Annotated[str, AfterValidator(notify_settings.notify_hosts)]
TwilioAccount = Annotated[str, _given(_twilio_account)]
TwilioSender = Annotated[str, _given(_twilio_sender)]
ZendeskEmail = Annotated[str, _given(_zendesk_email)]
TicketAddress = Annotated[str, _given(_ticket_address)]
Hooks = Annotated[dict[HookName, HookSettings], BeforeValidator(_json_object), AfterValidator(_callable_hooks)]
"""Channels by signed webhooks, as a JSON object."""
