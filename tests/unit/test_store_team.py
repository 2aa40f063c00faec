"""Who gets a case: the lightest load, fairly, and never one more than there are places."""

import asyncio
from collections import Counter

import pytest

from handover.casefile import Assigned
from handover.errors import NotFound
from handover.messages import HandoverStatus
from handover.staff import Access, Staff
from store import Store
from tests.unit.store_world import case_of, open_one, save, staff, wanted

pytest_plugins = ["tests.unit.store_fixtures"]


def agent(name: str, capacity: int = 8, **values: object) -> Staff:
    return Staff.model_validate({"id": name, "name": name.title(), "roles": ["agent"], "capacity": capacity, **values})


def who(assigned: Assigned) -> str | None:
    return assigned.holder.staff_id if assigned.holder else None


async def test_cases_go_round(store: Store) -> None:
    await staff(store, agent("ann"), agent("bob"), agent("cem"))
    chosen = [who(await store.team.assign(wanted(number))) for number in range(6)]
    assert chosen == ["ann", "bob", "cem"] * 2


async def test_of_equals_the_one_who_waits_longest(store: Store) -> None:
    await staff(store, agent("ann"), agent("bob"))
    opened = await open_one(store, "c1")
    assert who(await store.team.assign(wanted(1))) == "ann"
    await save(store, case_of(opened, "c1", seq=1, status=HandoverStatus.cancelled))
    assert who(await store.team.assign(wanted(2))) == "bob"


async def test_cases_at_once_are_shared_evenly(store: Store, other: Store) -> None:
    await staff(store, agent("ann"), agent("bob"), agent("cem"))
    assigned = await asyncio.gather(*[(store, other)[number % 2].team.assign(wanted(number)) for number in range(12)])
    assert Counter(who(one) for one in assigned) == {"ann": 4, "bob": 4, "cem": 4}


async def test_twenty_at_once_and_one_place_left(store: Store, other: Store) -> None:
    await staff(store, agent("ann", capacity=1), Staff(id="max", name="Max", access=Access.manager))
    assigned = await asyncio.gather(*[(store, other)[number % 2].team.assign(wanted(number)) for number in range(20)])
    assert Counter(who(one) for one in assigned) == {"ann": 1, None: 19}
    assert all(one.tell == ["ann", "max"] for one in assigned if one.holder is None)


async def test_two_at_once_for_the_last_place_again_and_again(store: Store, other: Store) -> None:
    """Two processes ask at the same moment, in many rounds: one gets the place, and frees it for the next round."""
    await staff(store, agent("ann", capacity=1))
    for number in range(0, 60, 2):
        asked = store.team.assign(wanted(number)), other.team.assign(wanted(number + 1))
        found = [who(one) for one in await asyncio.gather(*asked)]
        assert Counter(found) == {"ann": 1, None: 1}
        winner = f"c{number + found.index('ann')}"
        await save(store, case_of(await open_one(store, winner), winner, seq=1, status=HandoverStatus.cancelled))


async def test_the_same_key_again_takes_no_second_place(store: Store) -> None:
    await staff(store, agent("ann", capacity=2))
    first = await store.team.assign(wanted(1))
    assert await store.team.assign(wanted(1)) == first
    assert who(await store.team.assign(wanted(2))) == "ann"
    assert who(await store.team.assign(wanted(3))) is None


async def test_nobody_found_is_remembered_too(store: Store) -> None:
    nobody = await store.team.assign(wanted(1))
    await staff(store, agent("ann"))
    assert await store.team.assign(wanted(1)) == nobody == Assigned()


async def test_another_assignment_of_the_same_case_moves_its_place(store: Store) -> None:
    await staff(store, agent("ann", capacity=1), agent("bob", capacity=1))
    assert who(await store.team.assign(wanted(1))) == "ann"
    assert who(await store.team.assign(wanted(1, key="c1/again", asked=["ann"], holder="ann"))) == "bob"
    assert who(await store.team.assign(wanted(2))) == "ann"


async def test_an_owner_keeps_the_case_even_when_full(store: Store) -> None:
    await staff(store, agent("ann"), agent("own", capacity=0))
    assigned = await store.team.assign(wanted(1, owner="own"))
    assert (who(assigned), assigned.target) == ("own", "user:own")


@pytest.mark.parametrize("owner", ["gone", "off"])
async def test_an_owner_who_is_not_there_any_more_is_passed_over(store: Store, owner: str) -> None:
    await staff(store, agent("ann"), agent("off", enabled=False))
    assert who(await store.team.assign(wanted(1, owner=owner))) == "ann"


async def test_a_case_that_ends_frees_its_place(store: Store) -> None:
    await staff(store, agent("ann", capacity=1))
    opened = await open_one(store, "c1")
    assert who(await store.team.assign(wanted(1))) == "ann"
    await save(store, case_of(opened, "c1", holder="ann", seq=1))
    assert who(await store.team.assign(wanted(2))) is None
    await save(store, case_of(opened, "c1", holder="ann", seq=2, status=HandoverStatus.completed))
    assert who(await store.team.assign(wanted(3))) == "ann"


async def test_a_claim_moves_the_place_to_who_claimed(store: Store) -> None:
    await staff(store, agent("ann", capacity=1), agent("bob", capacity=1))
    opened = await open_one(store, "c1")
    await store.team.assign(wanted(1))
    await save(store, case_of(opened, "c1", holder="ann", seq=1))
    await save(store, case_of(opened, "c1", holder="bob", seq=2))
    assert who(await store.team.assign(wanted(2))) == "ann"
    assert who(await store.team.assign(wanted(3))) is None


async def test_a_case_that_nobody_holds_any_more_frees_its_place(store: Store) -> None:
    await staff(store, agent("ann", capacity=1))
    opened = await open_one(store, "c1")
    await store.team.assign(wanted(1))
    await save(store, case_of(opened, "c1", holder="ann", seq=1))
    await save(store, case_of(opened, "c1", seq=2))
    assert who(await store.team.assign(wanted(2))) == "ann"


async def test_a_save_that_does_not_know_of_the_assignment_leaves_the_place(store: Store) -> None:
    await staff(store, agent("ann", capacity=1))
    opened = await open_one(store, "c1")
    await store.team.assign(wanted(1))
    await save(store, case_of(opened, "c1", seq=1))
    assert who(await store.team.assign(wanted(2))) is None


async def test_a_person_by_id(store: Store) -> None:
    await staff(store, agent("ann"))
    assert await store.team.staff("ann") == agent("ann")
    with pytest.raises(NotFound):
        await store.team.staff("bob")
