"""A visitor's one conversation: in a signed token that a page sends along, and in a cookie by which /chat finds it again.

The token names the conversation, the bot and the site in whose page the chat is shown. It is sent as a header and never by
itself, so that it works where browsers block cookies, and no other site's page can use it.
"""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from itsdangerous import BadSignature, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer

from handover.trying import TEST_CHANNEL
from web.access import check_origin
from web.pages.rendering import is_https
from web.pages.sites import check_allowed, refuse, site_of
from web.problems import ApiError
from web.refusals import note_refusal
from web.services import Parts, Services

CHANNEL = "web"
TEST_ID = rf"^{TEST_CHANNEL}-[\w-]{{24}}$"
"""What the id of a test looks like, as a regular expression: new_tester makes them."""
COOKIE = "handover_visitor"
KEPT_SECONDS = 30 * 24 * 3600
"""How long a cookie is kept, and a token may be renewed."""
TOKEN_SECONDS = 12 * 3600
"""How long a token is good for before it has to be renewed."""
_PATH = "/chat"
_bearer = HTTPBearer(auto_error=False)


@dataclass(frozen=True)
class Visitor:
    """Somebody in a chat: their conversation, the bot that they came to (None: the default one), and the site around it
    (empty: a page of our own)."""

    conversation_id: str
    bot_id: str | None
    site: str = ""

    @property
    def channel(self) -> str:
        """Where they talk. Every id of a visitor's conversation was made here, and what holds it is signed."""
        return TEST_CHANNEL if self.conversation_id.startswith(f"{TEST_CHANNEL}-") else CHANNEL


def new_visitor(bot_id: str | None, site: str = "") -> Visitor:
    """Somebody who has not said anything yet."""
    return Visitor(_new_id(CHANNEL), bot_id, site)


def new_tester(bot_id: str) -> Visitor:
    """Somebody of the team who tries a bot, and has not said anything yet."""
    return Visitor(_new_id(TEST_CHANNEL), bot_id)


def _new_id(channel: str) -> str:
    return f"{channel}-{token_urlsafe(18)}"


# ---- the cookie ------------------------------------------------------------------------------------------------------


def visitor_of(request: Request, parts: Services) -> Visitor | None:
    """Whom the cookie names; None where there is none, or not one of ours."""
    try:
        conversation_id, bot_id = _cookies(parts).loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return Visitor(conversation_id, bot_id)


def remember(request: Request, answer: Response, parts: Services, visitor: Visitor) -> None:
    """Put the visitor into the answer's cookie."""
    answer.set_cookie(
        COOKIE,
        str(_cookies(parts).dumps([visitor.conversation_id, visitor.bot_id])),
        max_age=KEPT_SECONDS,
        path=_PATH,
        httponly=True,
        samesite="lax",
        secure=is_https(request, parts.settings.public_url),
    )


# ---- the token -------------------------------------------------------------------------------------------------------


def token_for(parts: Services, visitor: Visitor) -> str:
    """A token that is good for TOKEN_SECONDS from now on."""
    return str(_tokens(parts).dumps([visitor.conversation_id, visitor.bot_id, visitor.site]))


async def visitor_in(request: Request, parts: Services, token: str, seconds: int = TOKEN_SECONDS) -> Visitor:
    """Whom a token names. Raises ApiError 401 where it is older than that, or not one of ours: that is written down."""
    try:
        conversation_id, bot_id, site = _tokens(parts).loads(token, max_age=seconds)
    except (BadSignature, ValueError, TypeError) as error:
        if not isinstance(error, SignatureExpired):
            await note_refusal(parts, "wrong_token", request, actor="visitor")
        raise ApiError(401, "unauthorized", "This conversation is not known here (any more).") from error
    return Visitor(conversation_id, bot_id, site)


async def on_their_site(request: Request, parts: Services, found: Visitor) -> Visitor:
    """The visitor of a token, on the site that it was made for, while the bot allows that one. Raises ApiError 403."""
    if site_of(request) != found.site:
        await refuse(request, parts, "This conversation belongs to another site.")
    await check_allowed(request, parts, found.bot_id, found.site)
    return found


async def visitor(
    request: Request, parts: Parts, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Visitor:
    """The visitor of this request. Raises ApiError 401 without a token that is good, 403 where it is another site's."""
    await check_origin(request, parts)
    if bearer is None:
        await note_refusal(parts, "missing_token", request, actor="visitor")
        raise ApiError(401, "unauthorized", "Open the chat first: this conversation is not known here.")
    return await on_their_site(request, parts, await visitor_in(request, parts, bearer.credentials))


def _cookies(parts: Services) -> URLSafeSerializer:
    return URLSafeSerializer(parts.secret, salt="visitor")


def _tokens(parts: Services) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(parts.secret, salt="visitor token")


TheVisitor = Annotated[Visitor, Depends(visitor)]
