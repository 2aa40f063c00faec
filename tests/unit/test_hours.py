"""When the team is there: the openings that a calendar is made of, and the arithmetic on them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.bot import Hours
from handover.casefile import HoursRequest
from handover.hours import (
    KNOWN_AHEAD,
    Calendar,
    Opening,
    after_working,
    is_online,
    is_open,
    next_open,
    open_time,
    reaches,
)
from handover.openings import look_up

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AROUND_THE_CLOCK = Calendar()


def at(hours: float) -> datetime:
    """So many hours after Monday's midnight."""
    return MONDAY + hours * HOUR


def calendar(*spans: tuple[float, float], until: float = 1000, available: bool = True) -> Calendar:
    openings = [Opening(at(start), at(end)) for start, end in spans]
    return Calendar(openings=openings, until=at(until), available=available)


OFFICE = calendar((9, 17), (33, 41), (57, 65))
"""Nine to five on Monday, Tuesday and Wednesday; what comes later than hour 1000 is not known."""


@pytest.mark.parametrize(
    ("hour", "open_"), [(8.99, False), (9, True), (16.99, True), (17, False), (33, True), (70, False)]
)
def test_an_opening_has_its_start_and_not_its_end(hour: float, open_: bool) -> None:
    assert is_open(OFFICE, at(hour)) is open_


@pytest.mark.parametrize(("hour", "opens"), [(0, 9), (9, 9), (12, 12), (17, 33), (40, 40), (65, 1000)])
def test_the_next_moment_at_which_somebody_is_there(hour: float, opens: float) -> None:
    assert next_open(OFFICE, at(hour)) == at(opens)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (9, 8, 17),  # exactly as long as the opening: it ends with it, not with the next one's start
        (9, 8.5, 33.5),  # the rest of it on the next day
        (0, 1, 10),  # before the opening nothing is counted
        (16, 10, 58),  # one hour today, eight tomorrow, one on Wednesday
        (20, 0, 33),
    ],
)
def test_working_time_is_counted_while_somebody_is_there(start: float, hours: float, end: float) -> None:
    assert after_working(OFFICE, at(start), hours * HOUR) == at(end)


def test_behind_what_is_known_time_runs_by_the_clock() -> None:
    """24 hours are known, and the rest of 30 begins where nothing more is known."""
    assert after_working(OFFICE, at(0), 30 * HOUR) == at(1006)


def test_a_team_that_is_there_around_the_clock() -> None:
    assert is_open(AROUND_THE_CLOCK, at(3))
    assert after_working(AROUND_THE_CLOCK, at(3), 48 * HOUR) == at(51)
    assert open_time(AROUND_THE_CLOCK, at(3), at(7)) == 4 * HOUR


@pytest.mark.parametrize(("start", "end", "hours"), [(0, 24, 8), (10, 34, 8), (17, 33, 0), (12, 12, 0), (12, 10, 0)])
def test_how_long_the_team_is_there_between_two_moments(start: float, end: float, hours: float) -> None:
    assert open_time(OFFICE, at(start), at(end)) == hours * HOUR


def test_who_is_switched_off_is_offline_at_any_time() -> None:
    assert is_online(OFFICE, at(10))
    assert not is_online(OFFICE, at(20))
    assert not is_online(OFFICE.model_copy(update={"available": False}), at(10))


def test_whether_enough_is_known() -> None:
    days = KNOWN_AHEAD / HOUR
    assert reaches(OFFICE, at(1000 - days), timedelta(0))
    assert not reaches(OFFICE, at(1000 - days + 0.01), timedelta(0))
    assert reaches(OFFICE, at(0), 24 * HOUR)
    assert not reaches(OFFICE, at(1), 24 * HOUR + MINUTE)
    assert reaches(AROUND_THE_CLOCK, at(0), timedelta(days=1000))


