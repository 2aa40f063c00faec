"""What a simulation says to a manager: the queue, the first response, what was promised and missed, and who had how much."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import mean, median, quantiles
from typing import NamedTuple
from zoneinfo import ZoneInfo

from handover.hours import open_time
from handover.messages import HandoverStatus
from handover.routing import is_manager
from handover.simulation.course import Course, What
from handover.simulation.office import Colleague
from handover.simulation.rota import Played
from handover.simulation.run import Queued, Story

HOUR = timedelta(hours=1)
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


class Slot(NamedTuple):
    """An hour of the day, or a day of the week, on average. arrivals: how many handovers come in it. unclaimed, most: how many
    wait for a person, on average and at most. wait: the median until the first response to those that come in it."""

    name: str
    arrivals: float
    unclaimed: float
    most: int
    wait: timedelta | None


class Load(NamedTuple):
    """What one person had in the time that is counted. taken: how often they took up a case. most: the most cases held at once,
    also behind it."""

    name: str
    taken: int
    worked: timedelta
    there: timedelta
    most: int


class Figures(NamedTuple):
    """happened: how often each thing did. to_managers: how often a rung gave a case to a manager. in_time: answered before the
    due time that they had at first. told, kept: a length of time was named to the contact, and a person wrote within it.
    statuses: how the cases stand in the end."""

    handovers: int
    reasons: Counter[str]
    unclaimed: float
    most: int
    answered: int
    median: timedelta | None
    p90: timedelta | None
    in_time: int
    told: int
    kept: int
    happened: Counter[What]
    to_managers: int
    statuses: Counter[HandoverStatus]
    hours: list[Slot]
    days: list[Slot]
    people: list[Load]


class _Hour(NamedTuple):
    """One hour of what is counted, in the team's time. share: the mean number that were unclaimed."""

    start: datetime
    share: float
    most: int


def figures(story: Story, counted: Played, time_zone: str) -> Figures:
    """The sum of a simulation. Queue and work are those of the time that is counted; the cases are followed to the end."""
    courses, hours = story.courses, _hours(story.queue, counted, ZoneInfo(time_zone))
    waits = _waits(courses)
    return Figures(
        handovers=len(courses),
        reasons=Counter(one.arrival.reason for one in courses),
        unclaimed=mean(hour.share for hour in hours),
        most=max(hour.most for hour in hours),
        answered=len(waits),
        median=percentile(waits, 50),
        p90=percentile(waits, 90),
        in_time=sum(one.wait is not None and one.case.opened_at + one.wait <= one.due for one in courses),
        told=sum(one.promised is not None for one in courses),
        kept=sum(one.kept for one in courses),
        happened=Counter(event.what for one in courses for event in one.events),
        to_managers=_to_managers(story),
        statuses=Counter(one.case.status for one in courses),
        hours=_slots(hours, courses, _hour_of, [f"{hour:02}" for hour in range(24)]),
        days=_slots(hours, courses, _day_of, DAYS, hours_each=24),
        people=[_load(one, counted) for one in story.people.values()],
    )


def percentile(waits: Sequence[timedelta], share: int) -> timedelta | None:
    """The length of time below which so many of a hundred lie, linear between two neighbours, as on /numbers."""
    seconds = [wait.total_seconds() for wait in waits]
    if len(seconds) < 2:
        return waits[0] if waits else None
    found = median(seconds) if share == 50 else quantiles(seconds, n=100, method="inclusive")[share - 1]
    return timedelta(seconds=found)


def _waits(courses: Iterable[Course]) -> list[timedelta]:
    return [one.wait for one in courses if one.wait is not None]


def _to_managers(story: Story) -> int:
    managers = {one.id for one in story.people.values() if is_manager(one.staff)}
    return sum(event.who in managers for one in story.courses for event in one.of(What.passed_on))


def _hours(queue: Sequence[Queued], counted: Played, zone: ZoneInfo) -> list[_Hour]:
    """Every hour that is counted, with how many cases were unclaimed in it."""
    ends = range((counted.ends - counted.begins) // HOUR + 1)
    hours = []
    left, waiting = list(reversed(queue)), 0
    for start, end in pairwise(counted.begins + number * HOUR for number in ends):
        at, sum_, most = start, 0.0, waiting
        while left and left[-1].at < end:
            change = left.pop()
            sum_ += waiting * ((change.at - at) / HOUR)
            at, waiting = change
            most = max(most, waiting)
        hours.append(_Hour(start.astimezone(zone), sum_ + waiting * ((end - at) / HOUR), most))
    return hours


def _hour_of(at: datetime) -> str:
    return f"{at.hour:02}"


def _day_of(at: datetime) -> str:
    return DAYS[at.weekday()]


def _slots(
    hours: Sequence[_Hour],
    courses: Sequence[Course],
    name_of: Callable[[datetime], str],
    names: Iterable[str],
    hours_each: int = 1,
) -> list[Slot]:
    """The hours and the cases of each name together. hours_each: how many hours make one of them."""
    mine: dict[str, list[_Hour]] = {name: [] for name in names}
    came: dict[str, list[Course]] = {name: [] for name in mine}
    for hour in hours:
        mine[name_of(hour.start)].append(hour)
    for one in courses:
        came[name_of(one.arrival.at.astimezone(hours[0].start.tzinfo))].append(one)
    return [_slot(name, mine[name], came[name], hours_each) for name in mine if mine[name]]


def _slot(name: str, mine: Sequence[_Hour], came: Sequence[Course], hours_each: int) -> Slot:
    return Slot(
        name=name,
        arrivals=len(came) * hours_each / len(mine),
        unclaimed=mean(hour.share for hour in mine),
        most=max(hour.most for hour in mine),
        wait=percentile(_waits(came), 50),
    )


def _load(person: Colleague, counted: Played) -> Load:
    spells = [one for one in person.spells if one.start < counted.ends]
    return Load(
        name=person.staff.name,
        taken=len(spells),
        worked=sum((min(one.end, counted.ends) - one.start for one in spells), timedelta(0)),
        there=open_time(person.presence.works, counted.begins, counted.ends),
        most=person.most,
    )
