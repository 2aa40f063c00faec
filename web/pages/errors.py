"""What goes wrong before any page is reached, as a body that is too large or an address that is none: a page for people.

Programs get the problem document: whoever asks for no HTML, and everybody at the addresses that are for programs.
"""

import re

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from handover.knowledge import MOST_BYTES
from web.pages import bot_knowledge
from web.pages.rendering import error_page, wants_html
from web.problems import http_problem, too_large_problem

_FOR_PROGRAMS = ("/v1/", "/webhooks/")
_LONGEST_SHOWN = 200
_ALLOWED = {bot_knowledge.UPLOADS: f" A document of a bot’s knowledge has at most {MOST_BYTES // 1024} KiB."}
"""What is allowed for what is sent to single addresses, by regular expressions: less than the whole form may have."""


def add_error_pages(app: FastAPI) -> None:
    """Show pages to people also where no route was reached; after add_problem_handlers, whose answer programs get."""
    app.add_exception_handler(HTTPException, _http)


def too_large(request: Request, most: int) -> Response:
    """The answer to a body of more than `most` bytes, nothing of which was taken in."""
    if not _for_people(request):
        return too_large_problem(most)
    allowed = next((text for path, text in _ALLOWED.items() if re.fullmatch(path, request.url.path)), "")
    text = f"More was sent than the {most // 1024} KiB that are allowed here at once.{allowed} Nothing was changed."
    return error_page(request, 413, f"{text} Go back in your browser, and send something shorter.")


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = http_problem(request, error)
    if not _for_people(request):
        return answer
    shown = error_page(request, answer.status_code, _in_words(request, answer.status_code, error.detail))
    shown.headers.update(error.headers or {})
    return shown


def _in_words(request: Request, status: int, detail: str) -> str:
    path = request.url.path[:_LONGEST_SHOWN]
    match status:
        case 404:
            return f"There is no page at {path}: look whether the address is whole. Nothing was changed."
        case 405:
            return f"{path} can’t be opened or sent to in this way. Nothing was changed."
        case 422:
            return "What was sent can’t be read as this page’s form. Nothing was changed. Go back, and send it again."
    return f"{detail.rstrip('.')}. Nothing was changed."


def _for_people(request: Request) -> bool:
    return wants_html(request) and not f"{request.url.path}/".startswith(_FOR_PROGRAMS)
