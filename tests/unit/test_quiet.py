"""Quiet hours and when what is held leaves: hand-made clocks, and the days on which clocks are moved."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from handover.documents import validated
from handover.errors import SettingsError
from handover.quiet import DAYS, QuietHours, leaves_at, quiet_until
from handover.staff import Staff

NIGHT = QuietHours(start="22:00", end="07:00", time_zone="Europe/Berlin")
NAP = QuietHours(start="13:00", end="14:30", time_zone="UTC")
WINDOW = timedelta(seconds=60)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-16 20:59:59", None),
        ("2026-11-16 21:00", "2026-11-17 06:00"),
        ("2026-11-16 23:30", "2026-11-17 06:00"),
        ("2026-11-17 05:59:59", "2026-11-17 06:00"),
        ("2026-11-17 06:00", None),
        ("2026-11-17 12:00", None),
    ],
)
def test_a_night_in_berlin(at: str, until: str | None) -> None:
    assert quiet_until(NIGHT, utc(at)) == (utc(until) if until else None)


@pytest.mark.parametrize(
    ("at", "until"), [("12:59", None), ("13:00", "14:30"), ("14:29", "14:30"), ("14:30", None), ("23:00", None)]
)
def test_an_afternoon(at: str, until: str | None) -> None:
    assert quiet_until(NAP, utc(f"2026-11-16 {at}")) == (utc(f"2026-11-16 {until}") if until else None)


@pytest.mark.parametrize(
    ("at", "is_quiet"),
    [
        ("2026-11-20 23:00", True),  # Friday evening
        ("2026-11-21 03:00", True),  # still the night that began on Friday
        ("2026-11-21 23:00", False),  # Saturday's is not among the days
        ("2026-11-22 03:00", False),
        ("2026-11-22 23:00", False),
        ("2026-11-23 03:00", False),  # Monday's night begins on Monday
        ("2026-11-23 22:30", True),
    ],
)
def test_the_day_is_the_one_on_which_it_begins(at: str, is_quiet: bool) -> None:
    weekdays = NIGHT.model_copy(update={"days": ["mon", "tue", "wed", "thu", "fri"]})
    assert (quiet_until(weekdays, utc(at)) is not None) is is_quiet


def test_nobody_without_quiet_hours_has_any() -> None:
    assert quiet_until(None, NOON) is None


def test_a_night_in_which_clocks_go_forward_is_an_hour_shorter() -> None:
    """Berlin, 29 March 2026: after 02:00 comes 03:00."""
    assert quiet_until(NIGHT, utc("2026-03-28 20:59")) is None
    assert quiet_until(NIGHT, utc("2026-03-28 21:00")) == utc("2026-03-29 05:00")
    assert quiet_until(NIGHT, utc("2026-03-29 05:00")) is None
    assert utc("2026-03-29 05:00") - utc("2026-03-28 21:00") == timedelta(hours=8)


def test_a_night_in_which_clocks_go_back_is_an_hour_longer() -> None:
    """Berlin, 25 October 2026: after 03:00 comes 02:00 once more."""
    assert quiet_until(NIGHT, utc("2026-10-24 20:00")) == utc("2026-10-25 06:00")
    assert utc("2026-10-25 06:00") - utc("2026-10-24 20:00") == timedelta(hours=10)


def test_a_time_that_is_left_out_in_spring_is_the_one_that_clocks_show() -> None:
    early = QuietHours(start="22:00", end="02:30", time_zone="Europe/Berlin")
    assert quiet_until(early, utc("2026-03-29 00:59")) == utc("2026-03-29 01:30")  # 03:30 there
    late = QuietHours(start="02:30", end="06:00", time_zone="Europe/Berlin")
    assert quiet_until(late, utc("2026-03-29 01:29")) is None
    assert quiet_until(late, utc("2026-03-29 01:30")) == utc("2026-03-29 04:00")


def test_of_two_equal_times_in_autumn_it_begins_at_the_first_and_ends_at_the_second() -> None:
    quiet = QuietHours(start="02:15", end="02:45", time_zone="Europe/Berlin")
    assert quiet_until(quiet, utc("2026-10-25 00:14")) is None
    assert quiet_until(quiet, utc("2026-10-25 00:15")) == utc("2026-10-25 01:45")
    assert quiet_until(quiet, utc("2026-10-25 01:20")) == utc("2026-10-25 01:45")


@given(
    st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: utc("2026-01-01") + timedelta(minutes=minutes)),
    st.integers(0, 1439),
    st.integers(1, 1439),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_quiet_time_ends_and_it_is_quiet_until_then(at: datetime, start: int, length: int, zone: str) -> None:
    end = (start + length) % 1440
    quiet = QuietHours(start=_clock(start), end=_clock(end), time_zone=zone)
    until = quiet_until(quiet, at)
    if until is None:
        return
    assert at < until <= at + timedelta(hours=25)
    assert quiet_until(quiet, until - timedelta(microseconds=1)) == until
    # A span that ends where the next begins an hour later, on the night of a change, may touch it.
    assert quiet_until(quiet, until) is None or length > 1439 - 60


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@pytest.mark.parametrize(
    ("last", "now", "leaves"),
    [
        (None, 0, 0),  # the first goes at once
        (-61, 0, 0),  # the last one is long gone
        (-60, 0, 0),
        (-59, 0, 1),  # a letter has just left: a minute behind it
        (0, 0, 60),
        (30, 0, 30),  # one waits already: with it
        (60, 0, 60),
        (61, 0, 0),  # what was held for a night that is quiet no longer holds up nothing
        (8 * 3600, 0, 0),
    ],
)
def test_a_burst_leaves_in_two_letters(last: int | None, now: int, leaves: int) -> None:
    def at(seconds: int) -> datetime:
        return NOON + timedelta(seconds=seconds)

    assert leaves_at(None, at(last) if last is not None else None, at(now), WINDOW) == at(leaves)


def test_what_comes_in_quiet_hours_leaves_when_they_end() -> None:
    night, morning = utc("2026-11-16 23:30"), utc("2026-11-17 06:00")
    assert leaves_at(NIGHT, None, night, WINDOW) == morning
    assert leaves_at(NIGHT, morning, night, WINDOW) == morning
    assert leaves_at(NIGHT, morning, morning + timedelta(seconds=5), WINDOW) == morning + WINDOW


def test_what_would_leave_into_quiet_hours_waits_for_their_end() -> None:
    just_before = utc("2026-11-16 20:59:30")
    assert leaves_at(NIGHT, just_before, just_before, WINDOW) == utc("2026-11-17 06:00")


def test_without_a_window_nothing_waits_for_another() -> None:
    assert leaves_at(None, NOON, NOON, timedelta(0)) == NOON


@pytest.mark.parametrize(
    ("wrong", "key", "words"),
    [
        ({"start": "24:00"}, "quiet.start", "is no time of a day; allowed is 00:00 to 23:59"),
        ({"end": "7"}, "quiet.end", "is no time of a day"),
        ({"start": "07:00", "end": "07:00"}, "quiet.end", "allowed is another time than the start"),
        ({"time_zone": "Berlin"}, "quiet.time_zone", "did you mean Europe/Berlin"),
        ({"days": []}, "quiet.days", "allowed is 1 or more"),
        ({"days": ["someday"]}, "quiet.days.0", "mon"),
    ],
)
def test_what_is_no_quiet_time_is_refused_at_its_key(wrong: dict[str, object], key: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        validated(Staff, {"id": "ann", "name": "Ann", "quiet": wrong}, "staff")
    [problem] = refused.value.problems
    assert problem.key == key
    assert words in problem.text


def test_settings_of_before_are_settings() -> None:
    """They know of no quiet hours, of no Teams and of two events."""
    before = {
        "id": "ann",
        "name": "Ann",
        "notify": {"conversation_assigned": ["inbox"], "task_assigned": ["inbox", "push"]},
        "addresses": {"slack": "U012AB3CD"},
    }
    ann = Staff.model_validate(before)
    assert (ann.quiet, ann.notify.reminder) == (None, ["inbox", "email"])
    assert Staff.model_validate(ann.model_dump(mode="json")) == ann


def test_all_days_are_the_default() -> None:
    assert QuietHours().days == list(DAYS)
    with pytest.raises(ValidationError):
        QuietHours.model_validate({"from": "22:00"})
