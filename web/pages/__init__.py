"""The pages: sign-in, the inbox for staff, and a chat page for visitors.

The routers stand in the order in which they are tried.
"""

from fastapi import APIRouter

from web.pages import (
    audit,
    bot_knowledge,
    bots,
    chat,
    claim_link,
    docs,
    inbox,
    invitation,
    keys,
    me,
    numbers,
    people,
    replies,
    subscriptions,
    team,
    told,
    widget,
)

ROUTERS: tuple[APIRouter, ...] = (
    people.router,
    invitation.router,
    claim_link.router,
    team.router,
    subscriptions.router,
    keys.router,
    audit.router,
    me.router,
    inbox.router,
    replies.router,
    told.router,
    numbers.router,
    bots.router,
    bot_knowledge.router,
    chat.router,
    widget.router,
    docs.router,
)
