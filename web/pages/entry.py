"""Coming in: sessions, where to go on, and what somebody's browser is called."""

from datetime import timedelta

from fastapi import Request, Response

from web.access import SESSION_COOKIE
from web.pages.rendering import is_https
from web.services import Services

SESSION_LASTS = timedelta(days=7)
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)


async def open_session(
    request: Request, answer: Response, parts: Services, staff_id: str, key_id: int | None = None
) -> None:
    """Sign a person in on this browser, by a cookie in the answer. `key_id`: the key that they came in with."""
    browser = browser_of(request.headers.get("user-agent", ""))
    answer.set_cookie(
        SESSION_COOKIE,
        await parts.door.open_session(staff_id, SESSION_LASTS, browser, key_id),
        max_age=int(SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_https(request, parts.settings.public_url),
    )


def own_page(path: str) -> str:
    """Where to go on: a page of ours, never another site's."""
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if ours else "/inbox"


def browser_of(user_agent: str) -> str:
    """A browser in words that its owner knows it by, as in "Firefox on Linux"."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
