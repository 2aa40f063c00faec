"""Texts for people: templates are filled in once, and a length of time in words never promises too little."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.bot import PLACEHOLDERS
from handover.wording import agent_label, fill, first_name, in_words, keepable, placeholders, shortened

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def meant(words: str) -> timedelta:
    """The length that a person reads."""
    parts = re.findall(r"(\d+) (second|minute|hour|day)s?", words)
    return timedelta(seconds=sum(int(number) * UNITS[unit] for number, unit in parts))


def test_a_template_is_filled_in() -> None:
    assert fill("Hello {contact_name}, {assignee} comes.", {"contact_name": "Jamie", "assignee": "Sarah"}) == (
        "Hello Jamie, Sarah comes."
    )


def test_what_has_no_value_stays_as_it_is() -> None:
    assert fill("{later} {assignee}", {"assignee": "Sarah"}) == "{later} Sarah"


@given(st.dictionaries(st.sampled_from(sorted(PLACEHOLDERS)), st.text() | st.just("{assignee}{contact_line}")))
def test_a_value_is_never_read_as_a_template(values: dict[str, str]) -> None:
    template = "|".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
    expected = "|".join(values.get(name, f"{{{name}}}") for name in sorted(PLACEHOLDERS))
    assert fill(template, values) == expected


@pytest.mark.parametrize("value", ["{contact_line}", "{0.__class__}", "%s", "{{ 7*7 }}", r"\g<0>", "<b>"])
def test_template_syntax_in_a_name_is_only_text(value: str) -> None:
    assert fill("Hi {contact_name}!", {"contact_name": value, "contact_line": "secret"}) == f"Hi {value}!"


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("no names", set()),
        ("{assignee} and {assignee}", {"assignee"}),
        ("{Contact_Name} {contactName} { assignee }", {"Contact_Name", "contactName", " assignee "}),
        ("{}", {""}),
        ("a } b { c", set()),
    ],
)
def test_the_names_in_braces_are_found_however_they_are_spelt(template: str, found: set[str]) -> None:
    assert placeholders(template) == found


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=59.5), "1 minute"),
        (timedelta(seconds=61), "2 minutes"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=2, minutes=5), "2 hours 5 minutes"),
        (timedelta(hours=7, minutes=1), "8 hours"),
        (timedelta(hours=24), "24 hours"),
        (timedelta(hours=48, seconds=1), "2 days 1 hour"),
        (timedelta(days=7), "7 days"),
    ],
)
def test_a_length_of_time_in_words(length: timedelta, words: str) -> None:
    assert in_words(length) == words


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)))
def test_the_words_never_promise_less_than_the_length_and_hardly_more(length: timedelta) -> None:
    assert length <= meant(in_words(length)) < length + max(timedelta(minutes=1), length / 4)


@pytest.mark.parametrize(
    ("template", "name", "label"),
    [
        ("{first_name} from Northwind", "Sarah Lindgren", "Sarah from Northwind"),
        ("{name}", "Sarah Lindgren", "Sarah Lindgren"),
        ("Support Agent", "Sarah Lindgren", "Support Agent"),
        ("{first_name}", "{name} Lindgren", "{name}"),
    ],
)
def test_the_agent_label_shows_as_much_of_the_name_as_it_says(template: str, name: str, label: str) -> None:
    assert agent_label(template, name) == label


def test_nobody_has_no_first_name() -> None:
    assert [first_name(name) for name in ("", " ", "Cher")] == ["", " ", "Cher"]


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("short", 5, "short"),
        ("two\nlines\t here", 20, "two lines here"),
        ("one two three", 9, "one two…"),
        ("one, two", 6, "one…"),
        ("abcdefghij", 4, "abc…"),
        ("", 4, ""),
    ],
)
def test_a_text_is_cut_at_a_words_end(text: str, most: int, short: str) -> None:
    assert shortened(text, most) == short


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_a_shortened_text_is_one_line_and_never_too_long(text: str, most: int) -> None:
    short = shortened(text, most)
    assert len(short) <= most
    assert len(short.splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "hours", "kept"),
    [
        ("We'll get back to you within 24 hours.", 24, "We'll get back to you within 24 hours."),
        ("We'll get back to you within 24 hours.", 25, "We'll get back to you within 25 hours."),
        ("Within 1 day.", 24, "Within 1 day."),
        ("Within 30 minutes!", 2, "Within 2 hours!"),
        ("Within 3 days or within 1 week.", 100, "Within 4 days 4 hours or within 1 week."),
        ("We never sleep within reason.", 100, "We never sleep within reason."),
        ("Within the next 24 hours of 2026", 100, "Within the next 24 hours of 2026"),
    ],
)
def test_a_length_of_time_in_a_text_is_a_promise_too(text: str, hours: float, kept: str) -> None:
    assert keepable(text, timedelta(hours=hours)) == kept


def test_a_text_whose_window_is_not_known_stays_as_it_is() -> None:
    assert keepable("Within 24 hours.", None) == "Within 24 hours."
