"""Programs that are told of every change: what they subscribed to, and what became of each delivery."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from handover.events import EventType
from handover.ids import HandoverId
from handover.messages import Payload

CARRIER = "events"
"""What the couriers of subscriptions are called; each has one of its own, `events/{subscription}`."""

FAILURES_IN_A_ROW = 5
"""After so many deliveries in a row that failed for good, a subscription is switched off."""

MOST_AT_ONCE = 1000
"""How many events can be sent again by one request."""

DeliveryState = Literal["waiting", "sent", "failed"]


class SubscriptionView(Payload):
    """A subscription, without its secret. `events`: the chosen types; empty: all, those of later versions too.

    off_because: why it was switched off, where nobody of the team did it. failures: deliveries in a row that failed for
    good. waiting, failed: deliveries in these states now. Times are in UTC.
    """

    id: str
    url: str
    events: list[EventType]
    enabled: bool
    off_because: str = ""
    failures: int = 0
    waiting: int = 0
    failed: int = 0
    created_by: str
    created_at: datetime
    former_secret_until: datetime | None = None

    @property
    def host(self) -> str:
        """Of its address, of which the rest may be a secret."""
        return urlsplit(self.url).hostname or ""


class NewSecret(SubscriptionView):
    """A subscription with the secret that has just been made for it: it is shown this once."""

    secret: str


class DeliveryView(Payload):
    """One event on its way to one subscriber. `id` is its `webhook-id`, the same however often it is sent.

    tries: since it waits, this time. status: what the receiver answered last. why: what was the matter, in words.
    """

    id: str
    type: EventType
    conversation_id: str
    handover_id: str
    state: DeliveryState
    tries: int
    status: int | None = None
    why: str = ""
    at: datetime
    tried_at: datetime | None = None
    sent_at: datetime | None = None


class Tried(Payload):
    """How a test event fared. `status`: what the receiver answered; None where nobody did."""

    delivered: bool
    status: int | None = None
    detail: str


class SubscriptionChange(NamedTuple):
    """What is to change of a subscription; None stays."""

    url: str | None = None
    events: list[EventType] | None = None
    enabled: bool | None = None


class SendAgain(NamedTuple):
    """Which events are to be sent again: those from `since` until before `until`, the taken ones only where asked for."""

    since: datetime
    until: datetime | None = None
    include_sent: bool = False


class Resent(NamedTuple):
    """How many events wait again, and in which conversations."""

    events: int
    conversations: list[str]


@dataclass(frozen=True)
class Receiver:
    """Where events go, and with what they are signed: the current secret first, then one that was just replaced."""

    id: str
    url: str
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Outgoing:
    """The next event for one receiver. `event` is its number in the store, `body` what is sent."""

    receiver: Receiver
    event: int
    conversation_id: str
    body: dict[str, Any]

    @property
    def id(self) -> str:
        """The `webhook-id`."""
        return delivery_id(self.receiver.id, self.event)


def carrier_of(subscription_id: str) -> str:
    """The carrier of one subscription's events."""
    return f"{CARRIER}/{subscription_id}"


def delivery_id(subscription_id: str, event: int) -> str:
    """The `webhook-id` of an event for a subscription."""
    return f"{subscription_id}-{event}"


def event_of(subscription_id: str, text: str) -> int | None:
    """The event of a delivery by its id; None where it is none of this subscription."""
    number = text.removeprefix(f"{subscription_id}-")
    usable = number != text and number.isascii() and number.isdecimal() and len(number) < 19
    return int(number) if usable else None


def handover_of(body: dict[str, Any]) -> HandoverId:
    """The handover that a change is about."""
    return HandoverId(body["data"]["conversation_id"], body["data"]["number"])
