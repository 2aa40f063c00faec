"""What a manager can ask about a receiver at once: may its address be called, and does it take a test event?"""

import asyncio
import uuid
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from handover.errors import Problem, SettingsError
from handover.ports import EventQueue
from handover.subscriptions import Tried
from integrations.events import EventSender, in_words, is_taken, utcnow
from outbound import AddressRefused, LookUp, Unreached, check_address, system_look_up
from outbound.addresses import check_one, parsed, port_of

TEST_EVENT = "subscription.test"
_LOOK_UP_SECONDS = 5.0


class EventTester:
    """The port EventTests."""

    def __init__(self, queue: EventQueue, sender: EventSender, look_up: LookUp = system_look_up) -> None:
        self._queue = queue
        self._sender = sender
        self._look_up = look_up

    async def check(self, url: str) -> None:
        """Raise SettingsError for an address that is never called. A name that leads nowhere yet may come to lead somewhere:
        each time that something is sent, what it leads to is judged again."""
        try:
            check_address(url, allow_private=self._sender.allow_private)
            target = parsed(url)
            for address in await self._addresses(target.raw_host.decode(), port_of(target)):
                check_one(target.host, ip_address(address), self._sender.allow_private)
        except AddressRefused as error:
            raise SettingsError("subscription", [Problem("url", str(error))]) from error

    async def test(self, subscription_id: str) -> Tried:
        """Send a test event now; nothing of it is kept, and it is not tried again. Raises NotFound."""
        receiver = await self._queue.receiver(subscription_id)
        try:
            answer = await self._sender.post(receiver, f"test-{uuid.uuid4().hex}", _test_event(subscription_id))
        except (AddressRefused, Unreached) as error:
            return Tried(delivered=False, detail=str(error))
        if is_taken(answer.status):
            return Tried(delivered=True, status=answer.status, detail="the receiver took the test event")
        return Tried(delivered=False, status=answer.status, detail=in_words(answer.status))

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            async with asyncio.timeout(_LOOK_UP_SECONDS):
                return await self._look_up(host, port)
        except (Unreached, TimeoutError):
            return []


def _test_event(subscription_id: str) -> dict[str, Any]:
    at = utcnow().isoformat().replace("+00:00", "Z")
    return {"type": TEST_EVENT, "timestamp": at, "data": {"subscription_id": subscription_id}}
