"""The sites whose pages may show a bot's chat: those that its settings name, and Handover's own."""

from typing import NoReturn
from urllib.parse import urlsplit

from fastapi import Request

from handover.bot import Bot
from web.problems import ApiError
from web.refusals import note_refusal, what_was_asked
from web.security import POLICY
from web.services import Services

HEADER = "Handover-Site"
"""In which site's page the chat is shown, as the browser told the chat's own frame."""
OURS = ""


def site_of(request: Request, origin: str | None = None) -> str:
    """The site around the chat: an origin; OURS for a page of this host. Without `origin`: what the request says."""
    given = request.headers.get(HEADER, "") if origin is None else origin
    try:
        return OURS if urlsplit(given).netloc == request.headers.get("host") else given
    except ValueError:
        return given


async def check_allowed(request: Request, parts: Services, bot_id: str | None, site: str) -> Bot:
    """The bot, where it may be shown on this site. Raises ApiError 403, NotFound."""
    bot = (await parts.admin.bot(bot_id)).bot
    if not is_allowed(bot, site):
        await refuse(
            request, parts, f"The bot {bot.id} is not allowed on this site. Its setting origins names those that are."
        )
    return bot


def is_allowed(bot: Bot, site: str) -> bool:
    return site == OURS or site in bot.origins


async def refuse(request: Request, parts: Services, detail: str) -> NoReturn:
    """Refuse, and write it into the audit log."""
    told = request.headers.get(HEADER) or request.headers.get("referer", "")
    text = f"{what_was_asked(request)} {told}"
    await note_refusal(parts, "foreign_origin", request, actor="visitor", text=text)
    raise ApiError(403, "foreign_origin", detail)


def framing_policy(bot: Bot) -> str:
    """The page's policy: browsers show it in frames of these sites only."""
    return POLICY.replace("frame-ancestors 'none'", " ".join(["frame-ancestors 'self'", *bot.origins]))
