"""Errors as RFC 9457 problem documents with a stable `type`."""

from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from handover.errors import HandoverError, NotFound, Refused, SettingsError, Unavailable

TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Somebody was faster",
    413: "Too large",
    415: "Not a media type that is read here",
    422: "Not valid",
    503: "Not available right now",
}

UNPROCESSABLE = frozenset(
    {"invalid_settings", "time_out_of_range", "unknown_staff", "unknown_bot", "bad_cursor", "attachment_not_opened"}
)
"""Refusals that are about what was asked, not about who was faster."""


class WrongValue(BaseModel):
    """One value that was refused: where it stands, and what is allowed."""

    key: str
    detail: str


class Problem(BaseModel):
    """A problem document (RFC 9457). `holder` and `since` say who has the case, where that is the problem."""

    type: str
    title: str
    status: int
    detail: str
    holder: str | None = None
    since: datetime | None = None
    errors: list[WrongValue] = []


class ApiError(Exception):
    """A request that is refused at the door."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers


def problem_type(code: str) -> str:
    """The stable name of a problem."""
    return f"urn:handover:problem:{code}"


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """A problem document as an answer."""
    title = TITLES.get(status, "Something went wrong")
    document = Problem(type=problem_type(code), title=title, status=status, detail=detail, **more)
    content = document.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return JSONResponse(content, status, headers=headers, media_type="application/problem+json")


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": TITLES[status],
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status in (401, 403, 404, 409, 413, 422, 503)
}
"""What every route may answer besides its own, for the OpenAPI document; web/openapi.py adds the schema."""


def add_problem_handlers(app: FastAPI) -> None:
    """Turn every error into a problem document."""
    app.add_exception_handler(HandoverError, _handover_error)
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, http_problem)


def _handover_error(request: Request, error: Exception) -> JSONResponse:
    match error:
        case NotFound():
            return problem(404, "not_found", str(error))
        case Refused(code=code) if code == "managers_only":
            return problem(403, code, str(error))
        case Refused(code=code) if code in UNPROCESSABLE:
            return problem(422, code, str(error))
        case Refused():
            return problem(409, error.code, str(error), holder=error.holder, since=error.since)
        case SettingsError():
            wrong = [WrongValue(key=one.key, detail=one.text) for one in error.problems]
            return problem(422, error.code, str(error), errors=wrong)
        case Unavailable():
            return problem(503, error.code, str(error), {"Retry-After": "2"})
    return problem(500, "error", "Something went wrong here. Nothing that was accepted before is lost.")


def _api_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return problem(error.status, error.code, error.detail, error.headers)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    wrong = [WrongValue(key=".".join(map(str, one["loc"][1:])) or "body", detail=one["msg"]) for one in error.errors()]
    detail = "; ".join(f"{one.key}: {one.detail}" for one in wrong)
    return problem(422, "invalid_request", f"Nothing was changed: {detail}", errors=wrong)


def too_large_problem(most: int) -> JSONResponse:
    """The problem of a body with more than `most` bytes."""
    return problem(413, "too_large", f"A body has at most {most} bytes. Nothing was stored.")


def http_problem(request: Request, error: Exception) -> JSONResponse:
    """What the framework refuses, before a route is reached or while the body is read."""
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # the framework's word for a body that is no UTF-8, nested too deeply, or no form
        return problem(422, "invalid_request", "Nothing was changed: the body is not what its Content-Type says.")
    codes = {401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
    headers = dict(error.headers) if error.headers else None
    return problem(error.status_code, codes.get(error.status_code, "error"), str(error.detail), headers)
