"""Programs that are told of every change of a handover by signed webhooks: docs/events.md. For managers and admins."""

from collections.abc import Sequence
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from handover.events import EventType
from handover.outside import Errand
from handover.subscriptions import (
    DeliveryState,
    DeliveryView,
    NewSecret,
    SendAgain,
    SubscriptionChange,
    SubscriptionView,
    Tried,
    carrier_of,
)
from handover.views import Page
from web.access import Caller, Manager
from web.bodies import Body
from web.filters import Part
from web.once import IdempotencyKey, once
from web.problems import RESPONSES
from web.services import Parts, Services

router = APIRouter(prefix="/v1/subscriptions", tags=["subscriptions"], responses=RESPONSES)

SubscriptionId = Annotated[str, Path(max_length=64)]
Url = Annotated[str, Field(min_length=1, max_length=2000, description="Where events are posted to: http or https.")]
Types = Annotated[list[EventType], Field(max_length=len(EventType), description="Which events; empty: all of them.")]


class SubscriptionBody(Body):
    """A program that is to be told of what happens from now on."""

    url: Url
    events: Types = []


class SubscriptionChangeBody(Body):
    """What is to change; what is left out stays."""

    url: Url | None = None
    events: Types | None = None
    enabled: bool | None = None


class DeliveryList(Part):
    """A part of a subscription's deliveries."""

    state: Annotated[DeliveryState | None, Field(description="Only those in this state.")] = None
    conversation_id: Annotated[str | None, Field(max_length=128, description="Only those of one conversation.")] = None


class ResendBody(Body):
    """One delivery, or everything from `since` on: what was not taken, and with `include_sent` what was as well."""

    delivery_id: Annotated[str | None, Field(max_length=100)] = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    include_sent: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.delivery_id is None) == (self.since is None):
            raise ValueError("allowed is either delivery_id or since")
        if self.delivery_id is not None and (self.until is not None or self.include_sent):
            raise ValueError("until and include_sent go with since")
        return self


class ResendAnswer(BaseModel):
    """How many events are on their way again."""

    resent: int


@router.get("")
async def list_subscriptions(parts: Parts, who: Manager) -> Page[SubscriptionView]:
    """All subscriptions, oldest first, without their secrets."""
    return Page(items=await parts.subscriptions.subscriptions())


@router.post("", response_model=NewSecret)
async def add_subscription(
    body: SubscriptionBody, request: Request, parts: Parts, who: Manager, key: IdempotencyKey = None
) -> Response:
    """Tell a program of everything that happens from now on. Its secret is in this answer, and never shown again."""

    async def add() -> NewSecret:
        await parts.event_tests.check(body.url)
        made = await parts.subscriptions.add(body.url, body.events, who.signature)
        await _audit(parts, who, "subscription_added", made)
        return made

    return await once(parts, who, key, request, add)


@router.get("/{subscription_id}")
async def get_subscription(subscription_id: SubscriptionId, parts: Parts, who: Manager) -> SubscriptionView:
    """One subscription, without its secret."""
    return await parts.subscriptions.subscription(subscription_id)


@router.patch("/{subscription_id}")
async def change_subscription(
    subscription_id: SubscriptionId, body: SubscriptionChangeBody, parts: Parts, who: Manager
) -> SubscriptionView:
    """Change where events go or which, or switch them off and on. What waited while it was off is sent once it is on; what
    happened meanwhile is not, unless it is asked for with `resend`."""
    if body.url is not None:
        await parts.event_tests.check(body.url)
    change = SubscriptionChange(body.url, body.events, body.enabled)
    changed = await parts.subscriptions.change(subscription_id, change)
    await _audit(parts, who, "subscription_changed", changed)
    if changed.enabled:
        await _wake(parts, subscription_id, await parts.subscriptions.waiting_conversations(subscription_id))
    return changed


@router.delete("/{subscription_id}", status_code=204)
async def remove_subscription(subscription_id: SubscriptionId, parts: Parts, who: Manager) -> None:
    """Tell a program no more. What waits for it, and what became of its events, is forgotten."""
    removed = await parts.subscriptions.subscription(subscription_id)
    await parts.subscriptions.remove(subscription_id)
    await _audit(parts, who, "subscription_removed", removed)


@router.post("/{subscription_id}/secret")
async def new_secret(subscription_id: SubscriptionId, parts: Parts, who: Manager) -> NewSecret:
    """A new secret, shown in this answer alone. For 24 hours the one before it signs as well."""
    made = await parts.subscriptions.rotate(subscription_id)
    await _audit(parts, who, "subscription_secret_replaced", made)
    return made


@router.get("/{subscription_id}/deliveries")
async def list_deliveries(
    subscription_id: SubscriptionId, asked: Annotated[DeliveryList, Query()], parts: Parts, who: Manager
) -> Page[DeliveryView]:
    """The events that went to it or wait for it, newest first."""
    return await parts.subscriptions.deliveries(subscription_id, **asked.model_dump())


@router.post("/{subscription_id}/test")
async def send_test_event(subscription_id: SubscriptionId, parts: Parts, who: Manager) -> Tried:
    """Send an event of the type `subscription.test` now, and say how it fared. Nothing of it is kept or tried again."""
    tried = await parts.event_tests.test(subscription_id)
    await parts.door.audit("subscription_tested", who.name, f"{subscription_id}: {tried.detail}")
    return tried


@router.post("/{subscription_id}/resend")
async def resend(subscription_id: SubscriptionId, body: ResendBody, parts: Parts, who: Manager) -> ResendAnswer:
    """Send events again, each with the id that it had. 409 while the subscription is switched off."""
    if body.delivery_id is not None:
        again = await parts.subscriptions.resend(subscription_id, body.delivery_id)
    else:
        assert body.since is not None
        wanted = SendAgain(body.since, body.until, body.include_sent)
        again = await parts.subscriptions.resend_since(subscription_id, wanted)
    await parts.door.audit("subscription_resent", who.name, f"{subscription_id}: {again.events} events")
    await _wake(parts, subscription_id, again.conversations)
    return ResendAnswer(resent=again.events)


async def _wake(parts: Services, subscription_id: str, conversations: Sequence[str]) -> None:
    for conversation_id in conversations:
        errand = Errand(carrier=carrier_of(subscription_id), conversation_id=conversation_id)
        await parts.client.wake(errand)


async def _audit(parts: Services, who: Caller, kind: str, about: SubscriptionView) -> None:
    """Who did it. The path of an address may be a secret: the host alone is written down."""
    await parts.door.audit(kind, who.name, f"{about.id}: {about.host}, {'on' if about.enabled else 'off'}")
