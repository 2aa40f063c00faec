"""What a model's server refuses: requests that do not fit the API, and schemas that structured output can't keep to."""

import re
from collections.abc import Iterator
from typing import Any

from tests.model_server.bodies import problem

RESPONSES, CHAT = "/v1/responses", "/v1/chat/completions"

_COMMON = {"model", "temperature", "top_p", "store", "metadata", "user", "stream", "tools", "tool_choice"}
_KNOWN = {
    RESPONSES: {*_COMMON, "input", "instructions", "text", "max_output_tokens", "reasoning", "truncation", "include"},
    CHAT: {
        *_COMMON,
        "messages",
        "response_format",
        "max_tokens",
        "max_completion_tokens",
        "reasoning_effort",
        "n",
        "seed",
    },
}
_SCHEMA_KEYS = {
    *(
        "$defs",
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "description",
        "enum",
        "items",
        "properties",
        "required",
    ),
    *("title", "type", "pattern", "format", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"),
    *("minItems", "maxItems"),
}
"""What structured output keeps to; anything else is refused with the request."""
_DEEPEST, _FEWEST_TOKENS = 10, 16

Refusal = tuple[int, dict[str, Any]]


def refusal(path: str, headers: dict[str, str], body: Any, key: str) -> Refusal | None:
    """The status and body with which the vendor would refuse a request; None where it would work on it."""
    if headers.get("authorization") != f"Bearer {key}":
        given = headers.get("authorization", "").removeprefix("Bearer ")
        return 401, problem(f"Incorrect API key provided: {given}.", code="invalid_api_key")
    if path not in _KNOWN:
        return 404, problem(f"Invalid URL (POST {path})")
    faults = list(_faults(path, headers, body))
    return (400, problem("; ".join(faults))) if faults else None


def _faults(path: str, headers: dict[str, str], body: Any) -> Iterator[str]:
    if not headers.get("content-type", "").startswith("application/json") or not isinstance(body, dict):
        yield "the body is no JSON object"
        return
    yield from (f"Unknown parameter: '{name}'." for name in sorted(body.keys() - _KNOWN[path]))
    if not isinstance(body.get("model"), str) or not body["model"]:
        yield "you must provide a model parameter"
    yield from _faults_of_a_response(body) if path == RESPONSES else _faults_of_a_chat(body)


def _faults_of_a_response(body: dict[str, Any]) -> Iterator[str]:
    if not isinstance(body.get("input"), str) or not body["input"]:
        yield "input: a text is expected"
    if not isinstance(body.get("instructions", ""), str):
        yield "instructions: a text is expected"
    if not isinstance(body.get("store", True), bool):
        yield "store: true or false is expected"
    yield from _faults_of_a_limit(body, "max_output_tokens", _FEWEST_TOKENS)
    form = body.get("text", {}).get("format", {"type": "text"})
    if form.get("type") == "json_schema":
        yield from _faults_of_a_format(form, "text.format", {"type", "name", "strict", "schema", "description"})
    elif form != {"type": "text"}:
        yield "text.format: not known"


def _faults_of_a_chat(body: dict[str, Any]) -> Iterator[str]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        yield "messages: a list is expected"
        return
    for one in messages:
        if set(one) != {"role", "content"} or one["role"] not in ("system", "developer", "user", "assistant"):
            yield f"messages: {sorted(one)} does not fit"
        elif not isinstance(one["content"], str) or not one["content"]:
            yield "messages: the content is no text"
    if messages[-1].get("role") != "user":
        yield "messages: the last one is not the user's"
    if {"max_tokens", "max_completion_tokens"} <= body.keys():
        yield "max_tokens and max_completion_tokens exclude each other"
    yield from _faults_of_a_limit(body, "max_tokens", 1)
    form = body.get("response_format", {"type": "text"})
    if form.get("type") == "json_schema":
        inner = form.get("json_schema", {})
        yield from _faults_of_a_format(inner, "response_format", {"name", "strict", "schema", "description"})
    elif form != {"type": "text"}:
        yield "response_format: not known"


def _faults_of_a_limit(body: dict[str, Any], name: str, least: int) -> Iterator[str]:
    limit = body.get(name, least)
    if type(limit) is not int or limit < least:
        yield f"{name}: a whole number from {least} on is expected"


def _faults_of_a_format(form: dict[str, Any], place: str, known: set[str]) -> Iterator[str]:
    yield from (f"Unknown parameter: '{place}.{name}'." for name in sorted(form.keys() - known))
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(form.get("name", ""))):
        yield f"{place}.name: 1 to 64 letters, digits, _ and - are expected"
    schema = form.get("schema")
    if not isinstance(schema, dict):
        yield f"{place}.schema: a JSON schema is expected"
    elif form.get("strict") is True:
        yield from faults_of_strict(schema)


def faults_of_strict(schema: dict[str, Any]) -> list[str]:
    """Why a model can't be held to a schema; nothing where it can."""
    faults = [] if schema.get("type") == "object" else ["the root has to be an object"]
    faults += _inside(schema, schema, "root", 0)
    for name, inner in schema.get("$defs", {}).items():
        faults += _inside(inner, schema, name, 0)
    return faults


def _inside(schema: dict[str, Any], root: dict[str, Any], place: str, depth: int) -> Iterator[str]:
    yield from (f"{place}: '{key}' is not permitted" for key in sorted(schema.keys() - _SCHEMA_KEYS))
    if depth > _DEEPEST:
        yield f"{place}: nested more than {_DEEPEST} deep"
    if "$ref" in schema:
        yield from _faults_of_a_reference(schema, root, place)
    elif not {"type", "anyOf", "enum", "const"} & schema.keys():
        yield f"{place}: a type is missing"
    if schema.get("type") == "object":
        yield from _faults_of_an_object(schema, place)
    for name, inner in schema.get("properties", {}).items():
        yield from _inside(inner, root, f"{place}.{name}", depth + 1)
    for inner in [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]:
        yield from _inside(inner, root, f"{place}[]", depth + 1)


def _faults_of_a_reference(schema: dict[str, Any], root: dict[str, Any], place: str) -> Iterator[str]:
    if set(schema) != {"$ref"}:
        yield f"{place}: $ref can't have keywords beside it"
    if schema["$ref"].removeprefix("#/$defs/") not in root.get("$defs", {}):
        yield f"{place}: {schema['$ref']} leads nowhere"


def _faults_of_an_object(schema: dict[str, Any], place: str) -> Iterator[str]:
    if schema.get("additionalProperties") is not False:
        yield f"{place}: 'additionalProperties' is required to be supplied and to be false"
    if set(schema.get("required", [])) != set(schema.get("properties", {})):
        yield f"{place}: 'required' is required to include every key in properties"
