"""A case while nobody is there: what its contact is told and promised, and from when on its times count."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from handover.case import (
    can_be_reached,
    contact_question,
    final_message,
    next_task,
    reactivated,
    response_window,
    start_clock,
    went_idle,
    work_ahead,
)
from handover.casefile import Case, Policy
from handover.conversation import ConversationState
from handover.escalation import StepKind, bring_forward, due_at, mark_fired, next_step, pause_ends
from handover.hours import Calendar, Opening
from handover.messages import Contact, ConversationStatus, HandoverStatus
from handover.policy import hours_request
from tests.unit.make import SARAH, START, after, case, speaks, trigger

HOUR = timedelta(hours=1)
OFFLINE = "Our team is currently offline. Leave your email and we'll get back to you within 24 hours."
AFTER_HOURS = (
    "We're currently closed. A team member will reach out during business hours. "
    "If this is urgent, please call the number on our website."
)


def calendar(*spans: tuple[float, float], available: bool = True) -> Calendar:
    """Open in these spans of hours after the case has opened; known for 1,000 hours."""
    openings = [Opening(after(start), after(end)) for start, end in spans]
    return Calendar(openings=openings, until=after(1000), available=available)


NIGHT = calendar((10, 18), (34, 42), (58, 66))
"""The case opens at night: somebody is there from the tenth hour on, for eight hours a day."""
WEEKEND = calendar((60, 68), (84, 92))
DAY = calendar((-2, 6), (22, 30), (46, 54))
"""The case opens two hours after somebody came."""


def opened(known: Calendar, action: Mapping[str, Any] | None = None, **values: Any) -> Case:
    """A case as it has opened, its clock started."""
    made = case(action, why=values.pop("why", None), calendar=known, task=None, **values)
    start_clock(made)
    return made


class TestWhatTheContactIsTold:
    def test_somebody_is_there(self) -> None:
        assert final_message(opened(DAY), START) == "Thank you! Someone from the team will get back to you."

    @pytest.mark.parametrize("contact", [Contact(), Contact(name="Jamie")])
    def test_nobody_is_and_the_contact_cannot_be_reached(self, contact: Contact) -> None:
        assert final_message(opened(NIGHT, contact=contact), START) == OFFLINE

    @pytest.mark.parametrize("contact", [Contact(email="j@example.org"), Contact(phone="+13125550142")])
    def test_closed_and_there_is_nothing_to_ask(self, contact: Contact) -> None:
        assert can_be_reached(contact)
        assert final_message(opened(NIGHT, contact=contact), START) == AFTER_HOURS

    def test_closed_and_too_urgent_to_wait_for_an_address(self) -> None:
        assert final_message(opened(NIGHT, urgent=True, contact=Contact()), START) == AFTER_HOURS

    @pytest.mark.parametrize("hours", [DAY, NIGHT])
    def test_switched_off_while_open_asks_for_an_address(self, hours: Calendar) -> None:
        off = opened(hours.model_copy(update={"available": False}), contact=Contact())
        assert final_message(off, START) == OFFLINE

    def test_switched_off_while_open_promises_no_business_hours(self) -> None:
        off = opened(DAY.model_copy(update={"available": False}), contact=Contact(phone="+13125550142"))
        assert final_message(off, START) == OFFLINE

    @pytest.mark.parametrize(
        ("hours", "contact", "asked"),
        [
            (DAY, Contact(), True),
            (DAY, Contact(phone="1"), False),
            (NIGHT, Contact(), False),  # the offline message has asked already
            (NIGHT, Contact(email="a@b.c"), False),
        ],
    )
    def test_how_to_be_reached_is_asked_where_nothing_else_asks_it(
        self, hours: Calendar, contact: Contact, asked: bool
    ) -> None:
        assert bool(contact_question(opened(hours, contact=contact), START)) is asked

    def test_an_urgent_contact_by_night_is_asked_besides(self) -> None:
        assert contact_question(opened(NIGHT, urgent=True, contact=Contact()), START)

    def test_a_case_of_before_there_was_a_question_asks_nothing(self) -> None:
        made = opened(DAY, contact=Contact())
        made.policy = Policy.model_validate(made.policy.model_dump() | {"contact_question": ""})
        assert contact_question(made, START) == ""


class TestWhatIsPromised:
    def test_until_it_is_due(self) -> None:
        assert response_window(opened(DAY, {"task": {"due": "3h"}}), START) == 3 * HOUR

    def test_longer_where_whoever_has_the_case_has_too_much_before_it(self) -> None:
        """Twenty cases and this one, a quarter of an hour each."""
        made = opened(DAY, {"task": {"due": "3h"}}, ahead=20)
        assert work_ahead(made) == timedelta(hours=5, minutes=15)
        assert response_window(made, START) == timedelta(hours=5, minutes=15)

    def test_in_the_hours_that_somebody_is_there(self) -> None:
        """Six hours are left today; the rest of seven and a quarter comes tomorrow."""
        made = opened(DAY, {"task": {"due": "3h"}}, ahead=28)
        assert response_window(made, START) == timedelta(hours=23, minutes=15)

    def test_nothing_once_it_is_overdue(self) -> None:
        made = opened(DAY, {"final_message": "Within {response_window}.", "task": {"due": "3h"}})
        assert response_window(made, after(3)) is None
        assert final_message(made, after(3)) == "Thank you! Someone from the team will get back to you."
        assert final_message(made, after(1)) == "Within 2 hours."

    def test_24_hours_where_that_can_be_kept(self) -> None:
        assert "within 24 hours" in final_message(opened(NIGHT, contact=Contact()), START)

    def test_the_real_window_where_it_cannot(self) -> None:
        made = opened(WEEKEND, contact=Contact())
        assert final_message(made, START) == OFFLINE.replace("24 hours", "3 days 12 hours")


class TestFromWhenOnTimesCount:
    def test_from_the_trigger_while_somebody_is_there(self) -> None:
        made = opened(DAY)
        assert (made.armed_at, due_at(made)) == (START, after(24))
        assert _steps(made, 3) == [("reactivate", 8), ("rung", 12), ("due", 24)]

    def test_by_night_the_ladder_counts_from_the_opening_and_half_the_due_time_from_there(self) -> None:
        made = opened(NIGHT)
        assert (made.armed_at, due_at(made)) == (after(10), after(24))
        assert _steps(made, 4) == [("reactivate", 8), ("rung", 17), ("due", 24), ("rung", 24)]

    def test_a_ladder_of_lengths_of_time(self) -> None:
        made = opened(NIGHT, {"ladder": [{"after": "4h", "to": "manager"}]})
        assert ("rung", 14) in _steps(made, 3)

    def test_the_due_time_waits_where_nobody_would_be_there_for_long_enough(self) -> None:
        made = opened(WEEKEND)
        assert (made.armed_at, due_at(made)) == (after(60), after(84))
        assert _steps(made, 4)[1:] == [("rung", 72), ("due", 84), ("rung", 84)]

    def test_long_enough_is_what_the_cases_before_it_take_and_this_one(self) -> None:
        short = calendar((23, 24), (47, 55))
        assert due_at(opened(short, ahead=3)) == after(24)
        assert due_at(opened(short, ahead=4)) == after(47)

    def test_an_urgent_case_waits_for_nothing(self) -> None:
        made = opened(WEEKEND, why=trigger(urgent=True), urgent=True)
        assert (made.armed_at, due_at(made)) == (START, after(2))

    def test_armed_again_by_night_the_ladder_counts_from_the_opening(self) -> None:
        made = opened(DAY, status=HandoverStatus.acknowledged, waiting_since=START)
        went_idle(made, after(10))
        assert (made.armed_at, made.catch_up_at) == (after(22), after(22))

    def test_repeats_by_night_come_with_the_opening_as_one(self) -> None:
        made = opened(DAY, {"ladder": [{"after": "4h", "to": "manager", "repeat": "3h"}]}, due_passed_at=START)
        made.reactivated_at = START
        fired = []
        for _ in range(4):
            step = next_step(made, START)
            assert step is not None
            arrived = next_step(made, step.at)
            assert arrived is not None
            mark_fired(made, arrived)
            fired.append(((step.at - START) / HOUR, len(arrived.skipped)))
        assert fired == [(4, 0), (22, 5), (25, 0), (28, 0)]

    def test_what_was_written_earlier_is_answered_with_the_opening(self) -> None:
        made = opened(DAY)
        reactivated(made, after(8))
        assert made.catch_up_at == after(22)
        state = ConversationState(conversation_id="c1", kept=[7], catch_up_at=made.catch_up_at)
        assert (state.has_work(after(21)), state.catches_up_at(after(21))) == (False, after(22))
        assert (state.has_work(after(22)), state.catches_up_at(after(22))) == (True, None)


class TestWorkingTime:
    def test_everything_counts_only_while_somebody_is_there(self) -> None:
        """Six hours are left today, and eight come with the 22nd hour and the 46th."""
        settings = {
            "working_time": True,
            "task": {"due": "10h"},
            "pause": "7h",
            "ladder": [{"after": "half_due", "to": "assignee"}, {"after": "due", "to": "manager", "repeat": "8h"}],
        }
        made = opened(DAY, settings)
        assert (due_at(made), pause_ends(made)) == (after(26), after(23))
        assert _steps(made, 5) == [("rung", 5), ("reactivate", 23), ("due", 26), ("rung", 26), ("rung", 50)]

    def test_a_share_of_the_due_time_is_working_time_as_well(self) -> None:
        """By night, eight hours of work before the tenth hour has come are none: half of them have passed at the fourteenth."""
        made = opened(NIGHT, {"working_time": True, "task": {"due": "8h"}})
        assert due_at(made) == after(18)
        assert ("rung", 14) in _steps(made, 2)

    def test_a_person_is_idle_after_so_many_working_hours(self) -> None:
        settings = {"working_time": True, "person_idle": "8h"}
        made = opened(DAY, settings, status=HandoverStatus.acknowledged, waiting_since=after(1), due_passed_at=START)
        step = next_step(made, START)
        assert step is not None
        assert (step.kind, step.at) == (StepKind.idle, after(25))

    def test_a_rung_that_is_brought_forward_keeps_its_distance_to_those_above(self) -> None:
        ladder = [{"after": f"{hours}h", "to": "manager"} for hours in (2, 4, 8)]
        made = opened(DAY, {"working_time": True, "ladder": ladder}, due_passed_at=START)
        made.reactivated_at = START
        step = bring_forward(made, 1, after(1))
        mark_fired(made, step)
        assert [one.rung for one in step.skipped] == [0]
        assert _steps(made, 1) == [("rung", 5)]

    def test_the_next_task_is_due_so_many_working_hours_later(self) -> None:
        made = opened(DAY, {"working_time": True, "task": {"due": "10h"}}, follow_up_at=after(23))
        next_task(made, after(1))
        assert due_at(made) == after(49)

    def test_as_much_is_looked_up_as_the_longest_time_takes(self) -> None:
        ladder = [{"after": "4h", "to": "manager", "repeat": "90h"}]
        made = opened(DAY, {"working_time": True, "ladder": ladder})
        request = hours_request(made.policy, "hvac", START, after(5))
        assert (request.enough, request.since) == (94 * HOUR, START)
        assert request.until > after(5)
        assert hours_request(opened(DAY, {"ladder": ladder}).policy, "hvac", START, START).enough == timedelta(0)


def _steps(made: Case, number: int) -> list[tuple[str, float]]:
    """The next steps if nobody acts: what, and how many hours after the case has opened."""
    made, steps = made.model_copy(deep=True), []
    speaks(made, ConversationStatus.escalated)
    now = START
    for _ in range(number):
        step = next_step(made, now)
        assert step is not None
        now = max(step.at, now)
        steps.append((step.kind.name, (now - START) / HOUR))
        match step.kind:
            case StepKind.rung:
                mark_fired(made, step)
            case StepKind.due:
                made.due_passed_at = now
            case StepKind.reactivate:
                made.reactivated_at = now
    return steps


def test_a_case_of_before_there_were_hours_has_a_team_that_is_always_there() -> None:
    old = Case.model_validate(opened(NIGHT).model_dump(exclude={"calendar", "urgent", "ahead", "head_start"}))
    assert old.calendar == Calendar()
    assert old.holder == SARAH
