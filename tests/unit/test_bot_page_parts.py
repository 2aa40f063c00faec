"""What the settings page is made of: trying a phrase, the coming week, and what differs between versions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.recognition.detection import recognised
from handover.bot import Hours
from handover.openings import look_up
from tests.example import example_bot
from web.pages.bot_changes import Change, changes
from web.pages.bot_fields import Kind, Shape, shape_of, typed, written
from web.pages.bot_hours import coming_week
from web.pages.bot_try import Row, Trial, trial, who

NAMES = {"sarah": "Sarah Lindgren"}
ASKS = "Can I please talk to a human?"


def tried(text: str, *tags: str, **handover: Any) -> Trial:
    return trial(example_bot(**handover), text, tags, recognised, NAMES)


def row(of: Trial, name: str) -> Row:
    [found] = [one for one in of.rows if one.name == name]
    return found


# ---- trying ----------------------------------------------------------------------------------------------------------


def test_a_request_for_a_person_hands_over_and_says_why_and_how() -> None:
    trial = tried(ASKS)
    assert (trial.outcome, trial.hands_over) == ("Hands over at once: Asked for a person.", True)
    assert trial.why[0].startswith("Asked for a person: Sounds like “")
    assert dict(trial.details) == {
        "Action": "follow_up",
        "Assigned to": "somebody in support",
        "Task": "due in 24 hours, priority medium",
        "Tags": "human_handover",
        "The contact reads": "Thank you! Someone from the team will get back to you.",
        "Out of hours they read": example_bot().handover.offline_message,
    }
    asked = row(trial, "human_requested")
    assert (asked.fires, asked.threshold, asked.on) == (True, 0.6, True)
    assert asked.score >= 0.6
    assert asked.matched


def test_a_near_miss_does_not() -> None:
    trial = tried("Which user agent do you support?")
    assert (trial.outcome, trial.hands_over, trial.why, trial.details) == (
        "No handover: the bot answers.",
        False,
        [],
        [],
    )
    assert not any(one.fires for one in trial.rows)


def test_of_several_the_highest_priority_wins_and_all_are_named() -> None:
    trial = tried("This is an emergency repair, I want to talk to a human")
    assert trial.outcome == "Hands over at once: High value."
    assert [why.partition(":")[0] for why in trial.why] == ["High value", "Asked for a person"]
    assert dict(trial.details)["The contact reads"].endswith("within 2 hours.")
    assert (
        dict(trial.details)["Out of hours they read"]
        == example_bot().handover.actions["urgent"].final_message.after_hours
    )


def test_what_the_bot_has_no_answer_to_may_fire_first() -> None:
    rule = {"name": "Refund", "phrases": ["give me a refund right now"]}
    wins = tried("give me a refund right now", rules=[rule])
    assert wins.outcome == "Hands over at once: Refund."
    assert wins.unanswered.startswith("Where the bot has no answer to it, “The bot had no answer” wins")
    assert tried("give me a refund right now", rules=[rule | {"priority": 1}]).unanswered == ""
    assert tried(ASKS).unanswered == ""


@pytest.mark.parametrize(
    ("handover", "outcome", "hands_over", "details"),
    [
        ({"enabled": False}, "Nothing opens (Asked for a person)", False, False),
        ({"trigger_mode": "button"}, "The bot points to the button “Talk to a person”", False, True),
        ({"offer_first": True}, "The bot asks “Shall I get a person", True, True),
    ],
)
def test_what_comes_of_it_is_as_the_bot_is_set(
    handover: Mapping[str, Any], outcome: str, hands_over: bool, details: bool
) -> None:
    trial = tried(ASKS, **handover)
    assert trial.outcome.startswith(outcome)
    assert (trial.hands_over, bool(trial.details), row(trial, "human_requested").fires) == (hands_over, details, True)


def test_what_is_counted_does_not_fire_at_once() -> None:
    trial = tried("That didn't answer my question")
    assert trial.outcome == "No handover: the bot answers."
    assert row(trial, "failed_to_resolve").note == "Counts as rejected answer 1; fires after 3"
    once = {"scenarios": {"failed_to_resolve": {"retries": 0, "action": "follow_up"}}}
    assert tried("That didn't answer my question", **once).outcome.startswith("Hands over at once: The bot's answers")
    upset = tried("You are all useless idiots, this is awful garbage!!!")
    assert row(upset, "negative_sentiment").note == "Counts as upset message 1; fires after 2"


def test_conditions_are_those_of_the_contact() -> None:
    without = row(tried("my unit is still under warranty"), "Warranty claim")
    assert (without.fires, without.note) == (False, "Its conditions do not hold for this contact")
    trial = tried("my unit is still under warranty", "customer")
    assert row(trial, "Warranty claim").fires
    assert "warranty" in dict(trial.details)["Tags"].split(", ")
    assert tried("Hello there", "vip").outcome == "Hands over at once: High value."


def test_what_is_off_says_so() -> None:
    found = row(tried(ASKS, scenarios={"human_requested": {"enabled": False}}), "human_requested")
    assert (found.on, found.fires, found.note) == (False, False, "Off")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (None, "nobody: it waits in the pool"),
        ("manager", "the manager"),
        ("role:support", "somebody in support"),
        ("user:sarah", "Sarah Lindgren"),
        ("user:gone", "gone"),
    ],
)
def test_whom_a_target_asks_in_words(target: str | None, words: str) -> None:
    assert who(target, NAMES) == words


# ---- the week --------------------------------------------------------------------------------------------------------

SATURDAY = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)
"""Late on Friday in Chicago."""


def week(open_: str, now: datetime = SATURDAY, **hours: str) -> list[tuple[str, list[str]]]:
    days = coming_week({"open": open_, **hours}, look_up, now)
    return [(f"{day.date:%a %d}", day.spans) for day in days]


def test_the_week_begins_today_where_the_bot_is() -> None:
    found = week("Mo-Fr 08:00-12:00,13:00-18:00; PH off", time_zone="America/Chicago", holidays="US")
    work = ["08:00–12:00", "13:00–18:00"]
    assert found == [
        ("Fri 20", work),
        ("Sat 21", []),
        ("Sun 22", []),
        ("Mon 23", work),
        ("Tue 24", work),
        ("Wed 25", work),
        ("Thu 26", []),
    ]


def test_nights_are_cut_at_midnight() -> None:
    assert week("Sa 22:00-06:00")[:3] == [("Sat 21", ["22:00–24:00"]), ("Sun 22", ["00:00–06:00"]), ("Mon 23", [])]


def test_around_the_clock_is_all_day_also_when_the_clocks_change() -> None:
    assert [spans for _, spans in week("24/7")] == [["All day"]] * 7
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert week("24/7", before, time_zone="Europe/Berlin")[1] == ("Sun 25", ["All day"])
    assert week("Mo-Su 01:00-05:00", before, time_zone="Europe/Berlin")[:2] == [
        ("Sat 24", ["01:00–05:00"]),
        ("Sun 25", ["01:00–05:00"]),
    ]


@pytest.mark.parametrize(
    "hours", [None, "x", {"open": "whenever"}, {"time_zone": "Mars"}, {"open": "PH off"}, {"x": 1}]
)
def test_hours_that_cannot_be_read_give_no_week(hours: Any) -> None:
    assert coming_week(hours, look_up, SATURDAY) == []
    assert coming_week(Hours().model_dump(mode="json"), look_up, SATURDAY) != []


# ---- what differs ----------------------------------------------------------------------------------------------------


def test_nothing_differs() -> None:
    settings = example_bot().model_dump(mode="json")
    assert changes(settings, settings) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 2}, Change("a", "1", "2")),
        ({"a": {"b": True}}, {"a": {"b": False}}, Change("a.b", "on", "off")),
        ({"a": None}, {"a": "x"}, Change("a", "", "x")),
        ({"a": ["x", "y"]}, {"a": ["y", "z"]}, Change("a", added=("z",), removed=("x",))),
        ({"a": ["x", "x"]}, {"a": ["x"]}, Change("a", removed=("x",))),
        ({"a": None}, {"a": ["x"]}, Change("a", added=("x",))),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, Change("a", moved=True)),
        ({"actions": {"one": {}}}, {"actions": {"one": {}, "two": {}}}, Change("actions.two", new=True)),
        ({"actions": {"one": {"x": 1}}}, {"actions": {}}, Change("actions.one", gone=True)),
        ({"ladder": [{"to": "a"}]}, {"ladder": [{"to": "b"}]}, Change("ladder.1.to", "a", "b")),
        ({"ladder": None}, {"ladder": [{"to": "b"}]}, Change("ladder", "", "set")),
        ({"task": {"due": None}}, {"task": False}, Change("task", "set", "off")),
        ({"rules": [{"name": "A", "x": 1}]}, {"rules": [{"name": "A", "x": 2}]}, Change("rules.A.x", "1", "2")),
        ({"rules": [{"name": "A"}]}, {"rules": [{"name": "B"}, {"name": "A"}]}, Change("rules.B", new=True)),
        (
            {"rules": [{"name": "A"}, {"name": "B"}]},
            {"rules": [{"name": "B"}, {"name": "A"}]},
            Change("rules", moved=True),
        ),
        ({}, {"new": 1}, Change("new", new=True)),
    ],
)
def test_a_change_is_named_by_its_key(before: Any, after: Any, expected: Change) -> None:
    assert changes(before, after) == [expected]


# ---- fields ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        ("name", Shape(Kind.line, longest=100)),
        ("persona", Shape(Kind.text, longest=4000)),
        ("handover.enabled", Shape(Kind.switch)),
        ("handover.rules", Shape(Kind.rows)),
        ("handover.rules.0.conditions.contact_fields", Shape(Kind.pairs)),
        ("handover.scenarios.human_requested.phrases", Shape(Kind.lines, optional=True)),
        ("handover.actions.any.task", Shape(Kind.group)),
        ("handover.actions.any.task.priority", Shape(Kind.choice, True, ("low", "medium", "high", "urgent"))),
        ("handover.actions.any.ladder", Shape(Kind.rows, optional=True)),
        ("handover.actions.any.ladder.3.after", Shape(Kind.line)),
        ("no.such.key", Shape(Kind.line)),
    ],
)
def test_the_shape_of_a_key_is_read_off_the_settings(key: str, shape: Shape) -> None:
    assert shape_of(tuple(key.split("."))) == shape


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("handover.enabled", "true", True),
        ("handover.enabled", "false", False),
        ("handover.max_actions", " 3 ", 3),
        ("handover.max_actions", "three", "three"),
        ("handover.max_actions", "9" * 5000, "9" * 5000),
        ("handover.scenarios.high_value.threshold", "0.7", 0.7),
        ("collect", "name\r\n\r\n phone ", ["name", "phone"]),
        ("handover.rules.0.conditions.contact_fields", "plan = a = b\nalone", {"plan": "a = b", "alone": None}),
        ("persona", "One\r\nTwo ", "One\nTwo "),
        ("name", " N ", "N"),
        ("model", "  ", None),
        ("handover.actions.x.pause", "", None),
        ("handover.contact_line", "", ""),
    ],
)
def test_what_is_typed_becomes_a_value(key: str, text: str, value: Any) -> None:
    assert typed(tuple(key.split(".")), text) == value


def test_a_value_is_written_as_it_is_typed() -> None:
    assert [written(value) for value in (True, None, 0.5, ["a", "b"], {"a": "b"})] == [
        "true",
        "",
        "0.5",
        "a\nb",
        "a = b",
    ]
