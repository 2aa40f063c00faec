"""Pages from templates, and errors as pages for whoever came with a browser."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from fastapi.templating import Jinja2Templates

from handover import attachments
from handover.errors import HandoverError, NotFound, Refused, Unavailable
from handover.trying import is_test
from web.pages import words
from web.problems import UNPROCESSABLE, ApiError

_TEMPLATES = Jinja2Templates(Path(__file__).parent.parent / "templates")
_TEMPLATES.env.filters |= {
    "reason": words.reason,
    "full_time": words.full_time,
    "ago": lambda at: words.ago(at, datetime.now(UTC)),
    "next_step": words.next_step,
    "in_parts": words.in_parts,
    "told": lambda event: words.TOLD.get(event, event.replace("_", " ").capitalize()),
    "state": lambda status: words.CONVERSATION_STATES.get(status, status),
    "action": lambda name: words.ACTIONS.get(name, name),
    "action_state": lambda status: words.ACTION_STATES.get(status, status),
}
_TEMPLATES.env.tests["test_channel"] = is_test
_TEMPLATES.env.globals["attachable"] = attachments

_HEADLINES = {
    401: "You are not signed in",
    403: "You may not do that",
    404: "There is nothing here",
    405: "That does not work",
    409: "Somebody was faster",
    413: "That is too large",
    422: "That does not work",
    503: "Not available right now",
}


_SAME_AGAIN = frozenset({404, 405, 413})
"""Where the same once more would be refused once more."""


class SignInFirst(ApiError):
    """A page that is for staff, asked for by somebody who is not signed in."""

    def __init__(self, next_page: str) -> None:
        super().__init__(401, "unauthorized", "Sign in first.")
        self.next_page = next_page


class PageRoute(APIRoute):
    """A route whose errors are pages; scripts, which don't ask for HTML, get the problem documents of the API."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_with_error_pages(request: Request) -> Response:
            try:
                return await handle(request)
            except (HandoverError, ApiError, RequestValidationError) as error:
                if not wants_html(request):
                    raise
                return _error_page(request, error)

        return handle_with_error_pages


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """A page; never kept by caches, for it shows somebody's own things."""
    answer = _TEMPLATES.TemplateResponse(request, template, context, status_code=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def see(path: str) -> RedirectResponse:
    """Go on at another page, after a form was taken in."""
    return RedirectResponse(path, 303)


def is_https(request: Request, public_url: str) -> bool:
    """Whether cookies can be kept to encrypted connections."""
    return request.url.scheme == "https" or public_url.startswith("https://")


def status_of(error: Exception) -> int:
    """The HTTP status that says what went wrong."""
    match error:
        case ApiError():
            return error.status
        case NotFound():
            return 404
        case Refused(code="managers_only"):
            return 403
        case Refused(code=code) if code in UNPROCESSABLE:
            return 422
        case Refused():
            return 409
        case Unavailable():
            return 503
    return 422


def wants_html(request: Request) -> bool:
    """Whether a person is to see the answer; scripts say that they would rather have something else."""
    return "text/html" in request.headers.get("accept", "")


def _error_page(request: Request, error: Exception) -> Response:
    if isinstance(error, SignInFirst):
        return see(f"/login?{urlencode({'next': error.next_page})}")
    status = status_of(error)
    return error_page(request, status, _in_words(error), _beginning(request) if _is_bad_cursor(error) else "")


def error_page(request: Request, status: int, text: str, beginning: str = "") -> Response:
    """What went wrong, and a way on. beginning: of the list that was asked for, where that is the way."""
    headline = _HEADLINES.get(status, "Something went wrong")
    again = status not in _SAME_AGAIN
    return page(request, "error.html", status, headline=headline, text=text, beginning=beginning, again=again)


def _in_words(error: Exception) -> str:
    if _is_bad_cursor(error):
        return (
            "The address names a place in the list that there is none of: it may have been cut off when it was copied."
        )
    if isinstance(error, RequestValidationError):
        return "The address or the form has a value that is not known here."
    return str(error)


def _is_bad_cursor(error: Exception) -> bool:
    return isinstance(error, Refused) and error.code == "bad_cursor"


def _beginning(request: Request) -> str:
    """The address of the same list, filters and all, from its beginning."""
    asked = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != "after"])
    return f"{request.url.path}?{asked}" if asked else request.url.path
