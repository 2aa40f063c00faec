"""What holds in every simulation, whatever comes and whoever is there."""

from itertools import pairwise
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.simulate import Numbers
from handover.messages import HandoverStatus
from handover.openings import look_up
from handover.simulation.arrivals import arrivals
from handover.simulation.course import What
from handover.simulation.figures import figures
from handover.simulation.plan import Plan
from handover.simulation.rota import Played
from handover.simulation.run import Setting, Story, simulate
from handover.staff import Staff
from tests.unit.make import START
from tests.unit.simulation_world import DAY, HOUR, MINUTE, a_plan, play, someone, support, waits

NAMES = ("ann", "ben", "cem", "dov")
SHARES = st.sampled_from([0.0, 0.1, 0.5, 1.0])
SPELLS = st.sampled_from(["0m", "7m", {"mean": "20m"}, {"mean": "40m", "varies": "lognormal"}])
TAKES = st.sampled_from(["10m", {"mean": "20m"}, {"mean": "90m", "varies": "lognormal"}])
PEOPLE = st.fixed_dictionaries(
    {},
    optional={
        "shift": st.sampled_from(["09:00-12:00", "Tu-Fr 10:00-18:00"]),
        "away": st.sampled_from(["Tu", "13:00-15:00"]),
    },
)
PLANS = st.fixed_dictionaries(
    {
        "pace": st.fixed_dictionaries(
            {"notice": SPELLS, "handling": TAKES, "forgets": SHARES, "leaves_waiting": st.sampled_from([0.0, 0.3])}
        ),
        "outcomes": st.fixed_dictionaries(
            {"scheduled": st.sampled_from([0.0, 0.3]), "needs_escalation": st.sampled_from([0.0, 0.4])}
        ),
        "people": st.dictionaries(st.sampled_from(NAMES), PEOPLE),
    }
).map(Plan.model_validate)
TEAMS = st.lists(
    st.builds(
        lambda name, capacity: someone(name, capacity=capacity, manager=None), st.sampled_from(NAMES), st.integers(0, 3)
    ),
    max_size=4,
    unique_by=lambda one: one.id,
)
COMING = st.lists(st.integers(0, 3 * 24 * 60), max_size=12).map(sorted)
LADDER = {"ladder": [{"after": "1h", "to": "assignee"}, {"after": "3h", "to": "role:support"}]}
HOURS = st.sampled_from(["24/7", "Mo-Fr 09:00-17:00"])


@given(TEAMS, PLANS, COMING, st.integers(0, 1000), HOURS)
@settings(max_examples=150, deadline=None)
def test_every_case_has_one_story_and_nobody_does_two_things_at_once(
    team: list[Staff], plan: Plan, minutes: list[int], seed: int, hours: str
) -> None:
    story = play(minutes, team, support(LADDER, hours={"open": hours}), plan, Numbers(seed))
    assert len(story.courses) == len(minutes)
    _nobody_works_twice_at_a_time(story)
    for course in story.courses:
        happened = [event.what for event in course.events]
        ended = course.case.status is HandoverStatus.completed
        assert happened.count(What.completed) == ended
        assert (course.wait is None) == (What.answered not in happened)
        assert happened[0] in (What.assigned, What.unassigned)
        assert not ended or happened[-1] is What.completed
        assert all(one.at <= two.at for one, two in pairwise(course.events))
    unclaimed = sum(one.unclaimed for one in story.courses)
    assert (story.queue[-1].unclaimed if story.queue else 0) == unclaimed


def _nobody_works_twice_at_a_time(story: Story) -> None:
    for person in story.people.values():
        assert all(one.end <= two.start for one, two in pairwise(person.spells))
        assert all(person.is_there(one.start) for one in person.spells)


@given(TEAMS, PLANS, COMING, st.integers(0, 1000))
@settings(max_examples=100, deadline=None)
def test_nobody_holds_more_than_their_capacity(team: list[Staff], plan: Plan, minutes: list[int], seed: int) -> None:
    """A named person and a manager are asked even when full; this ladder asks roles alone."""
    story = play(minutes, team, support(LADDER), plan, Numbers(seed))
    assert all(one.most <= one.staff.capacity for one in story.people.values())


@given(TEAMS, PLANS, COMING, st.integers(0, 1000), HOURS)
@settings(max_examples=100, deadline=None)
def test_nothing_comes_before_its_time(
    team: list[Staff], plan: Plan, minutes: list[int], seed: int, hours: str
) -> None:
    story = play(minutes, team, support(LADDER, hours={"open": hours}), plan, Numbers(seed))
    for course in story.courses:
        opened = course.case.opened_at
        asked_again = (What.went_idle, What.resumed, What.escalated)
        restarts = min((one.at for one in course.of(*asked_again)), default=None)
        first = [one for one in course.events if restarts is None or one.at < restarts]
        times = {kind: [one.at - opened for one in first if one.what is kind] for kind in What}
        assert all(after >= HOUR for kind in (What.reminded, What.nobody_left, What.passed_on) for after in times[kind])
        assert all(after >= 8 * HOUR for after in times[What.bot_back])
        assert len(times[What.bot_back]) <= 1
        assert all(one.at >= course.due for one in course.of(What.overdue))


