"""What a form's texts are as settings: the shape of every key is read off the settings' own JSON schema."""

from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from handover.bot import Bot

Key = tuple[str, ...]
LINE = 200
"""Texts that may be longer than this get several lines."""


class Kind(StrEnum):
    """How a value is typed in."""

    switch = "switch"
    choice = "choice"
    number = "number"
    line = "line"
    text = "text"
    lines = "lines"
    pairs = "pairs"
    rows = "rows"
    group = "group"


class Shape(NamedTuple):
    """What a key holds. optional: left empty, it is left out of the settings. choices: all that is allowed, where few are."""

    kind: Kind
    optional: bool = False
    choices: tuple[str, ...] = ()
    longest: int | None = None


def shape_of(key: Key) -> Shape:
    """The shape of the value at a key such as `handover.rules.0.name`; a line of text where there is no such key."""
    schema, optional = _resolved(_at(key))
    return Shape(_kind(schema), optional, tuple(map(str, schema.get("enum", ()))), schema.get("maxLength"))


def typed(key: Key, text: str) -> Any:
    """The value that somebody typed for a key. What is no such value stays as it is, for the refusal to show."""
    shape = shape_of(key)
    text = text.replace("\r\n", "\n")
    if shape.optional and not text.strip():
        return None
    match shape.kind:
        case Kind.switch:
            return text == "true"
        case Kind.number:
            return _number(text.strip())
        case Kind.lines:
            return [line.strip() for line in text.split("\n") if line.strip()]
        case Kind.pairs:
            return dict(_pair(line) for line in text.split("\n") if line.strip())
        case Kind.text:
            return text
    return text.strip()


def written(value: Any) -> str:
    """A value as the form shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, dict):
        return "\n".join(f"{name} = {one}" for name, one in value.items())
    return "" if value is None else str(value)


def _number(text: str) -> Any:
    try:
        return int(text) if text.removeprefix("-").isdecimal() else float(text)
    except ValueError:
        return text


def _pair(line: str) -> tuple[str, str | None]:
    """`plan = gold`; a line without `=` has no value, and is refused for that."""
    name, equals, value = line.partition("=")
    return name.strip(), value.strip() if equals else None


@cache
def _schema() -> dict[str, Any]:
    return Bot.model_json_schema()


def _at(key: Key) -> dict[str, Any]:
    schema: dict[str, Any] = _schema()
    for part in key:
        schema, _ = _resolved(schema)
        schema = _inside(schema, part)
    return schema


def _inside(schema: dict[str, Any], part: str) -> dict[str, Any]:
    if "items" in schema:
        return dict(schema["items"])
    if part in schema.get("properties", {}):
        return dict(schema["properties"][part])
    named = schema.get("patternProperties") or {"": schema.get("additionalProperties")}
    inner = next(iter(named.values()))
    return dict(inner) if isinstance(inner, dict) else {}


def _resolved(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """A schema with its reference followed, and whether it may be left out. Of several possibilities, the one that holds
    keys, otherwise the one that anything can be written in."""
    if "$ref" in schema:
        return _resolved(_schema()["$defs"][schema["$ref"].rsplit("/", 1)[1]])
    members = schema.get("anyOf")
    if members is None:
        return schema, False
    inner = [_resolved(one)[0] for one in members if one.get("type") != "null"]
    found = next((one for one in inner if "properties" in one or "items" in one), inner[-1])
    return found, len(inner) < len(members)


def _kind(schema: dict[str, Any]) -> Kind:
    if "enum" in schema:
        return Kind.choice
    match schema.get("type"):
        case "boolean":
            return Kind.switch
        case "integer" | "number":
            return Kind.number
        case "array":
            return Kind.lines if _resolved(schema["items"])[0].get("type") == "string" else Kind.rows
        case "object":
            named = schema.get("additionalProperties")
            return Kind.pairs if isinstance(named, dict) and named.get("type") == "string" else Kind.group
    return Kind.text if schema.get("maxLength", 0) > LINE else Kind.line
