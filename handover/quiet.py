"""Quiet hours, and when what somebody is to be told leaves: arithmetic, with the time passed in."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from handover.bot import Settings
from handover.errors import Misfit, shown
from handover.opening_hours import check_zone

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _clock_time(text: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"{shown(text)} is no time of a day; allowed is 00:00 to 23:59")
    return text


ClockTime = Annotated[str, AfterValidator(_clock_time)]


class QuietHours(Settings):
    """When somebody is told by the inbox alone, unless it is urgent.

    An `end` before the `start` is one of the next day. `days`: those on which the quiet time begins.
    """

    start: ClockTime = "22:00"
    end: ClockTime = "07:00"
    time_zone: Annotated[str, Field(max_length=64)] = "UTC"
    days: Annotated[list[Day], Field(min_length=1)] = list(DAYS)

    @model_validator(mode="after")
    def _can_be_kept(self) -> "QuietHours":
        check_zone(self.time_zone)
        if self.start == self.end:
            raise Misfit(("end",), f"{self.end} is when it begins; allowed is another time than the start")
        return self


def quiet_until(quiet: QuietHours | None, at: datetime) -> datetime | None:
    """When the quiet time ends in which `at` lies, in UTC; None where it lies in none.

    Where clocks are set back, the quiet time begins at the first of two equal times and ends at the second; a time that is
    left out in spring is the one that clocks show in its place.
    """
    if quiet is None:
        return None
    today = at.astimezone(ZoneInfo(quiet.time_zone)).date()
    spans = [_span(quiet, day) for day in (today - timedelta(days=1), today) if DAYS[day.weekday()] in quiet.days]
    return max((end for start, end in spans if start <= at < end), default=None)


def leaves_at(quiet: QuietHours | None, last: datetime | None, now: datetime, window: timedelta) -> datetime:
    """When what is to be said now leaves; `now` itself is at once.

    last: when the newest letter to the same person by the same channel left, or will leave. What comes within `window` behind
    it waits until the window is over, so that a burst makes one letter at once and one with all the others.
    """
    end = quiet_until(quiet, now)
    if end is not None:
        return end
    if last is None or not now - window < last <= now + window:
        return now
    at = last if last > now else last + window
    return quiet_until(quiet, at) or at


def _span(quiet: QuietHours, day: date) -> tuple[datetime, datetime]:
    start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
    ends_on = day if end > start else day + timedelta(days=1)
    zone = ZoneInfo(quiet.time_zone)
    return _utc(day, start, zone), _utc(ends_on, end.replace(fold=1), zone)


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """In UTC, where arithmetic is not fooled by clocks that are moved."""
    local = datetime.combine(day, at, zone)
    if not _exists(local):
        local = local.replace(fold=0)  # the other side of the gap would be an hour early
    return local.astimezone(UTC)


def _exists(local: datetime) -> bool:
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)
