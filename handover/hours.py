"""When the team is there: arithmetic on openings that an activity has looked up (openings.py).

What lies behind the last opening that is known counts as open: better a reminder at night than a case forgotten.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import NamedTuple

from pydantic import AwareDatetime

from handover.messages import Payload

KNOWN_AHEAD = timedelta(days=7)
"""How far ahead openings are known at least."""

_EVER, _FOREVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Opening(NamedTuple):
    """A time without a break in which the team is there: from `start` until before `end`, in UTC."""

    start: AwareDatetime
    end: AwareDatetime


class Calendar(Payload):
    """When the team is there: every opening up to `until`, in order; without `until` it is there around the clock.

    available: the switch "agents available" as it was when the calendar was looked up.
    """

    openings: list[Opening] = []
    until: AwareDatetime | None = None
    available: bool = True


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the team is there by its hours."""
    return next_open(calendar, at) == at


def is_online(calendar: Calendar, at: datetime) -> bool:
    """Whether somebody answers: the team is there by its hours, and has not been switched off."""
    return calendar.available and is_open(calendar, at)


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """The first moment from `at` on at which the team is there."""
    return after_working(calendar, at, timedelta(0))


def after_working(calendar: Calendar, start: datetime, length: timedelta) -> datetime:
    """The moment by which the team has been there for that long since `start`."""
    left = length
    for opening in _behind(calendar, start):
        if left <= opening.end - opening.start:
            return opening.start + left
        left -= opening.end - opening.start
    raise OverflowError(f"{length} after {start} is beyond the calendar")


def open_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How long the team is there between two moments."""
    spans = (min(opening.end, end) - opening.start for opening in _behind(calendar, start))
    return sum((span for span in spans if span > timedelta(0)), timedelta(0))


def reaches(calendar: Calendar, at: datetime, enough: timedelta) -> bool:
    """Whether what is known goes far enough behind a moment: in days, and in the time that the team is there."""
    if calendar.until is None:
        return True
    return calendar.until - at >= KNOWN_AHEAD and open_time(calendar, at, calendar.until) >= enough


def _behind(calendar: Calendar, start: datetime) -> Iterator[Opening]:
    """What is left of the openings from `start` on; the last one has no end."""
    for opening in chain(calendar.openings, [Opening(calendar.until or _EVER, _FOREVER)]):
        if opening.end > start:
            yield Opening(max(opening.start, start), opening.end)
