"""Who gets a case: fair between equals, the same when asked again, and never somebody who cannot take it."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.routing import Candidate, choose, holder_of, is_manager, to_tell
from handover.staff import Staff
from tests.unit.make import person

SUPPORT = ["role:support"]
NAMES = ["ann", "ben", "cem", "dov", "eva"]
PEOPLE = st.builds(
    lambda name, load, last, capacity, enabled, available, skilled: person(
        name, load, last, capacity=capacity, enabled=enabled, available=available, skills=["gas"] if skilled else []
    ),
    st.sampled_from(NAMES),
    st.integers(0, 4),
    st.integers(0, 6),
    st.integers(0, 4),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
TEAMS = st.lists(PEOPLE, max_size=5, unique_by=lambda one: one.staff.id)


def who(targets: list[str], *candidates: Candidate, **wishes: Any) -> str | None:
    choice = choose(targets, candidates, **wishes)
    return choice.candidate.staff.id if choice else None


def boss(name: str, load: int = 0, last: int = 0, **values: Any) -> Candidate:
    return person(name, load, last, **{"access": "manager", "roles": [], **values})


@pytest.mark.parametrize(
    ("one", "other", "chosen"),
    [
        (person("ann", load=2), person("ben", load=1), "ben"),
        (person("ann", last=5), person("ben", last=4), "ben"),
        (person("ann", last=5), person("ben", load=1), "ann"),
        (person("ben"), person("ann"), "ann"),
        (person("ann", load=1, capacity=1), person("ben", load=7), "ben"),
        (person("ann", available=False), person("ben", load=7), "ben"),
        (person("ann", enabled=False), person("ben", load=7), "ben"),
        (person("ann", roles=["sales"]), person("ben", load=7), "ben"),
        (person("ann", capacity=0), person("ben", load=8), None),
    ],
)
def test_a_role_picks_who_is_there_with_the_lightest_load_and_longest_without(
    one: Candidate, other: Candidate, chosen: str | None
) -> None:
    assert who(SUPPORT, one, other) == who(SUPPORT, other, one) == chosen


@given(TEAMS, st.sets(st.sampled_from(NAMES)), st.booleans())
def test_whoever_is_chosen_by_role_is_there_free_skilled_and_has_the_lightest_load(
    team: list[Candidate], asked: set[str], needs_gas: bool
) -> None:
    skills = ["gas"] if needs_gas else []
    able = [
        one
        for one in team
        if one.staff.enabled
        and one.staff.available
        and one.load < one.staff.capacity
        and set(skills) <= set(one.staff.skills)
        and one.staff.id not in asked
    ]
    choice = choose(SUPPORT, team, skills=skills, asked=sorted(asked))
    assert (choice is None) is (not able)
    if choice is not None:
        assert choice.candidate in able
        assert choice.candidate.load == min(one.load for one in able)


@given(TEAMS, st.randoms(use_true_random=False))
def test_the_order_in_which_people_are_listed_changes_nothing(team: list[Candidate], chance: Any) -> None:
    shuffled = chance.sample(team, len(team))
    assert choose(SUPPORT, team) == choose(SUPPORT, shuffled)


@given(st.integers(1, 5), st.integers(0, 40))
def test_cases_are_shared_evenly(people: int, cases: int) -> None:
    team = {name: person(name, capacity=100) for name in NAMES[:people]}
    got: Counter[str] = Counter()
    for number in range(1, cases + 1):
        chosen = who(SUPPORT, *team.values())
        assert chosen is not None
        got[chosen] += 1
        team[chosen] = person(chosen, got[chosen], number, capacity=100)
    counts = [got[name] for name in team]
    assert max(counts) - min(counts) <= 1


def test_the_first_target_that_finds_somebody_counts() -> None:
    choice = choose(["user:gone", "role:support", "manager"], [person("ann"), boss("max")])
    assert choice is not None
    assert (choice.candidate.staff.id, choice.target) == ("ann", "role:support")


@pytest.mark.parametrize("away", [{"enabled": False}, {"available": False}])
def test_a_named_person_who_is_away_or_disabled_is_passed_over(away: dict[str, bool]) -> None:
    assert who(["user:ann", "user:ben"], person("ann", **away), person("ben")) == "ben"


def test_a_named_person_and_a_manager_are_asked_even_when_full() -> None:
    assert who(["user:ann"], person("ann", load=9, capacity=1)) == "ann"
    assert who(["manager"], boss("max", load=9, capacity=1)) == "max"


def test_skills_are_for_roles() -> None:
    assert who(SUPPORT, person("ann"), person("ben", load=3, skills=["gas", "oil"]), skills=["gas"]) == "ben"
    assert who(["user:ann"], person("ann"), skills=["gas"]) == "ann"


@pytest.mark.parametrize(
    ("holder", "asked", "chosen"),
    [
        ("ann", [], "max"),
        ("ben", [], "eve"),
        (None, [], "eve"),
        ("max", [], "top"),
        ("ann", ["max"], "eve"),
        ("ann", ["max", "eve", "top"], None),
    ],
)
def test_manager_is_the_holders_own_or_otherwise_any(holder: str | None, asked: list[str], chosen: str | None) -> None:
    team = [
        person("ann", manager="max"),
        person("ben"),
        boss("max", load=5, manager="top"),
        boss("eve"),
        boss("top", load=9),
    ]
    assert who(["manager"], *team, holder=holder, asked=asked) == chosen


def test_an_own_manager_who_is_away_is_stood_in_for() -> None:
    assert (
        who(["manager"], person("ann", manager="max"), boss("max", available=False), boss("eve"), holder="ann") == "eve"
    )


def test_who_has_been_asked_is_passed_over() -> None:
    assert who(SUPPORT, person("ann"), person("ben", load=5), asked=["ann"]) == "ben"
    assert who(["user:ann"], person("ann"), asked=["ann"]) is None


def test_where_nobody_is_named_nobody_is_found() -> None:
    assert who([], person("ann")) is None


@pytest.mark.parametrize(
    ("values", "manages"),
    [({"roles": ["manager"]}, True), ({"access": "manager"}, True), ({"access": "admin"}, True), ({}, False)],
)
def test_a_manager_is_one_by_role_or_by_access(values: dict[str, Any], manages: bool) -> None:
    staff = Staff.model_validate({"id": "max", "name": "Max", **values})
    assert is_manager(staff) is holder_of(staff).manages is manages


def test_where_nobody_was_found_the_role_and_the_managers_are_told() -> None:
    team = [person("ann", available=False), person("ben", enabled=False), person("cem", roles=["sales"]), boss("max")]
    assert to_tell(["role:support", "user:zoe"], team) == ["ann", "max"]


def test_nobody_is_told_twice() -> None:
    assert to_tell(SUPPORT, [boss("max", roles=["support", "manager"])]) == ["max"]