@given(
    st.lists(st.integers(0, 600), min_size=1, max_size=25).map(sorted),
    st.integers(1, 4),
    st.integers(1, 90),
)
@settings(max_examples=150, deadline=None)
def test_nobody_waits_longer_for_one_more_person(minutes: list[int], people: int, takes: int) -> None:
    """Where every case takes as long, the lightest load is always the person who is free first. Who of several that come in
    the same minute goes to whom may change.
    """
    plan = a_plan({"notice": "0m", "handling": f"{takes}m"})
    team = [someone(f"p{number}", capacity=1000) for number in range(people + 1)]
    patient = support({"task": {"due": "300d"}})
    fewer, more = (_by_minute(minutes, waits(play(minutes, one, patient, plan))) for one in (team[:-1], team))
    assert all(b <= a for a, b in zip(fewer, more, strict=True))


def _by_minute(minutes: list[int], waited: list[float | None]) -> list[tuple[int, float]]:
    """When each came and how long they waited, the shortest wait of a minute first. Nobody waits without end."""
    assert None not in waited
    return sorted((minute, wait) for minute, wait in zip(minutes, waited, strict=True) if wait is not None)


def the_waits(per_hour: float, mean_handling: str, weeks: int, people: int = 1) -> list[float]:
    """How many minutes contacts wait where handovers come at one rate, around the clock, and nobody forgets."""
    plan = a_plan(
        {"notice": "0m", "handling": {"mean": mean_handling}},
        arrivals=[{"during": "24/7", "per_hour": per_hour}],
        reasons={"human_requested": 1},
    )
    bot = support({"task": {"due": "300d"}, "reactivate_after": "300d"})
    counted = Played(START, START + weeks * 7 * DAY)
    coming = arrivals(plan, bot, counted, Numbers(7), look_up)
    team = [someone(f"p{number}", capacity=1000) for number in range(people)]
    story = simulate(Setting(bot, team, plan), coming, counted._replace(ends=counted.ends + DAY), Numbers(7), look_up)
    return [wait for wait in waits(story) if wait is not None]


def test_one_person_and_poisson_arrivals_are_the_queue_of_the_textbooks() -> None:
    """M/M/1: 2 an hour, 15 minutes each on average, so the person is busy half of the time: the mean wait is
    ρ / (μ - λ) = 0.5 / (4 - 2) h = 15 minutes, and half of the contacts do not wait at all."""
    found = the_waits(2.0, "15m", weeks=30)
    assert len(found) == pytest.approx(30 * 7 * 24 * 2, rel=0.03)
    assert mean(found) == pytest.approx(15, rel=0.08)
    assert sum(wait == 0 for wait in found) / len(found) == pytest.approx(0.5, abs=0.03)


def test_a_seed_is_one_week_and_another_seed_another() -> None:
    plan, counted = Plan(), Played(START, START + 7 * DAY)
    weeks = [arrivals(plan, support(), counted, Numbers(seed), look_up) for seed in (1, 1, 2)]
    assert weeks[0] == weeks[1] != weeks[2]


def test_arrivals_come_as_often_as_their_hours_say() -> None:
    plan = Plan.model_validate(
        {"arrivals": [{"during": "Mo 09:00-12:00", "per_hour": 200}, {"during": "Mo-Fr 09:00-17:00", "per_hour": 50}]}
    )
    coming = arrivals(plan, support(), Played(START - 9 * HOUR, START - 9 * HOUR + 7 * DAY), Numbers(1), look_up)
    early = [one for one in coming if one.at < START + 3 * HOUR]
    assert len(early) == pytest.approx(600, rel=0.1)
    assert len(coming) - len(early) == pytest.approx(37 * 50, rel=0.1)
    assert all(9 <= one.at.hour < 17 and one.at.weekday() < 5 for one in coming)


def test_what_changes_at_no_hour_is_one_flow() -> None:
    often = [{"during": "00:00-12:00", "per_hour": 0.2}, {"during": "24/7", "per_hour": 0.2}]
    plans = [Plan.model_validate({"arrivals": flows}) for flows in (often, often[1:])]
    cut, whole = (arrivals(plan, support(), Played(START, START + 28 * DAY), Numbers(1), look_up) for plan in plans)
    assert len(whole) == pytest.approx(28 * 24 * 0.2, rel=0.25)
    assert all(abs(one.at - other.at) < MINUTE for one, other in zip(cut, whole, strict=True))


def test_the_sum_counts_what_happened() -> None:
    story = play([0, 5])
    found = figures(story, Played(START, START + HOUR), "UTC")
    assert (found.handovers, found.answered, found.in_time, found.told) == (2, 2, 2, 0)
    assert found.unclaimed == pytest.approx((2 + 12) / 60)
    assert found.most == 1
    assert (found.median, found.p90) == (7 * MINUTE, 11 * MINUTE)
    [nine] = found.hours
    assert (nine.name, nine.arrivals, nine.wait) == ("09", 2, 7 * MINUTE)
    [monday] = found.days
    assert (monday.name, monday.arrivals) == ("Mo", 48)
    load = {one.name: one for one in found.people}["Sarah"]
    assert (load.taken, load.worked, load.there, load.most) == (2, 30 * MINUTE, HOUR, 2)


def test_a_manager_who_was_told_is_counted() -> None:
    story = play([0], plan=a_plan({"forgets": 1.0}), days=3.5)
    found = figures(story, Played(START, START + DAY), "UTC")
    assert (found.to_managers, found.happened[What.passed_on], found.happened[What.overdue]) == (3, 3, 1)
    assert found.statuses == {HandoverStatus.open: 1}
    assert (found.median, found.in_time) == (None, 0)
