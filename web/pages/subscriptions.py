"""The programs that are told of changes, for managers: which there are, how each fares, and what did not arrive."""

from fastapi import APIRouter, Request, Response

from handover.subscriptions import DeliveryView, SubscriptionView
from web.pages.guard import Managing
from web.pages.rendering import PageRoute, page
from web.services import Parts, Services

router = APIRouter(prefix="/subscriptions", route_class=PageRoute, include_in_schema=False)

SHOWN = 5
"""How many of the newest deliveries that did not arrive are shown."""


@router.get("")
async def all_subscriptions(request: Request, parts: Parts, me: Managing) -> Response:
    """Every subscription with its state. Addresses are shown by their hosts: the rest may be a secret."""
    subscriptions = await parts.subscriptions.subscriptions()
    troubles = {one.id: await _troubles(parts, one) for one in subscriptions}
    return page(request, "subscriptions.html", me=me, subscriptions=subscriptions, troubles=troubles)


async def _troubles(parts: Services, one: SubscriptionView) -> list[DeliveryView]:
    """The newest events that failed, and then those that were tried and still wait."""
    failed = await parts.subscriptions.deliveries(one.id, state="failed", limit=SHOWN)
    waiting = await parts.subscriptions.deliveries(one.id, state="waiting", limit=SHOWN)
    return [*failed.items, *(delivery for delivery in waiting.items if delivery.why)][:SHOWN]
