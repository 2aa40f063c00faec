"""A simulation by hand: few people, known times, and exactly what must come of it."""

from datetime import timedelta

import pytest

from handover.case import promised
from handover.messages import HandoverStatus
from handover.openings import look_up
from handover.simulation.arrivals import Arrival
from handover.simulation.course import What
from handover.simulation.plan import Plan
from handover.simulation.rota import Played
from handover.simulation.run import Setting, simulate
from tests.unit.make import START, case, trigger
from tests.unit.simulation_world import (
    BEN,
    DAY,
    HOUR,
    OMAR,
    SARAH,
    a_plan,
    at,
    luck,
    play,
    someone,
    support,
    told,
    waits,
)

FORGETS = a_plan({"forgets": 1.0})
OFFICE = {"hours": {"open": "Mo-Fr 09:00-17:00"}}


def test_one_person_takes_two_cases_one_after_the_other() -> None:
    story = play([0, 5])
    assert waits(story) == [2, 12]
    assert told(story.courses[0]) == [(0, "assigned", "sarah"), (2, "answered", "sarah"), (17, "completed", "sarah")]
    assert told(story.courses[1]) == [(5, "assigned", "sarah"), (17, "answered", "sarah"), (32, "completed", "sarah")]
    assert story.people["sarah"].spells == [(at(2), at(17)), (at(17), at(32))]


def test_the_queue_is_what_nobody_has_taken_yet() -> None:
    story = play([0, 5])
    assert [((one.at - START) / timedelta(minutes=1), one.unclaimed) for one in story.queue] == [
        (0, 1),
        (2, 0),
        (5, 1),
        (17, 0),
    ]


def test_two_people_take_one_case_each() -> None:
    story = play([0, 5], team=[SARAH, BEN, OMAR])
    assert waits(story) == [2, 2]
    assert [one.events[0].who for one in story.courses] == ["ben", "sarah"]


def test_nobody_acts_and_the_whole_ladder_is_climbed() -> None:
    [course] = play([0], plan=FORGETS, days=3.5).courses
    assert told(course) == [
        (0, "assigned", "sarah"),
        (8 * 60, "bot_back", "sarah"),
        (12 * 60, "reminded", "sarah"),
        (24 * 60, "overdue", "sarah"),
        (24 * 60, "passed_on", "omar"),
        (48 * 60, "passed_on", "omar"),
        (72 * 60, "passed_on", "omar"),
    ]
    assert (course.case.status, course.wait) == (HandoverStatus.open, None)
    assert course.case.priority == "urgent"


def test_a_rung_asks_nobody_twice_and_the_next_one_comes_at_once() -> None:
    ladder = {"ladder": [{"after": "1h", "to": "role:support"}, {"after": "3h", "to": "manager"}]}
    [course] = play([0], settings=support(ladder), plan=FORGETS, days=0.3).courses
    assert told(course) == [(0, "assigned", "sarah"), (60, "nobody_left", "sarah"), (60, "passed_on", "omar")]


def test_of_the_same_instant_the_person_comes_before_the_rung() -> None:
    [course] = play([0], plan=a_plan({"notice": "12h"})).courses
    assert told(course)[1:] == [(480, "bot_back", "sarah"), (720, "answered", "sarah"), (735, "completed", "sarah")]


def test_who_is_reminded_may_remember() -> None:
    [course] = play([0], plan=a_plan({"forgets": 0.4}), draw=luck(asked_0__forgets=0.3)).courses
    assert told(course)[-3:] == [
        (12 * 60, "reminded", "sarah"),
        (12 * 60 + 2, "answered", "sarah"),
        (12 * 60 + 17, "completed", "sarah"),
    ]


def test_a_rung_gives_the_case_to_somebody_else_and_the_first_one_drops_it() -> None:
    ladder = {"ladder": [{"after": "1h", "to": "role:support"}]}
    slow = a_plan({"notice": "45m"}, people={"ben": {"notice": "90m"}})
    [course] = play([0], [SARAH, BEN, OMAR], support(ladder), slow).courses
    assert told(course) == [
        (0, "assigned", "ben"),
        (60, "passed_on", "sarah"),
        (105, "answered", "sarah"),
        (120, "completed", "sarah"),
    ]


def test_what_comes_while_the_team_is_closed_is_seen_in_the_morning() -> None:
    evening = 9 * 60
    [course] = play([evening], settings=support(**OFFICE)).courses
    assert told(course) == [
        (evening, "assigned", "sarah"),
        (evening + 8 * 60, "bot_back", "sarah"),
        (24 * 60 + 2, "answered", "sarah"),
        (24 * 60 + 17, "completed", "sarah"),
    ]


def test_who_begins_before_closing_finishes_and_takes_nothing_more() -> None:
    story = play([7 * 60 + 50, 7 * 60 + 51], settings=support(**OFFICE))
    assert [told(one)[-1][0] for one in story.courses] == [8 * 60 + 7, 24 * 60 + 15]


def test_a_contact_who_is_left_waiting_gets_the_bot_back_and_then_the_person() -> None:
    story = play([0], plan=a_plan({"leaves_waiting": 0.4}), draw=luck(visit_0__leaves=0.3))
    idle_at = 17 + 8 * 60
    assert told(story.courses[0]) == [
        (0, "assigned", "sarah"),
        (2, "answered", "sarah"),
        (17, "left_waiting", "sarah"),
        (idle_at, "went_idle", "sarah"),
        (idle_at + 2, "answered", "sarah"),
        (idle_at + 17, "completed", "sarah"),
    ]
    assert waits(story) == [2]


