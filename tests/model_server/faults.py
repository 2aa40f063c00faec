"""Every way in which a model's server lets people down, by name."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from tests.model_server.bodies import FORM, problem
from tests.model_server.checks import RESPONSES
from tests.model_server.exchange import Exchange

Behaviour = Callable[[Exchange], Awaitable[None]]

SECRET = "secret words of the server"
"""In every error that it words: nobody may see them anywhere."""
HTML = f"<html><head><title>502</title></head><body><h1>Bad gateway</h1>{SECRET}</body></html>"
LATER_SECONDS, LATE_SECONDS = 1, 5


async def answers(exchange: Exchange) -> None:
    """Does what it is there for."""
    await exchange.send(200, exchange.answer())


async def answers_late(exchange: Exchange) -> None:
    """Well after any limit of a test that asks for this."""
    await asyncio.sleep(LATE_SECONDS)
    await answers(exchange)


async def never_answers(exchange: Exchange) -> None:
    await exchange.until_they_leave()


async def drips(exchange: Exchange) -> None:
    """Each byte comes soon after the one before it, and the last one never."""
    await exchange.drip(exchange.answer(), pause=0.02)


async def resets_before_the_answer(exchange: Exchange) -> None:
    exchange.reset()


async def resets_within_the_answer(exchange: Exchange) -> None:
    await exchange.send_half(exchange.answer())
    exchange.reset()


async def ends_within_the_answer(exchange: Exchange) -> None:
    """Less than was announced."""
    await exchange.send_half(exchange.answer())


async def cuts_the_body(exchange: Exchange) -> None:
    """As much as was announced, but a proxy has cut it."""
    await exchange.send(200, json.dumps(exchange.answer())[:200])


async def refuses(exchange: Exchange) -> None:
    await exchange.send(200, exchange.refusal())


async def is_stopped_by_the_filter(exchange: Exchange) -> None:
    await exchange.send(200, exchange.stopped("content_filter"))


async def is_stopped_by_the_limit(exchange: Exchange) -> None:
    await exchange.send(200, exchange.stopped("max_output_tokens"))


async def thinks_too_long(exchange: Exchange) -> None:
    await exchange.send(200, exchange.thought_too_long())


async def lacks_this_api(exchange: Exchange) -> None:
    """A server that does not know the path: some say so in their own words, not in the API's."""
    await exchange.send(404, "404 page not found", kind="text/plain")


async def fails_at_the_work(exchange: Exchange) -> None:
    """Taken, and then given up; a server without Responses says so by its status."""
    if exchange.request.path == RESPONSES:
        body = exchange.answer("") | {
            "status": "failed",
            "output": [],
            "error": {"code": "server_error", "message": SECRET},
        }
        await exchange.send(200, body)
    else:
        await exchange.send(500, problem(SECRET, "server_error"))


def fails(status: int, kind: str = "server_error", code: str | None = None, **headers: str) -> Behaviour:
    """An error as the vendor words it."""

    async def behave(exchange: Exchange) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await exchange.send(status, problem(SECRET, kind, code), named)

    return behave


def says(text: str) -> Behaviour:
    """The model writes this."""

    async def behave(exchange: Exchange) -> None:
        await exchange.send(200, exchange.answer(text))

    return behave


def sends(body: str, status: int = 200, kind: str = "application/json") -> Behaviour:
    """Whatever it is that answers, it is no such server."""

    async def behave(exchange: Exchange) -> None:
        await exchange.send(status, body, kind=kind)

    return behave


FAULTS: dict[str, Behaviour] = {
    "never answers": never_answers,
    "drips": drips,
    "resets before the answer": resets_before_the_answer,
    "resets within the answer": resets_within_the_answer,
    "ends within the answer": ends_within_the_answer,
    "cuts the body": cuts_the_body,
    "429, later": fails(429, "requests", "rate_limit_exceeded", retry_after=str(LATER_SECONDS)),
    "429, an hour": fails(429, "tokens", "rate_limit_exceeded", retry_after="3600"),
    "429": fails(429, "requests", "rate_limit_exceeded"),
    "429, no quota": fails(429, "insufficient_quota", "insufficient_quota"),
    "500": fails(500),
    "502 in HTML": sends(HTML, 502, "text/html"),
    "503": fails(503, "overloaded"),
    "fails at the work": fails_at_the_work,
    "400": fails(400, "invalid_request_error"),
    "401": fails(401, "invalid_request_error", "invalid_api_key"),
    "404, no such model": fails(404, "invalid_request_error", "model_not_found"),
    "404, no such API": lacks_this_api,
    "no JSON": says("I'd say that it costs $129."),
    "text around the JSON": says(f"Here you are:\n```json\n{json.dumps(FORM)}\n```\nAnything else?"),
    "JSON of another shape": says(json.dumps({"reply": FORM["answer"], "confidence": 0.9})),
    "a field of another type": says(json.dumps(FORM | {"grounded": "surely"})),
    "a number that is none": says(json.dumps(FORM | {"sentiment": float("nan")})),
    "half a character": says(json.dumps(FORM | {"answer": "\ud83d"})),
    "far too much": says(json.dumps(FORM | {"answer": "It costs $129. " * 10_000})),
    "nothing": says(""),
    "an empty body": sends(""),
    "another API": sends(HTML, kind="text/html"),
    "null": sends("null"),
    "refuses": refuses,
    "the filter": is_stopped_by_the_filter,
    "the limit": is_stopped_by_the_limit,
    "thinks too long": thinks_too_long,
}
