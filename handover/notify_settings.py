"""What the settings of mail, text messages and Slack look like: URLs of apprise (https://appriseit.com/services/)."""

import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic import SecretStr

SMS_SCHEMES = (
    "twilio",
    "vonage",
    "nexmo",
    "sinch",
    "plivo",
    "clicksend",
    "msgbird",
    "bulksms",
    "d7sms",
    "sns",
)
"""Services of text messages that take the number of each message beside their own settings."""


def mail_url(url: SecretStr) -> SecretStr:
    """A mail server as `mailtos://user:password@host:port?from=…`. Raises ValueError."""
    parts = _parts(url)
    if parts is None or parts.scheme not in ("mailto", "mailtos") or not parts.hostname:
        raise ValueError(
            "this is no mail server; allowed are addresses like mailtos://user:password@mail.example.org:587?"
            "from=handover@example.org, or mailto:// where nothing is encrypted"
        )
    names = {name for name, _ in parse_qsl(parts.query)}
    if parts.path.strip("/") or names & {"to", "cc", "bcc"}:
        raise ValueError("this names whom the mail goes to; allowed is the server alone: each mail goes to one person")
    return SecretStr(_raw(url))


def sms_url(url: SecretStr) -> SecretStr:
    """A service of text messages with its keys and the sender, as `twilio://sid:token@+15550100`. Raises ValueError."""
    parts = _parts(url)
    if parts is None or parts.scheme not in SMS_SCHEMES:
        allowed = ", ".join(f"{scheme}://" for scheme in SMS_SCHEMES)
        raise ValueError(f"this is no service of text messages; allowed are {allowed} with what apprise says of each")
    if "to" in {name for name, _ in parse_qsl(parts.query)}:
        raise ValueError("this names whom it goes to; allowed is the service alone: each message goes to one person")
    return SecretStr(_raw(url))


def slack_url(url: SecretStr) -> SecretStr:
    """A Slack app's bot token as `slack://xoxb-…`, by which members are written to. Raises ValueError."""
    if not re.fullmatch(r"slack://xox[abp]-[A-Za-z0-9-]+/?", _raw(url)):
        raise ValueError(
            "this is no Slack app; allowed is slack:// and its bot token, as in slack://xoxb-1234-5678-abc"
        )
    return SecretStr(_raw(url))


def notify_hosts(text: str) -> str:
    """Hosts of the installation's own ntfy, Gotify or workflows, separated by commas. Raises ValueError."""
    for host in hosts_of(text):
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", host):
            raise ValueError(f"{host[:100]!r} is no host; allowed are names like ntfy.example.org or push.local:8080")
    return text


def hosts_of(text: str) -> frozenset[str]:
    return frozenset(host.strip().casefold() for host in text.split(",") if host.strip())


def _raw(url: SecretStr) -> str:
    return url.get_secret_value().strip()


def _parts(url: SecretStr) -> SplitResult | None:
    """What a URL consists of; None where it is none."""
    text = _raw(url)
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts if re.fullmatch(r"[!-~]+", text) and not parts.fragment else None