def minutes(known: Calendar, start: datetime) -> Iterator[datetime]:
    """Every minute at which the team is there, looked at one by one."""
    now = start
    while True:
        covered = any(opening.start <= now < opening.end for opening in known.openings)
        if covered or known.until is None or now >= known.until:
            yield now
        now += MINUTE


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Up to five openings in two days, on whole minutes, none touching another."""
    edges = sorted(draw(st.sets(st.integers(0, 2880), min_size=0, max_size=10)))
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    openings = [Opening(MONDAY + start * MINUTE, MONDAY + end * MINUTE) for start, end in spans]
    return Calendar(openings=openings, until=MONDAY + 2880 * MINUTE)


@given(calendars(), st.integers(0, 3000), st.integers(1, 600))
def test_working_time_is_the_same_as_counting_minute_by_minute(known: Calendar, start: int, length: int) -> None:
    counted = minutes(known, MONDAY + start * MINUTE)
    last = [next(counted) for _ in range(length)][-1]
    assert after_working(known, MONDAY + start * MINUTE, length * MINUTE) == last + MINUTE


@given(calendars(), st.integers(0, 3000), st.integers(0, 600))
def test_what_was_counted_forward_is_the_time_between(known: Calendar, start: int, length: int) -> None:
    begin = MONDAY + start * MINUTE
    assert open_time(known, begin, after_working(known, begin, length * MINUTE)) == length * MINUTE


@given(calendars())
def test_a_calendar_survives_its_way_through_a_payload(known: Calendar) -> None:
    assert Calendar.model_validate_json(known.model_dump_json()) == known


# ---- looking openings up ---------------------------------------------------------------------------------------------


def looked_up(
    open_: str, since: datetime = MONDAY, *, zone: str = "UTC", holidays: str | None = None, enough: float = 0
) -> Calendar:
    hours = Hours(open=open_, time_zone=zone, holidays=holidays)
    request = HoursRequest(
        bot_id="hvac", hours=hours, since=since, until=since + timedelta(days=21), enough=enough * HOUR
    )
    return look_up(request, available=True)


def local(known: Calendar, zone: str, day: str) -> list[str]:
    """The openings of a day, as clocks on the wall show them."""
    there = [(one.start.astimezone(ZoneInfo(zone)), one.end.astimezone(ZoneInfo(zone))) for one in known.openings]
    return [f"{start:%H:%M}-{end:%H:%M}" for start, end in there if f"{start:%Y-%m-%d}" == day]


def test_openings_are_in_utc_and_in_order() -> None:
    known = looked_up("Mo-Fr 08:00-18:00", zone="America/Chicago")
    assert known.openings[0] == Opening(at(14), at(24))
    assert all(one.end < other.start for one, other in zip(known.openings, known.openings[1:], strict=False))
    assert known.until is not None
    assert known.until >= MONDAY + timedelta(days=21)


def test_around_the_clock_needs_no_openings() -> None:
    assert looked_up("24/7") == AROUND_THE_CLOCK
    assert looked_up("Mo-Su 00:00-24:00") == AROUND_THE_CLOCK


@pytest.mark.parametrize(
    ("zone", "day", "open_", "length"),
    [
        ("Europe/Berlin", "2026-03-29", "Mo-Su 01:00-05:00", 3),  # clocks go from 2 to 3
        ("Europe/Berlin", "2026-10-25", "Mo-Su 01:00-05:00", 5),  # clocks go from 3 back to 2
        ("America/Chicago", "2026-03-08", "Mo-Su 00:00-12:00", 11),
        ("America/Chicago", "2026-11-01", "Mo-Su 00:00-12:00", 13),
        ("Australia/Lord_Howe", "2026-04-05", "Mo-Su 00:00-12:00", 12.5),  # half an hour of daylight saving
        ("Asia/Kathmandu", "2026-04-05", "Mo-Su 00:00-12:00", 12),
    ],
)
def test_a_day_on_which_clocks_change_is_as_long_as_it_is(zone: str, day: str, open_: str, length: float) -> None:
    since = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) - timedelta(days=2)
    known = looked_up(open_, since, zone=zone)
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    assert open_time(known, start, start.astimezone(UTC) + timedelta(hours=23)) == length * HOUR


def test_openings_begin_and_end_by_the_clock_on_the_wall_on_both_sides_of_a_change() -> None:
    known = looked_up("Mo-Su 08:00-18:00", datetime(2026, 3, 26, tzinfo=UTC), zone="Europe/Berlin")
    assert local(known, "Europe/Berlin", "2026-03-28") == ["08:00-18:00"]
    assert local(known, "Europe/Berlin", "2026-03-30") == ["08:00-18:00"]


def test_holidays_of_the_country_are_off() -> None:
    since = datetime(2026, 11, 24, tzinfo=UTC)
    american = looked_up("Mo-Fr 08:00-18:00; PH off", since, zone="America/Chicago", holidays="US")
    assert local(american, "America/Chicago", "2026-11-26") == []  # Thanksgiving
    assert local(american, "America/Chicago", "2026-11-27") == ["08:00-18:00"]
    german = looked_up("Mo-Fr 08:00-18:00; PH off", since, zone="Europe/Berlin", holidays="DE")
    assert local(german, "Europe/Berlin", "2026-11-26") == ["08:00-18:00"]


def test_a_day_off_of_ones_own_and_an_opening_over_midnight() -> None:
    since = datetime(2026, 12, 23, tzinfo=UTC)
    assert local(looked_up("Mo-Fr 08:00-18:00; Dec 24 off", since), "UTC", "2026-12-24") == []
    assert looked_up("Mo-Fr 22:00-06:00").openings[0] == Opening(at(22), at(30))


def test_as_much_is_looked_up_as_is_needed() -> None:
    known = looked_up("Mo 09:00-10:00", enough=10)
    assert known.until is not None
    assert open_time(known, MONDAY + timedelta(days=21), known.until) >= 10 * HOUR


def test_hours_that_open_no_more_are_followed_by_time_by_the_clock() -> None:
    known = looked_up("2026 Mo-Fr 09:00-17:00", datetime(2026, 12, 31, 12, tzinfo=UTC))
    assert known.until == datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert after_working(known, known.until, 3 * HOUR) == datetime(2026, 12, 31, 20, tzinfo=UTC)


def test_what_is_looked_up_anew_is_what_was_known_before() -> None:
    before = looked_up("Mo-Fr 08:00-18:00; Sa 09:00-13:00", MONDAY + 10 * HOUR)
    again = looked_up("Mo-Fr 08:00-18:00; Sa 09:00-13:00", MONDAY + timedelta(days=4, hours=3))
    assert before.until is not None
    known_twice = [one for one in again.openings if one.end <= before.until]
    assert known_twice == before.openings[-len(known_twice) :]
