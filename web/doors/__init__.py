"""Webhooks: what systems outside tell Handover. Each door has a secret of its own, and is closed without it.

The routers stand in the order in which they are tried.
"""

from fastapi import APIRouter

from web.doors import chatwoot, inbound, slack, twilio, zendesk

ROUTERS: tuple[APIRouter, ...] = (
    chatwoot.router,
    inbound.router,
    slack.router,
    twilio.router,
    zendesk.router,
)
