"""Lengths of time: what people write is read, what is read can be written, and what makes no sense is refused."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.durations import LONGEST, format_duration, parse_duration

LENGTHS = st.timedeltas(min_value=timedelta(0), max_value=LONGEST)


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("2h", timedelta(hours=2)),
        ("20m", timedelta(minutes=20)),
        ("1d 6h", timedelta(days=1, hours=6)),
        ("1d6h", timedelta(days=1, hours=6)),
        (" 90 s ", timedelta(seconds=90)),
        ("0s", timedelta(0)),
        ("1.5h", timedelta(minutes=90)),
        ("366d", timedelta(days=366)),
        ({"days": 0, "hours": 2, "minutes": 0}, timedelta(hours=2)),
        ({"minutes": 0.5, "seconds": 1}, timedelta(seconds=31)),
        (timedelta(days=3), timedelta(days=3)),
    ],
)
def test_a_length_of_time_is_read(written: Any, length: timedelta) -> None:
    assert parse_duration(written) == length


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        " ",
        "soon",
        "2",
        "-2h",
        "2h and a bit",
        "2 weeks",
        "h2",
        "1d, 6h",
        "1e9h",
        "9999999999s",
        "∞h",
        20,
        2.5,
        True,
        None,
        [],
        {},
        {"hour": 2},
        {"hours": -1},
        {"hours": "2"},
        {"hours": True},
        {"hours": float("nan")},
        {"hours": float("inf")},
        {1: 2},
    ],
)
def test_anything_else_is_refused_and_the_refusal_says_what_is_allowed(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"is no length of time; allowed is a length of time such as 20m"):
        parse_duration(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "367d",
        "366d 1s",
        "999999999d 999999999d",
        {"days": 400},
        {"days": 999_999_999, "hours": 999_999_999},
        timedelta(seconds=-1),
        timedelta(days=367),
    ],
)
def test_more_than_a_year_and_less_than_nothing_are_out_of_range(wrong: Any) -> None:
    with pytest.raises(ValueError, match="is out of range; allowed is 0 to 366 days"):
        parse_duration(wrong)


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=90), "1m 30s"),
        (timedelta(days=1, hours=6), "1d 6h"),
        (timedelta(hours=48), "2d"),
        (timedelta(milliseconds=250), "0.25s"),
    ],
)
def test_a_length_of_time_is_written_shortly(length: timedelta, written: str) -> None:
    assert format_duration(length) == written


@given(LENGTHS)
def test_what_is_written_is_read_back_as_the_same_length(length: timedelta) -> None:
    assert parse_duration(format_duration(length)) == length


@given(st.text(max_size=30))
def test_a_text_is_read_or_refused_but_never_breaks_anything(text: str) -> None:
    try:
        length = parse_duration(text)
    except ValueError as refusal:
        assert "allowed is" in str(refusal)  # noqa: PT017
    else:
        assert timedelta(0) <= length <= LONGEST
