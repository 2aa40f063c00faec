"""Which handovers the page of numbers shows, as its address and its form say it."""

from datetime import date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import Field

from web.filters import Filters
from web.pages.days import WrongDays, check_order, day_of
from web.pages.guard import Me

Range = Literal["week", "4w", "12w", "days"]
RANGES: dict[Range, str] = {
    "week": "This week",
    "4w": "Last 4 weeks",
    "12w": "Last 12 weeks",
    "days": "Days of your choice",
}
_WEEKS: dict[Range, int] = {"week": 1, "4w": 4, "12w": 12}
MOST_DAYS = 371  # 53 weeks
NOBODY = "-"


class Asked(Filters):
    """What the address says. Empty is all; `person` is `-` for what nobody has. `from` and `to` count where `range` is
    `days`."""

    range: Range = "4w"
    first: str = Field("", alias="from", max_length=40)
    last: str = Field("", alias="to", max_length=40)
    bot: str = Field("", max_length=200)
    person: str = Field("", max_length=200)
    reason: str = Field("", max_length=200)

    @property
    def query(self) -> str:
        """The same once more, as the end of an address."""
        return urlencode(self.model_dump(by_alias=True, exclude_defaults=True))


class AskedPlot(Asked):
    """A plot of the page, and how it is drawn."""

    dark: bool = False
    narrow: bool = False


class Span(NamedTuple):
    """Whole days, the last one included, where the managers are."""

    first: date
    last: date
    time_zone: str

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), ZoneInfo(self.time_zone))

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), ZoneInfo(self.time_zone))


def span_of(asked: Asked, now: datetime, time_zone: str) -> Span:
    """The days that are asked for: whole weeks up to this one, or those that were chosen. Raises WrongDays."""
    today = now.astimezone(ZoneInfo(time_zone)).date()
    if asked.range != "days":
        monday = today - timedelta(days=today.weekday())
        return Span(monday - timedelta(weeks=_WEEKS[asked.range] - 1), monday + timedelta(days=6), time_zone)
    span = Span(day_of(asked.first, "From"), day_of(asked.last, "To"), time_zone)
    check_order(span.first, span.last)
    if (span.last - span.first).days >= MOST_DAYS:
        raise WrongDays(
            f"To: allowed are {MOST_DAYS} days at most, until {span.first + timedelta(days=MOST_DAYS - 1)}."
        )
    return span


def filters_of(asked: Asked, span: Span, me: Me) -> dict[str, Any]:
    """The filters of the reads. Staff see what they have themselves. Raises ApiError where they ask for somebody else's."""
    assignee = "" if asked.person == NOBODY else asked.person or None
    return {
        "bot_id": asked.bot or None,
        "assignee": me.caller.counted_for(assignee),
        "reason": asked.reason or None,
        "since": span.since,
        "until": span.until,
    }
