"""Sends letters by apprise: mail, text messages, Slack, Teams, push.

Apprise is blocking, so that it has threads of its own; its URLs hold secrets, so that neither they nor what it logs is shown.
"""

import asyncio
import logging
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote, urlsplit

from apprise import Apprise, AppriseAsset, AppriseResult, AppriseResultStatus, NotifyFormat

from handover.addresses import is_allowed_host
from handover.staff import NotifyChannel
from integrations.letters import Letter
from integrations.notifier import Sender
from integrations.routes import Call, Route, routes
from settings import AppSettings

SECONDS = 10.0
"""How long one call may take."""
_AT_ONCE = 8
_NAME_THEIR_HOST = frozenset({"NotifyNtfy", "NotifyGotify", "NotifyWorkflows"})
"""Services whose addresses say which host is called."""

_threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="notify")
logging.getLogger("apprise").propagate = False  # it names addresses; what went wrong is in the error


class NotSent(Exception):
    """The other side did not take a letter, or did not answer in time. The text says why, without secrets."""


class AppriseSender:
    """The port Sender over one channel's route."""

    def __init__(self, route: Route, hosts: frozenset[str] = frozenset(), seconds: float = SECONDS) -> None:
        self._route = route
        self._hosts = hosts
        self._seconds = seconds

    async def send(self, address: str, letter: Letter) -> None:
        """Send one letter. Raises NotSent, Unusable."""
        call = self._route(address, letter)
        running = asyncio.get_running_loop().run_in_executor(_threads, self._call, call)
        try:
            async with asyncio.timeout(self._seconds + 2):
                result = await running
        except TimeoutError:
            raise NotSent(f"{call.server} did not answer in {self._seconds:g} seconds") from None
        if result.status is not AppriseResultStatus.SUCCESS:
            raise NotSent(self._fault(call, result))

    def _call(self, call: Call) -> AppriseResult:
        apprise = _loaded(call.url, self._hosts)
        body_format = NotifyFormat.HTML if call.is_html else NotifyFormat.TEXT
        return apprise.notify(body=call.body, title=call.title, body_format=body_format, timeout=self._seconds)

    def _fault(self, call: Call, result: AppriseResult) -> str:
        if result.status is AppriseResultStatus.TIMEOUT:
            return f"{call.server} did not answer in {self._seconds:g} seconds"
        said = dict.fromkeys(entry.message for service in result for entry in service.logs())
        return f"{call.server} did not take it: {_without_secrets(said, call.url) or 'it did not say why'}"


def make_senders(settings: AppSettings) -> Mapping[NotifyChannel, Sender]:
    """A sender for each channel that is set up. Raises ValueError that names the setting that apprise can't use."""
    for name in ("mail_url", "sms_url", "slack_url"):
        url = getattr(settings, name)
        if url and Apprise.instantiate(url.get_secret_value(), asset=_asset()) is None:
            raise ValueError(f"HANDOVER_{name.upper()}: something is missing, or not as its service gives it out")
    hosts = settings.allowed_notify_hosts
    return {channel: AppriseSender(route, hosts) for channel, route in routes(settings).items()}


def _asset() -> AppriseAsset:
    """Nothing is kept on disk, no text is a template, and the app has our name."""
    return AppriseAsset(
        app_id="Handover",
        app_desc="Handover",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        storage_mode="memory",
        secure_logging=True,
        allow_templates=False,
        http_redirects=False,
        pgp_autogen=False,
        pem_autogen=False,
    )


def _loaded(url: str, hosts: frozenset[str]) -> Apprise:
    """One service, which leads where its address was allowed to lead. Raises NotSent."""
    service = Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)
    if service is None:
        raise NotSent("the address can't be used: something is missing, or not as its service gives it out")
    if _leads_elsewhere(service, hosts):
        raise NotSent("the address can't be used: its host is not allowed")
    apprise = Apprise(asset=_asset())
    apprise.add(service)
    return apprise


def _leads_elsewhere(service: Any, hosts: frozenset[str]) -> bool:
    """Whether a service calls a host that nobody allowed; a topic of ntfy's own cloud names none."""
    if type(service).__name__ not in _NAME_THEIR_HOST or getattr(service, "mode", None) == "cloud":
        return False
    return not is_allowed_host(service.host or "", service.port, hosts)


def _without_secrets(said: Iterable[str], url: str) -> str:
    """What apprise says, without any part of the address that may be a secret; the host is none."""
    parts = urlsplit(url)
    raw = re.split(r"[/?&=#,]", f"{parts.path}/{parts.query}/{parts.fragment}")
    secrets = {unquote(one) for one in [*raw, parts.username or "", parts.password or ""]} | {*raw}
    secrets = {one for one in secrets if len(one) > 3} | {parts.password or ""}
    text = "; ".join(said)
    for secret in sorted(secrets - {""}, key=len, reverse=True):
        text = text.replace(secret, "…")
    return text[:300]
