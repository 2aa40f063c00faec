"""Opening hours in settings: what could never be kept is refused, with the part that cannot be read and what is allowed."""

from typing import Any

import pytest

from handover.bot import Bot, Hours
from handover.documents import read_bot, validated
from handover.errors import Problem, SettingsError, did_you_mean
from handover.opening_hours import is_country


def problems(**hours: Any) -> list[Problem]:
    with pytest.raises(SettingsError) as refusal:
        validated(Bot, {"id": "hvac", "name": "Northwind", "handover": {"hours": hours}}, "bot")
    return refusal.value.problems


def hours(**values: Any) -> Hours:
    bot = Bot.model_validate({"id": "hvac", "name": "Northwind", "handover": {"hours": values}})
    return bot.handover.hours


@pytest.mark.parametrize(
    "expression",
    [
        "24/7",
        "Mo-Fr 08:00-18:00; Sa 09:00-13:00",
        "Mo-Fr 22:00-06:00",
        "Mo-Fr 08:00-18:00; Dec 24 off; easter off",
        "Mo-Fr 08:00-12:00,13:00-17:00",
        'Mo-Fr 08:00-18:00 "not on PH, not from dawn to sunset, not in SH"',
        "2058 Mo 10:00-11:00",
    ],
)
def test_hours_that_open_are_taken(expression: str) -> None:
    assert hours(open=expression).open == expression


def test_hours_may_be_written_on_several_lines() -> None:
    text = "id: hvac\nname: x\nhandover:\n  hours:\n    open: |\n      Mo-Fr 08:00-18:00;\n      Sa 09:00-13:00\n"
    assert read_bot(text, "bot.yaml").handover.hours.open == "Mo-Fr 08:00-18:00; Sa 09:00-13:00"


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("Mo-Fr 8-18", "'8-18' cannot be read"),
        ("Monday 9-5", "'Monday 9-5' cannot be read"),
        ("Mo-Fr 08:00-18:00; Sa 9am-1pm", "'9am-1pm' cannot be read"),
        ("Mo-Fr 08:00-18:00; Foo 08:00-18:00", "'Foo 08:00-18:00' cannot be read"),
        ("Mo-Fr 08:00-18:00 PH off", "'PH off' cannot be read"),
        ("Mo-Fr 08:00-18:00;", "'Mo-Fr 08:00-18:00;' is not finished"),
        ("", "'' is not finished"),
        ("Mo-Fr " + "x" * 100, f"'{'x' * 58}… cannot be read"),
        ("off", "'off' never opens"),
        ("Mo-Fr unknown", "'Mo-Fr unknown' never opens"),
        ("2019 Mo 10:00-12:00", "'2019 Mo 10:00-12:00' never opens"),
        ("Dec 24 off", "'Dec 24 off' never opens"),
        ("Mo-Fr sunrise-sunset", "where the sun rises is not known here"),
    ],
)
def test_hours_that_cannot_be_read_or_never_open_are_refused(expression: str, says: str) -> None:
    [problem] = problems(open=expression)
    assert problem.key == "handover.hours.open"
    assert problem.text == (
        f"{says}; allowed are opening hours such as Mo-Fr 08:00-18:00; Sa 09:00-13:00; PH off, or 24/7"
    )


def test_hours_that_never_open_in_their_country_are_refused() -> None:
    [problem] = problems(open="PH off", holidays="US")
    assert (problem.key, problem.text.split(";")[0]) == ("handover.hours.open", "'PH off' never opens")


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("Mo-Fr 08:00-18:00; PH off", "allowed is PH where holidays names one, such as US"),
        ("PH 10:00-12:00", "allowed is PH where holidays names one, such as US"),
        ("Mo-Fr 08:00-18:00; SH off", "school holidays (SH) are not known; allowed are dates"),
    ],
)
def test_days_off_that_nobody_knows_are_refused(expression: str, says: str) -> None:
    [problem] = problems(open=expression)
    assert problem.key == "handover.hours.open"
    assert says in problem.text


@pytest.mark.parametrize("zone", ["UTC", "America/Chicago", "Asia/Kolkata", "Pacific/Chatham"])
def test_a_time_zone_is_taken(zone: str) -> None:
    assert hours(time_zone=zone).time_zone == zone


@pytest.mark.parametrize(
    ("zone", "meant"),
    [
        ("America/Chicgo", " (did you mean America/Chicago?)"),
        ("america/chicago", " (did you mean America/Chicago?)"),
        ("Chicago", " (did you mean America/Chicago?)"),
        ("New York", " (did you mean America/New_York?)"),
        ("Middle/Earth", ""),
        ("", ""),
        ("localtime", ""),
        ("right/UTC", ""),
        ("../UTC", ""),
    ],
)
def test_a_time_zone_that_is_none_is_refused_with_the_nearest_one(zone: str, meant: str) -> None:
    [problem] = problems(time_zone=zone)
    assert problem.key == "handover.hours.time_zone"
    assert problem.text == f"{zone!r} is no time zone{meant}; allowed are names such as Europe/Berlin and UTC"


@pytest.mark.parametrize("country", ["US", "DE", "GB", "JP"])
def test_a_country_brings_its_holidays(country: str) -> None:
    assert is_country(country)
    assert hours(open="Mo-Fr 08:00-18:00; PH off", holidays=country).holidays == country


@pytest.mark.parametrize("country", ["us", "US-IL", "XX", "Germany", ""])
def test_a_country_without_known_holidays_is_refused(country: str) -> None:
    [problem] = problems(open="Mo-Fr 08:00-18:00; PH off", holidays=country)
    assert problem.key == "handover.hours.holidays"
    assert "allowed is a country of two capital letters, such as US, GB or DE" in problem.text
    assert "for instance: Dec 24 off" in problem.text


def test_hours_that_a_case_carries_are_not_judged_again() -> None:
    assert Hours(open="once this could be read", time_zone="Old/Zone", holidays="SU").holidays == "SU"


@pytest.mark.parametrize(
    ("name", "says"),
    [("chanels", " (did you mean channels?)"), ("CHANNELS", " (did you mean channels?)"), ("colour", ""), ("", "")],
)
def test_a_misspelt_name_is_told_what_it_was_meant_to_be(name: str, says: str) -> None:
    assert did_you_mean(name, ["channels", "collect"]) == says


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = problems(time_zone="Europe/Nowhere", holidays="XX", open="Mo-Xx 99:00")
    assert [one.key for one in found] == [f"handover.hours.{name}" for name in ("time_zone", "holidays", "open")]


def test_holidays_are_not_wrong_because_their_country_is() -> None:
    [only] = problems(holidays="XX", open="Mo-Fr 08:00-18:00; PH off")
    assert only.key == "handover.hours.holidays"


def test_each_of_several_faults_is_shown_with_its_line() -> None:
    text = "id: hvac\nname: Northwind\nhandover:\n  hours:\n    open: never\n    time_zone: Mars\n"
    with pytest.raises(SettingsError) as refusal:
        read_bot(text, "bot.yaml")
    assert {one.key: one.line for one in refusal.value.problems} == {
        "handover.hours.open": 5,
        "handover.hours.time_zone": 6,
    }
