"""Calendar weeks: their names, and when they begin and end where people are."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from handover.errors import Refused


class Week(NamedTuple):
    """A calendar week (ISO 8601) where the managers are: from Monday 00:00 until the next in a time zone."""

    year: int
    number: int
    time_zone: str

    @property
    def name(self) -> str:
        return f"{self.year}-W{self.number:02}"

    @property
    def begins(self) -> datetime:
        return datetime.combine(date.fromisocalendar(self.year, self.number, 1), time(), ZoneInfo(self.time_zone))

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(days=7)


def week_named(name: str, time_zone: str) -> Week:
    """The week of a name like `2026-W47`. Raises Refused for any other text, and for a week that its year has not."""
    try:
        year, _, number = name.partition("-W")
        week = Week(int(year), int(number), time_zone)
        if week.name == name and 2000 <= week.year < 3000 and week.begins:
            return week
    except ValueError:
        pass
    raise Refused("time_out_of_range", f"week: {name!r} is no week; allowed is a year and its week, like 2026-W47.")


def week_before(at: datetime, time_zone: str) -> Week:
    """The last week that has ended by then."""
    year, number, _ = (at.astimezone(ZoneInfo(time_zone)) - timedelta(days=7)).isocalendar()
    return Week(year, number, time_zone)
