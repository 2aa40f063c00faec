"""A bot's settings with all its lengths of time shortened, so that a story of a day plays in half a minute.

The team is there around the clock: a day that is over in half a minute has no closing time.
"""

from datetime import timedelta
from typing import Any

from handover.bot import Bot
from handover.durations import format_duration, parse_duration
from handover.policy import PERSON_IDLE

HOUR = timedelta(seconds=1)
"""How long an hour of real life takes in the demo."""

_LENGTHS = frozenset({"pause", "reactivate_after", "person_idle", "due", "after", "repeat"})


def at_demo_pace(bot: Bot) -> dict[str, Any]:
    """The settings as the API takes them; nothing but the hours and the lengths of time in the handover's actions differs."""
    settings = bot.model_dump(mode="json", exclude_none=True)
    settings["handover"]["hours"] = {"open": "24/7"}
    for action in settings["handover"]["actions"].values():
        action.setdefault("person_idle", format_duration(PERSON_IDLE))
    settings["handover"]["actions"] = _shortened(settings["handover"]["actions"])
    return settings


def stands_for(length: timedelta) -> str:
    """What a length of time in the demo is in real life: "24 h"."""
    return f"{round(length / HOUR, 1):g} h"


def _shortened(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _shortened(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_shortened(one) for one in value]
    if key in _LENGTHS and isinstance(value, str) and value[:1].isdigit():
        return format_duration(parse_duration(value) * (HOUR / timedelta(hours=1)))
    return value
