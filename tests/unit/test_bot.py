"""A bot's settings: what holds when nothing is said, and what does not fit together."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from handover.bot import Bot, Priority, TriggerMode
from handover.staff import Access, Staff
from tests.unit.make import bot

HANDOVER = Bot(id="hvac", name="Northwind").handover


def test_a_bot_needs_an_id_and_a_name_only() -> None:
    made = Bot(id="hvac", name="Northwind")
    assert (made.channels, made.collect, made.knowledge) == (["web"], [], [])
    assert (made.debounce, made.close_after) == (timedelta(0), timedelta(days=7))


def test_handing_over_is_on_and_done_at_once() -> None:
    assert (HANDOVER.enabled, HANDOVER.trigger_mode, HANDOVER.offer_first) == (True, TriggerMode.both, False)
    assert (HANDOVER.agent_label, HANDOVER.tag) == ("Support Agent", "human_handover")
    assert (HANDOVER.agents_available, HANDOVER.hours.open) == (True, "24/7")


def test_the_first_three_scenarios_are_on() -> None:
    on = [name for name, scenario in HANDOVER.scenarios.items() if scenario.enabled]
    assert on == ["human_requested", "lack_of_information", "failed_to_resolve"]


def test_scenarios_bring_their_tags() -> None:
    assert {name: scenario.tags for name, scenario in HANDOVER.scenarios.items()} == {
        "human_requested": [],
        "lack_of_information": ["info-gap"],
        "failed_to_resolve": ["unresolved"],
        "negative_sentiment": ["upset"],
        "high_value": [],
        "complex_request": ["complex"],
    }


def test_a_bot_tries_twice_more_before_it_gives_up() -> None:
    assert HANDOVER.scenarios.failed_to_resolve.retries == 2


def test_the_standard_texts_are_those_of_the_specification() -> None:
    texts = HANDOVER.actions["follow_up"].final_message
    assert texts.standard == "Thank you! Someone from the team will get back to you."
    assert texts.urgent == "We've flagged this as urgent. Expect a callback or message within {response_window}."
    assert texts.after_hours == (
        "We're currently closed. A team member will reach out during business hours. "
        "If this is urgent, please call {contact_line}."
    )
    assert texts.information_gap == (
        "We couldn't find the exact details right now. We've assigned this to a specialist who will help shortly."
    )
    assert HANDOVER.offline_message == (
        "Our team is currently offline. Leave your email and we'll get back to you within 24 hours."
    )


def test_one_text_is_the_standard_one() -> None:
    texts = bot({"final_message": "Bye!"}).handover.actions["follow_up"].final_message
    assert (texts.standard, texts.urgent) == ("Bye!", HANDOVER.actions["follow_up"].final_message.urgent)


def test_a_staff_member_hears_by_inbox_and_email() -> None:
    staff = Staff(id="ben", name="Ben")
    assert staff.notify.conversation_assigned == staff.notify.task_assigned == ["inbox", "email"]
    assert (staff.access, staff.enabled, staff.available) == (Access.staff, True, True)


@pytest.mark.parametrize(
    ("priority", "raised"), [("low", "medium"), ("medium", "high"), ("high", "urgent"), ("urgent", "urgent")]
)
def test_a_priority_is_raised_by_one_step(priority: str, raised: str) -> None:
    assert Priority(priority).raised() is Priority(raised)


def four_actions() -> dict[str, Any]:
    return {"actions": {name: {} for name in ("follow_up", "b", "c", "d")}}


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (four_actions(), "4 are too many; allowed are 3"),
        ({"actions": {}}, "at least 1"),
        ({"default_action": "call"}, "there is no action 'call'; allowed are follow_up"),
        ({"scenarios": {"high_value": {"action": "call"}}}, "there is no action 'call'; allowed are follow_up"),
        ({"rules": [{"name": "Warranty", "action": "call"}]}, "there is no action 'call'; allowed are follow_up"),
        ({"rules": [{"name": "Warranty"}, {"name": "Warranty"}]}, "'Warranty' is taken"),
        ({"rules": [{"name": "human_requested"}]}, "'human_requested' is taken"),
        ({"rules": [{"name": "bot_unavailable"}]}, "'bot_unavailable' is taken"),
        ({"rules": [{"name": "taken_over"}]}, "'taken_over' is taken"),
        ({"scenarios": {"human_requested": {"phrases": []}}}, "at least 1"),
        ({"offline_message": "Call {number}"}, "{number} is no placeholder; allowed are agent_label, assignee"),
        ({"offline_message": "Dear {Contact_Name}"}, "{Contact_Name} is no placeholder"),
        ({"agent_label": "{assignee}"}, "{assignee} is no placeholder; allowed are first_name, name"),
        ({"default_assignee": "sarah"}, "'sarah' names nobody; allowed are user:ID, role:NAME and manager"),
        ({"default_assignee": "assignee"}, "'assignee' names nobody"),
    ],
)
def test_what_does_not_fit_together_is_refused(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Bot.model_validate({"id": "hvac", "name": "Northwind", "handover": settings})
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    ("action", "says"),
    [
        ({"pause": "2h", "reactivate_after": "1h"}, "1h lies inside the pause; allowed is 2h or longer"),
        ({"ladder": []}, "at least 1"),
        ({"ladder": [{"after": "1h", "to": "manager", "repeat": "0s"}]}, "0s is too short; allowed is 1s to 366d"),
        ({"ladder": [{"after": "1h", "to": "boss"}]}, "allowed are user:ID, role:NAME and manager, or assignee"),
        ({"assign": {"to": "role:Support"}}, "'role:Support' names nobody"),
        ({"task": {"title": "{assignee}"}}, "{assignee} is no placeholder; allowed are contact_name, reason, request"),
        ({"task": True}, "False"),
        ({"pause": "-2h"}, "is no length of time"),
    ],
)
def test_an_action_that_makes_no_sense_is_refused(action: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        bot(action)
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    "action",
    [
        {"pause": "2h", "reactivate_after": "2h"},
        {"reactivate_after": "1h"},
        {"task": False},
        {"ladder": [{"after": "half_due", "to": "assignee"}, {"after": "due", "to": "user:omar", "repeat": "1s"}]},
    ],
)
def test_an_action_that_makes_sense_is_taken(action: dict[str, Any]) -> None:
    assert bot(action).handover.actions


def test_how_many_actions_are_allowed_is_a_setting() -> None:
    assert len(bot(**four_actions(), max_actions=4).handover.actions) == 4
