"""The routes under /v1, and those of operators.

The routers stand in the order in which they are tried.
"""

from fastapi import APIRouter

from web.api import (
    audit,
    conversations,
    handovers,
    keys,
    knowledge,
    missed,
    notifications,
    operations,
    review,
    settings,
    subscriptions,
)

ROUTERS: tuple[APIRouter, ...] = (
    conversations.router,
    handovers.router,
    missed.router,
    notifications.router,
    review.router,
    settings.router,
    knowledge.router,
    subscriptions.router,
    keys.router,
    audit.router,
    operations.router,
)
