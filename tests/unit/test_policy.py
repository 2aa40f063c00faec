"""An action's settings resolved for a trigger: the defaults of hours, and what an action says instead."""

from datetime import timedelta
from typing import Any

import pytest

from handover.bot import FinalMessages, Priority
from handover.casefile import Policy
from handover.policy import resolve
from tests.unit.make import bot, trigger

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TEXTS = FinalMessages()


def policy(action: dict[str, Any] | None = None, reason: str = "human_requested", **values: Any) -> Policy:
    return resolve(bot(action), 3, trigger(reason, **values))


@pytest.mark.parametrize(("urgent", "due", "reactivate"), [(False, 24 * HOUR, 8 * HOUR), (True, 2 * HOUR, 2 * HOUR)])
def test_lengths_of_time_follow_from_the_trigger(urgent: bool, due: timedelta, reactivate: timedelta) -> None:
    made = policy(urgent=urgent)
    assert (made.due, made.reactivate_after, made.person_idle, made.pause) == (due, reactivate, 8 * HOUR, None)


@pytest.mark.parametrize(
    ("action", "pause", "reactivate"),
    [
        ({"pause": "3d"}, 72 * HOUR, 72 * HOUR),
        ({"pause": "30m"}, HOUR / 2, HOUR / 2),
        ({"pause": "2h", "reactivate_after": "8h"}, 2 * HOUR, 8 * HOUR),
        ({"pause": "0s"}, timedelta(0), 8 * HOUR),
        ({"reactivate_after": "0s"}, None, timedelta(0)),
    ],
)
def test_the_pause_window_is_when_the_bot_comes_back(
    action: dict[str, Any], pause: timedelta | None, reactivate: timedelta
) -> None:
    made = policy(action)
    assert (made.pause, made.reactivate_after) == (pause, reactivate)


def test_what_the_action_says_holds_for_urgent_triggers_too() -> None:
    made = policy({"task": {"due": "5h"}, "person_idle": "0s", "reactivate_after": "9h"}, urgent=True)
    assert (made.due, made.person_idle, made.reactivate_after) == (5 * HOUR, timedelta(0), 9 * HOUR)


def ladder(made: Policy) -> list[tuple[timedelta, str, timedelta | None]]:
    return [(rung.after, rung.to, rung.repeat) for rung in made.ladder]


@pytest.mark.parametrize(("urgent", "due", "repeat"), [(False, 24 * HOUR, 24 * HOUR), (True, 2 * HOUR, 2 * HOUR)])
def test_the_default_ladder_reminds_at_half_the_due_time_and_goes_to_the_manager(
    urgent: bool, due: timedelta, repeat: timedelta
) -> None:
    assert ladder(policy(urgent=urgent)) == [(due / 2, "assignee", None), (due, "manager", repeat)]


def test_a_rung_counts_from_the_due_time_of_its_own_task() -> None:
    rungs = [{"after": "half_due", "to": "assignee"}, {"after": "due", "to": "manager", "repeat": "1h"}]
    assert ladder(policy({"task": {"due": "3h"}, "ladder": rungs})) == [
        (90 * MINUTE, "assignee", None),
        (3 * HOUR, "manager", HOUR),
    ]


def test_rungs_come_in_the_order_of_their_times() -> None:
    rungs = [
        {"after": "due", "to": "manager"},
        {"after": "1h", "to": "role:support"},
        {"after": "1h", "to": "user:ben"},
    ]
    assert [rung.to for rung in policy({"ladder": rungs}).ladder] == ["role:support", "user:ben", "manager"]


@pytest.mark.parametrize(
    ("reason", "urgent", "text"),
    [
        ("human_requested", False, TEXTS.standard),
        ("failed_to_resolve", False, TEXTS.standard),
        ("bot_unavailable", False, TEXTS.standard),
        ("lack_of_information", False, TEXTS.information_gap),
        ("lack_of_information", True, TEXTS.urgent),
        ("high_value", True, TEXTS.urgent),
    ],
)
def test_the_final_message_fits_the_situation(reason: str, urgent: bool, text: str) -> None:
    assert policy(reason=reason, urgent=urgent).final_message == text


@pytest.mark.parametrize(
    ("action", "reason", "urgent", "priority"),
    [
        ({}, "human_requested", False, Priority.medium),
        ({}, "human_requested", True, Priority.high),
        ({}, "high_value", False, Priority.high),
        ({"task": {"priority": "low"}}, "high_value", True, Priority.low),
        ({"task": {"priority": "urgent"}}, "human_requested", False, Priority.urgent),
        ({"task": False}, "high_value", False, Priority.high),
    ],
)
def test_the_priority_is_the_actions_or_follows_from_the_trigger(
    action: dict[str, Any], reason: str, urgent: bool, priority: Priority
) -> None:
    assert policy(action, reason, urgent=urgent).priority is priority


def test_without_a_task_the_due_time_is_the_handovers() -> None:
    made = policy({"task": False})
    assert (made.task_title, made.due) == (None, 24 * HOUR)


def test_tags_are_the_bots_then_the_scenarios_then_the_actions() -> None:
    made = resolve(bot({"tags": ["HVAC-code"]}, tag="to_person"), 1, trigger(tags=["upset"]))
    assert made.tags == ["to_person", "upset", "HVAC-code"]


def test_a_policy_keeps_what_the_handover_needs_later() -> None:
    action = {"assign": {"to": "role:support", "skip_if_owned": False, "skills": ["product"]}, "ticket": "zendesk"}
    settings = bot(action, default_assignee="user:sarah", contact_line="+1 555 0199", agent_label="{name}")
    made = resolve(settings, 3, trigger())
    assert (made.assign_to, made.default_assignee, made.skills) == ("role:support", "user:sarah", ["product"])
    assert (made.skip_if_owned, made.ticket, made.silent) == (False, "zendesk", False)
    assert (made.action, made.bot_version) == ("follow_up", 3)
    assert (made.contact_line, made.agent_label) == ("+1 555 0199", "{name}")


def test_a_person_who_steps_in_sends_no_final_message() -> None:
    assert resolve(bot(), 1, trigger("taken_over"), silent=True).silent


@pytest.mark.parametrize(("named", "used"), [("b", "b"), (None, "follow_up"), ("gone", "follow_up")])
def test_an_action_that_is_gone_falls_back_to_the_default_one(named: str | None, used: str) -> None:
    settings = bot(actions={"follow_up": {}, "b": {}})
    assert resolve(settings, 1, trigger(action=named)).action == used
