"""How a letter goes to a person by each channel: as a URL of apprise's, which holds secrets, and what is said there.

https://appriseit.com/services/ names the schemes.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from handover.addresses import address_fault, compact, is_member
from handover.staff import NotifyChannel
from integrations.letters import Letter
from settings import AppSettings


class Unusable(Exception):
    """An address that can't be used. The text says why, and is safe to show."""


class Call(NamedTuple):
    """One call of apprise. `server`: whose it is, as an error may name it."""

    url: str
    title: str
    body: str
    is_html: bool
    server: str

    def __repr__(self) -> str:
        return f"Call to {self.server}"


Route = Callable[[str, Letter], Call]


def routes(settings: AppSettings) -> dict[NotifyChannel, Route]:
    """The channels that are set up. Teams, push and Slack webhooks need no setting: the person's own address says it all."""
    hosts = settings.allowed_notify_hosts
    found: dict[NotifyChannel, Route] = {
        "slack": _slack(settings.slack_url.get_secret_value() if settings.slack_url else "", hosts),
        "teams": _own_address("teams", hosts),
        "push": _own_address("push", hosts),
    }
    if settings.mail_url:
        found["email"] = _mail(settings.mail_url.get_secret_value())
    if settings.sms_url:
        found["sms"] = _text_message(settings.sms_url.get_secret_value())
    return found


def _mail(base: str) -> Route:
    """Marked as written by a program (RFC 3834), so that no out-of-office note comes back."""
    server = urlsplit(base).hostname or ""

    def call(address: str, letter: Letter) -> Call:
        headers = {"+X-Handover-Key": letter.key, "+Auto-Submitted": "auto-generated"}
        url = _with(base, {"to": _usable("email", address), **headers})
        return Call(url, letter.subject, letter.html, True, server)

    return call


def _text_message(base: str) -> Route:
    """Its own few lines, without a subject."""

    def call(address: str, letter: Letter) -> Call:
        return Call(_with(base, {"to": _usable("sms", address)}), "", letter.brief, False, urlsplit(base).scheme)

    return call


def _slack(base: str, hosts: Collection[str]) -> Route:
    """A member by the installation's own app; whoever has a webhook of their own, by that."""
    own = _own_address("slack", hosts)

    def call(address: str, letter: Letter) -> Call:
        if not is_member(_usable("slack", address, hosts)):
            return own(address, letter)
        if not base:
            raise Unusable("a Slack member is reached by HANDOVER_SLACK_URL, which is not set")
        return Call(_with(base, {"to": f"+{address.strip()}"}), letter.subject, letter.brief, False, "slack")

    return call


def _own_address(channel: NotifyChannel, hosts: Collection[str]) -> Route:
    def call(address: str, letter: Letter) -> Call:
        url = _usable(channel, address, hosts)
        return Call(url, letter.subject, letter.brief, False, channel)

    return call


def _usable(channel: NotifyChannel, address: str, hosts: Collection[str] = ()) -> str:
    """The address as it is used. Raises Unusable: what was stored before the rules is looked at again."""
    fault = address_fault(channel, address, hosts)
    if fault:
        raise Unusable(f"the address can't be used: {fault}")
    return compact(channel, address)


def _with(base: str, more: dict[str, str]) -> str:
    """The URL with more parameters; a `+` in front of a name is apprise's own, for headers."""
    joined = "&".join(f"{name}={quote(value, safe='')}" for name, value in more.items())
    return f"{base}{'&' if '?' in base else '?'}{joined}"
