"""A visitor's one conversation, in a signed cookie: nobody can ask for the conversation of somebody else."""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Annotated

from fastapi import Depends, Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from web.access import check_origin
from web.pages.rendering import is_https
from web.problems import ApiError
from web.services import Parts, Services

COOKIE = "handover_visitor"
KEPT_SECONDS = 30 * 24 * 3600
_PATH = "/chat"


@dataclass(frozen=True)
class Visitor:
    """Somebody on the chat page: their conversation, and the bot that they came to (None: the default one)."""

    conversation_id: str
    bot_id: str | None


def new_visitor(bot_id: str | None) -> Visitor:
    """Somebody who has not said anything yet."""
    return Visitor(f"web-{token_urlsafe(18)}", bot_id)


def visitor_of(request: Request, parts: Services) -> Visitor | None:
    """Whom the cookie names; None where there is none, or not one of ours."""
    try:
        conversation_id, bot_id = _signer(parts).loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return Visitor(conversation_id, bot_id)


def remember(request: Request, answer: Response, parts: Services, visitor: Visitor) -> None:
    """Put the visitor into the answer's cookie."""
    answer.set_cookie(
        COOKIE,
        str(_signer(parts).dumps([visitor.conversation_id, visitor.bot_id])),
        max_age=KEPT_SECONDS,
        path=_PATH,
        httponly=True,
        samesite="lax",
        secure=is_https(request, parts.settings.public_url),
    )


async def visitor(request: Request, parts: Parts) -> Visitor:
    """The visitor of this request. Raises ApiError without a valid cookie, or where another site's page asks."""
    check_origin(request)
    found = visitor_of(request, parts)
    if found is None:
        raise ApiError(401, "unauthorized", "Open the chat page first: this conversation is not known here.")
    return found


def _signer(parts: Services) -> URLSafeSerializer:
    return URLSafeSerializer(parts.secret, salt="visitor")


TheVisitor = Annotated[Visitor, Depends(visitor)]
