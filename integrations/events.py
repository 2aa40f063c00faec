"""Tells other programs of every change of a handover: signed webhooks as in Standard Webhooks
(https://www.standardwebhooks.com), one courier for each subscription and conversation.

A receiver has an event once it has answered 2xx; 410 says that it wants no more; with every other answer the same event is
sent again later, and none behind it in its conversation before.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from handover.errors import NotCarried
from handover.ports import EventQueue
from handover.signatures import standard_signature
from handover.subscriptions import Outgoing, Receiver, event_of
from outbound import AddressRefused, Answer, Unreached, post_outside

GONE = 410


def utcnow() -> datetime:
    return datetime.now(UTC)


class EventSender:
    """Posts one event. `allow_private`: to private networks and this machine too."""

    def __init__(self, *, allow_private: bool = False, clock: Callable[[], datetime] = utcnow) -> None:
        self.allow_private = allow_private
        self._clock = clock

    async def post(self, receiver: Receiver, event_id: str, event: Mapping[str, Any]) -> Answer:
        """Send an event, signed as of now, and return the answer. Raises AddressRefused and Unreached."""
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        headers = signed_headers(receiver, event_id, body, self._clock())
        return await post_outside(receiver.url, body, headers, allow_private=self.allow_private)


class EventAudience:
    """The port Audience over all subscriptions."""

    def __init__(self, queue: EventQueue, sender: EventSender) -> None:
        self._queue = queue
        self._sender = sender

    async def listening(self) -> list[str]:
        """The subscriptions that are switched on."""
        return await self._queue.listening()

    def carrier(self, receiver: str) -> "EventCarrier":
        """What carries a conversation's events to one subscription."""
        return EventCarrier(receiver, self._queue, self._sender)


class EventCarrier:
    """The port Carrier for one subscription."""

    def __init__(self, subscription_id: str, queue: EventQueue, sender: EventSender) -> None:
        self._subscription_id = subscription_id
        self._queue = queue
        self._sender = sender

    async def carry(self, conversation_id: str) -> bool:
        """Send the oldest event that waits. Raises NotCarried where it was not taken."""
        outgoing = await self._queue.next_event(self._subscription_id, conversation_id)
        if outgoing is None:
            return False
        try:
            answer = await self._sender.post(outgoing.receiver, outgoing.id, outgoing.body)
        except (AddressRefused, Unreached) as error:
            await self._missed(outgoing, str(error))
        else:
            await self._note(outgoing, answer)
        return True

    async def give_up(self, conversation_id: str, item: str, why: str) -> bool:
        """The event with this `webhook-id` has failed, and the next one is sent."""
        event = event_of(self._subscription_id, item)
        return event is not None and await self._queue.give_up(self._subscription_id, event, why)

    async def _note(self, outgoing: Outgoing, answer: Answer) -> None:
        why = in_words(answer.status)
        if is_taken(answer.status):
            await self._queue.note_taken(outgoing, answer.status)
        elif answer.status == GONE:
            await self._queue.note_gone(outgoing, answer.status, why)
        else:
            await self._missed(outgoing, why, answer)

    async def _missed(self, outgoing: Outgoing, why: str, answer: Answer | None = None) -> None:
        await self._queue.note_try(outgoing, answer.status if answer else None, why)
        to = f"the subscriber {urlsplit(outgoing.receiver.url).hostname}"
        raise NotCarried(why, item=outgoing.id, to=to, after=answer.after if answer else None)


def signed_headers(receiver: Receiver, event_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """What makes a request one of Standard Webhooks: id, time, and a signature by each secret, so that secrets can change."""
    timestamp = str(int(at.timestamp()))
    signatures = [standard_signature(secret, event_id, timestamp, body) for secret in receiver.secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Handover-Events/1",
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def is_taken(status: int) -> bool:
    return 200 <= status < 300


def in_words(status: int) -> str:
    """What an answer other than 2xx means, for managers."""
    if status == GONE:
        return "the receiver answered 410: it wants no more events"
    if 300 <= status < 400:
        return f"the receiver answered {status}: redirects are not followed, the subscription needs the final address"
    return f"the receiver answered {status}"
