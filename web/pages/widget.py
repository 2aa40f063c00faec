"""The chat on other sites: the page in the widget's frame, and a shop that stands for such a site."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from handover.bot import Id
from web.pages.rendering import PageRoute, page, see
from web.pages.sites import check_allowed, framing_policy, site_of
from web.services import Parts

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/widget")
async def widget(request: Request, parts: Parts, bot: Id | None = None) -> Response:
    """The chat as it is framed. Raises ApiError 403 in the page of a site that the bot does not allow.

    A browser that does not say in whose page it is (no Referer) is held by the page's policy all the same.
    """
    if request.headers.get("sec-fetch-dest") == "document":
        return see(f"/chat?bot={bot}" if bot else "/chat")
    settings = await check_allowed(request, parts, bot, site_of(request, _origin(request.headers.get("referer", ""))))
    answer = page(request, "chat.html", bot=settings, framed=True)
    answer.headers["Content-Security-Policy"] = framing_policy(settings)
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@router.get("/demo")
async def demo(request: Request, parts: Parts, bot: Id | None = None) -> Response:
    """A shop's page with the widget on it."""
    settings = (await parts.admin.bot(bot)).bot
    return page(request, "widget_demo.html", bot=settings, address=parts.settings.public_url)


def _origin(address: str) -> str | None:
    """The origin of an address; None where there is none, and the address itself where it has no origin."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else address or None