def test_a_follow_up_comes_at_its_time_and_keeps_its_place_until_then() -> None:
    outcomes = {"scheduled": 0.4, "needs_escalation": 0.0, "follow_up_after": "3h"}
    story = play([0], plan=a_plan(outcomes=outcomes), draw=luck(visit_0__outcome=0.7, visit_1__outcome=0.1))
    assert told(story.courses[0])[2:] == [
        (17, "scheduled", "sarah"),
        (197, "resumed", "sarah"),
        (199, "answered", "sarah"),
        (214, "completed", "sarah"),
    ]


def test_what_a_person_cannot_decide_goes_up_the_ladder() -> None:
    outcomes = {"scheduled": 0.0, "needs_escalation": 0.4}
    [course] = play([0], plan=a_plan(outcomes=outcomes), draw=luck(outcome=0.9)).courses
    assert told(course)[2:] == [
        (17, "escalated", "sarah"),
        (17, "passed_on", "omar"),
        (19, "answered", "omar"),
        (34, "completed", "omar"),
    ]


def test_routing_passes_over_who_has_switched_off() -> None:
    away = a_plan(people={"ben": {"away": "Mo"}})
    assert told(play([0], [SARAH, BEN, OMAR], plan=away).courses[0])[0] == (0, "assigned", "sarah")
    tuesday = told(play([24 * 60], [SARAH, BEN, OMAR], plan=away).courses[0])[0]
    assert tuesday == (24 * 60, "assigned", "ben")


def test_what_nobody_could_be_found_for_is_taken_by_whoever_sees_it_first() -> None:
    plan = a_plan(people={"sarah": {"shift": "11:00-12:00", "switches_off": True}, "omar": {"notice": "5h"}})
    [course] = play([0], plan=plan).courses
    assert told(course) == [(0, "unassigned", None), (122, "answered", "sarah"), (137, "completed", "sarah")]


def test_nobody_takes_more_from_the_pool_than_they_have_room_for() -> None:
    one = someone("sarah", capacity=1)
    waiting = a_plan(outcomes={"scheduled": 1.0, "needs_escalation": 0.0, "follow_up_after": "6h"})
    story = play([0, 1], team=[one], settings=support(), plan=waiting, days=0.2)
    assert [told(course)[0][1] for course in story.courses] == ["assigned", "unassigned"]
    assert story.courses[1].wait is None
    assert story.people["sarah"].most == 1


def test_an_urgent_reason_overtakes_what_came_before_it() -> None:
    settings = support(scenarios={"high_value": {"enabled": True, "urgent": True, "keywords": ["now"]}})
    came = [
        Arrival("a", at(0), "human_requested"),
        Arrival("b", at(1), "human_requested"),
        Arrival("c", at(3), "high_value"),
    ]
    setting = Setting(settings, [SARAH], a_plan())
    story = simulate(setting, came, Played(START - DAY, START + DAY), luck(), look_up)
    assert waits(story) == [2, 31, 14]
    assert [one.case.priority for one in story.courses] == ["medium", "medium", "high"]


def test_what_is_promised_is_kept_where_a_person_is_in_time() -> None:
    says = {"final_message": "We answer within {response_window}.", "task": {"due": "30m"}}
    story = play([0, 1, 2, 3], settings=support(says, handling_time="15m"))
    assert [one.promised for one in story.courses] == [HOUR / 2, HOUR / 2, 3 * HOUR / 4, HOUR]
    assert [one.kept for one in story.courses] == [True, True, True, True]
    late = play([0], settings=support(says), plan=a_plan({"notice": "31m"}))
    assert [one.kept for one in late.courses] == [False]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Somebody will write.", None),
        ("We answer within 2 days.", timedelta(days=2)),
        ("We answer within 2 hours.", timedelta(hours=24)),
        ("We answer within {response_window}.", timedelta(hours=24)),
    ],
)
def test_a_promise_is_as_long_as_the_message_says_and_never_shorter_than_can_be_kept(
    text: str, length: timedelta | None
) -> None:
    assert promised(case({"final_message": text}, trigger()), START) == length


def test_a_reason_and_a_person_take_as_long_as_the_plan_says() -> None:
    plan = Plan.model_validate(
        {
            "pace": {"notice": "0m", "forgets": 0.0, "leaves_waiting": 0.0},
            "outcomes": {"scheduled": 0.0, "needs_escalation": 0.0},
            "reasons": {"human_requested": {"weight": 2, "handling": "40m"}},
        }
    )
    assert told(play([0], plan=plan).courses[0])[-1] == (40, "completed", "sarah")
    quick = plan.model_copy(update={"people": a_plan(people={"sarah": {"handling": "3m"}}).people})
    assert told(play([0], plan=quick).courses[0])[-1] == (3, "completed", "sarah")


def test_the_same_case_has_the_same_luck_whoever_has_it() -> None:
    plan = a_plan({"notice": {"mean": "10m"}, "handling": {"mean": "20m"}})
    alone, together = play([0], [SARAH], plan=plan), play([0], [SARAH, BEN, OMAR], plan=plan)
    assert [one[0] for one in told(alone.courses[0])] == [one[0] for one in told(together.courses[0])]
    assert [one[2] for one in told(alone.courses[0])] != [one[2] for one in told(together.courses[0])]


def test_what_is_still_being_worked_on_in_the_end_is_neither_done_nor_waiting() -> None:
    [course] = play([0], days=10 / (24 * 60)).courses
    assert (course.case.status, course.with_whom) == (HandoverStatus.acknowledged, "sarah")
    assert list(course.of(What.completed)) == []
