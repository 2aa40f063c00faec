"""The OpenAPI document, with what the framework cannot know by itself."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from web.problems import Problem

_PLACE = "#/components/schemas/{model}"


class Documented(FastAPI):
    """An app whose document has the problem documents with their own content type.

    A response's `model` would be documented with the content type of the route's answers, which no problem is sent with.
    """

    def openapi(self) -> dict[str, Any]:
        """The document; the framework keeps it, so that it is made once."""
        document = super().openapi()
        document["components"]["schemas"] |= _problem_schemas()
        return document


def _problem_schemas() -> dict[str, Any]:
    _, found = models_json_schema([(Problem, "serialization")], ref_template=_PLACE)
    schemas: dict[str, Any] = found["$defs"]
    return schemas
