"""A bot's opening hours -> the coming openings. For activities alone: holidays change with the library's releases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, State

from handover.bot import Hours
from handover.casefile import HoursRequest
from handover.hours import Calendar, Opening

FARTHEST = timedelta(days=3 * 366)
"""How far openings are looked for; hours that open no more by then count as wall-clock time."""


def look_up(request: HoursRequest, available: bool) -> Calendar:
    """The openings from `since` until at least `until`, and on until the team has been there for `enough` behind it."""
    openings: list[Opening] = []
    left = request.enough
    for opening in _openings(request.hours, request.since):
        if left <= timedelta(0) and opening.start >= request.until:
            return Calendar(openings=openings, until=opening.start, available=available)
        if opening.start == request.since and opening.end >= request.since + FARTHEST:
            return Calendar(available=available)
        openings.append(opening)
        left -= max(timedelta(0), opening.end - max(opening.start, request.until))
    return Calendar(openings=openings, until=openings[-1].end if openings else request.since, available=available)


def _openings(hours: Hours, since: datetime) -> Iterator[Opening]:
    """The openings of the next years in UTC; what the hours leave unknown is not open."""
    zone = ZoneInfo(hours.time_zone)
    calendar = OpeningHours(hours.open, timezone=zone, country=hours.holidays)
    for start, end, state, _ in calendar.intervals(since.astimezone(zone), (since + FARTHEST).astimezone(zone)):
        if state == State.OPEN:
            yield Opening(start.astimezone(UTC), end.astimezone(UTC))
