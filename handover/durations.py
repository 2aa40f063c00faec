"""Lengths of time as people write them in settings: `2h`, `1d 6h`, `20m`, or {days: 0, hours: 2, minutes: 0}."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from handover.errors import shown

_UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0}
_KEYS = {"days": "d", "hours": "h", "minutes": "m", "seconds": "s"}
_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([dhms])")
AS_MAPPING = ", or {days: 0, hours: 2, minutes: 0}"
"""What a refusal allows besides a text. No form takes it."""
_ALLOWED = f"allowed is a length of time such as 20m, 2h, 1d 6h{AS_MAPPING}"
LONGEST = timedelta(days=366)


def parse_duration(value: Any) -> timedelta:
    """Read a length of time from zero to a year; raises ValueError that says what is allowed."""
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, dict):
        seconds = _from_mapping(value)
    elif isinstance(value, str):
        seconds = _from_text(value)
    else:
        raise ValueError(f"{shown(value)} is no length of time; {_ALLOWED}")
    if not 0 <= seconds <= LONGEST.total_seconds():
        raise ValueError(f"{shown(value)} is out of range; allowed is 0 to {LONGEST.days} days")
    return value if isinstance(value, timedelta) else timedelta(seconds=seconds)


def _from_mapping(value: dict[Any, Any]) -> float:
    seconds = 0.0
    if not value:
        raise ValueError(f"{shown(value)} is no length of time; {_ALLOWED}")
    for key, amount in value.items():
        if key not in _KEYS or isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount < 1e9:
            raise ValueError(f"{shown(key)}: {shown(amount)} is no length of time; {_ALLOWED}")
        seconds += amount * _UNITS[_KEYS[key]]
    return seconds


def _from_text(value: str) -> float:
    seconds, position = 0.0, 0
    for match in _PART.finditer(value):
        if match.start() != position or len(match[1]) > 9:
            break
        seconds += float(match[1]) * _UNITS[match[2]]
        position = match.end()
    if not value.strip() or value[position:].strip():
        raise ValueError(f"{shown(value)} is no length of time; {_ALLOWED}")
    return seconds


def format_duration(length: timedelta) -> str:
    """The shortest text that parse_duration reads back as the same length: 1d 6h, 90s, 0s."""
    parts, left = [], length.total_seconds()
    for unit, size in _UNITS.items():
        count, left = (left, 0.0) if unit == "s" else divmod(left, size)
        if count:
            parts.append(f"{count:.6f}".rstrip("0").rstrip(".") + unit)
    return " ".join(parts) or "0s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["20m", "2h", "1d 6h"]}),
]
