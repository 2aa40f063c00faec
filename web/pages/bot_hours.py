"""The coming week by a bot's opening hours, day by day."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from handover.bot import Hours, KeptHours
from handover.casefile import HoursRequest
from handover.errors import Misfit
from handover.hours import Opening
from handover.ports import LookUpOpenings

DAYS = 7
_HOURS: TypeAdapter[Hours] = TypeAdapter(KeptHours)


class Day(NamedTuple):
    """One day in the bot's time zone; no spans: closed."""

    date: date
    spans: list[str]


def coming_week(hours: Any, look_up: LookUpOpenings, now: datetime) -> list[Day]:
    """The openings of the next seven days, today first. Empty where the hours can't be read."""
    try:
        read = _HOURS.validate_python(hours)
    except (ValidationError, Misfit):
        return []
    zone = ZoneInfo(read.time_zone)
    days = [now.astimezone(zone).date() + timedelta(days=count) for count in range(DAYS + 1)]
    midnights = [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]
    request = HoursRequest(bot_id="", hours=read, since=midnights[0], until=midnights[-1])
    calendar = look_up(request, True)
    openings = calendar.openings if calendar.until else [Opening(midnights[0], midnights[-1])]
    return [
        Day(day, _spans(openings, midnights[count], midnights[count + 1], zone))
        for count, day in enumerate(days[:DAYS])
    ]


def _spans(openings: list[Opening], begin: datetime, end: datetime, zone: ZoneInfo) -> list[str]:
    """What of the openings lies in one day: "08:00–18:00"."""
    parts = [(max(one.start, begin), min(one.end, end)) for one in openings if one.start < end and one.end > begin]
    if parts == [(begin, end)]:
        return ["All day"]
    return [f"{_clock(start, zone)}–{'24:00' if until == end else _clock(until, zone)}" for start, until in parts]


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"
